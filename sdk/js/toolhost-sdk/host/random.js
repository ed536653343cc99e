// The host's `random`, as a component imports it. On the machine that builds, `fake/random.js` stands in.

export { bytes } from "toolhost:tool/random@0.2.0";
