// Lets Node.js before 22.18 run TypeScript in tests: `node --import ./toolhost-sdk/ts.mjs --test`.
//
// Types are stripped by esbuild, not checked; the build checks them.

import { register } from "node:module";

register("./builder/strip.mjs", import.meta.url);
