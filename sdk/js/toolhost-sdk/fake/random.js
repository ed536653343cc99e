// Stands in for the host's `random` in tests: the same bytes in every test, and all different.

import { state } from "./state.js";

export function bytes(count) {
  return Uint8Array.from({ length: count }, next);
}

/** Mulberry32, of which the highest byte is taken. */
function next() {
  state.seed = (state.seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state.seed ^ (state.seed >>> 15), 1 | state.seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return (mixed ^ (mixed >>> 14)) >>> 24;
}
