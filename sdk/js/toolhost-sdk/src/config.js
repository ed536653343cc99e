// Values that the operator granted.

import { all as readAll, get as read } from "#host/config";
import { ToolError } from "./error.js";

/** The value of a key, if it has one. */
export function get(key) {
  return read(key) ?? undefined;
}

/** The value of a key that the tool cannot do without. */
export function require(key) {
  const value = get(key);
  if (value === undefined) {
    throw ToolError.failed(`\`${key}\` is not set; set it under \`grants.config\``);
  }
  return value;
}

/** Every key with its value. */
export function all() {
  return Object.fromEntries(readAll());
}
