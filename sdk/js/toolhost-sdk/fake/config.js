// Stands in for the host's `config` in tests: has the values that were set.

import { state } from "./state.js";

export function get(key) {
  return state.config.get(key) ?? null;
}

export function all() {
  return [...state.config];
}
