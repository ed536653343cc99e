// A `Date` that asks the host's `clock` for the time, and `performance.now`.

import { now } from "../src/clock.js";

const Plain = globalThis.Date;

export const Date = new Proxy(Plain, {
  construct(target, values, newTarget) {
    const given = values.length === 0 ? [now()] : values;
    return Reflect.construct(target, given, newTarget === Date ? target : newTarget);
  },
  apply: () => new Plain(now()).toString(),
  get: (target, key) => (key === "now" ? now : target[key]),
});

/** Milliseconds since 1970, since a call has no other beginning. */
export const performance = { now, timeOrigin: 0 };
