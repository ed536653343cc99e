// The host's `http`, as a component imports it. On the machine that builds, `fake/http.js` stands in.

export { fetch } from "toolhost:tool/http@0.2.0";
