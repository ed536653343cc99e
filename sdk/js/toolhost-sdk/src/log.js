// Lines for whoever looks into a call. They count against its `log` limit.

import { log } from "#host/log";

/** Writes a line that matters to the author alone. */
export function debug(message) {
  log("debug", String(message));
}

/** Writes a line that says what is done. */
export function info(message) {
  log("info", String(message));
}

/** Writes a line about what may be wrong. */
export function warn(message) {
  log("warn", String(message));
}

/** Writes a line about what is wrong. */
export function error(message) {
  log("error", String(message));
}
