// The random half of `crypto`, out of the host's `random`. There is no `subtle`.

import { bytes } from "../src/random.js";

export const crypto = {
  getRandomValues(array) {
    const view = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    view.set(bytes(view.length));
    return array;
  },

  randomUUID() {
    const drawn = bytes(16);
    drawn[6] = (drawn[6] & 0x0f) | 0x40;
    drawn[8] = (drawn[8] & 0x3f) | 0x80;
    const hex = Array.from(drawn, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  },
};
