// A `console` whose lines go to the host's log.

import { traceOf } from "../src/error.js";
import { debug, error, info, warn } from "../src/log.js";

export const console = {
  debug: (...values) => debug(line(values)),
  log: (...values) => info(line(values)),
  info: (...values) => info(line(values)),
  warn: (...values) => warn(line(values)),
  error: (...values) => error(line(values)),
  trace: (...values) => debug(`${line(values)}\n${new Error().stack}`.trimEnd()),
  assert(condition, ...values) {
    if (!condition) {
      error(line(["assertion failed", ...values]));
    }
  },
};

/** Texts as they are, errors with their stack, anything else as JSON. There are no `%s`. */
function line(values) {
  return values.map(show).join(" ");
}

function show(value) {
  if (typeof value === "string") {
    return value;
  }
  if (value instanceof Error) {
    return traceOf(value);
  }
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    // It leads back to itself, or has a BigInt.
    return String(value);
  }
}
