// `Math.random` with a seed of the call: the state of the engine's own is in the image of its memory.

let state = Uint32Array.of(1, 2, 3, 4);

// Starts anew from 16 bytes.
export function seed(bytes) {
  state = new Uint32Array(Uint8Array.from(bytes).buffer);
  Math.random = random;
}

// xoshiro128**
function next() {
  const [a, b, c, d] = state;
  const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
  state[2] = c ^ a;
  state[3] = d ^ b;
  state[1] = b ^ state[2];
  state[0] = a ^ state[3];
  state[2] ^= b << 9;
  state[3] = rotated(state[3], 11);
  return result;
}

function rotated(value, count) {
  return (value << count) | (value >>> (32 - count));
}

function random() {
  return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}
