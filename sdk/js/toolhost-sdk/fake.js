// What stands in for the host in tests on the machine that builds. No component has it.
//
// Each test file runs in a process of its own; within one, `reset` begins anew.

import { fresh, state } from "./fake/state.js";

/** Sets what `config` has; other keys are gone. */
export function config(values) {
  state.config = new Map(Object.entries(values));
}

/** Sets the time, in milliseconds since 1970. */
export function now(milliseconds) {
  state.now = milliseconds;
}

/** Sets what answers requests. */
export function http(server) {
  state.server = server;
}

/** Takes the lines that were logged, and the progress that was reported. */
export function lines() {
  return state.lines.splice(0);
}

/** No keys, the time 0, no server, no lines. */
export function reset() {
  Object.assign(state, fresh());
}
