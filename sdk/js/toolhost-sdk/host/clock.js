// The host's `clock`, as a component imports it. On the machine that builds, `fake/clock.js` stands in.

export { now } from "toolhost:tool/clock@0.2.0";
