// Globals that QuickJS lacks or that would ask WASI, made of the host's imports.
//
// The bundler puts each in where its name is used as a global, and leaves out the others.

import { console } from "./console.js";
import { crypto } from "./crypto.js";
import { Date, performance } from "./date.js";
import { TextDecoder, TextEncoder } from "./encoding.js";
import { fetch, Headers } from "./fetch.js";
import { number } from "../src/random.js";

export { console, crypto, Date, fetch, Headers, number as "Math.random", performance, TextDecoder, TextEncoder };
