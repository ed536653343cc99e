// The host's `log`, as a component imports it. On the machine that builds, `fake/log.js` stands in.

export { log } from "toolhost:tool/log@0.2.0";
