// What the stand-ins of the host share. `fake.js` sets it, `fake/*.js` read it.

export const state = fresh();

/** No keys, the time 0, no server, no lines. */
export function fresh() {
  return { config: new Map(), now: 0, server: null, seed: 0, lines: [] };
}
