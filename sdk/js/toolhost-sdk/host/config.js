// The host's `config`, as a component imports it. On the machine that builds, `fake/config.js` stands in.

export { get, all } from "toolhost:tool/config@0.2.0";
