// The time, as coarse as the grant of a clock says.

import { now as read } from "#host/clock";

/** Milliseconds since 1970 in UTC. */
export function now() {
  // One engine gives a number, the other a BigInt.
  return Number(read());
}
