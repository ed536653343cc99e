// Stands in for the host's `clock` in tests: tells the time that was set.

import { state } from "./state.js";

export function now() {
  return state.now;
}
