// Puts our promises in the place of the engine's. The first import of a component that is async.

import { Promise, queueMicrotask, settle } from "./promise.js";

globalThis.Promise = Promise;
globalThis.queueMicrotask = queueMicrotask;

export { settle };
