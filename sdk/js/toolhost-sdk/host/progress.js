// The host's `progress`, as a component imports it. On the machine that builds, `fake/progress.js` stands in.

export { report } from "toolhost:tool/progress@0.2.0";
