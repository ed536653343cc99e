// Random bytes, of the source that is granted.

import { bytes as draw } from "#host/random";

/** The most that the host gives at once. */
const BYTES_MAX = 65536;

/** So many random bytes. */
export function bytes(count) {
  const out = new Uint8Array(count);
  for (let at = 0; at < count; at += BYTES_MAX) {
    out.set(draw(Math.min(BYTES_MAX, count - at)), at);
  }
  return out;
}

/** A number from 0 up to, but without, 1. */
export function number() {
  const view = new DataView(bytes(8).buffer);
  return ((view.getUint32(0) >>> 5) * 0x4000000 + (view.getUint32(4) >>> 6)) / 2 ** 53;
}
