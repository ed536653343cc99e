// Stands in for the host's `log` in tests: keeps the lines.

import { state } from "./state.js";

export function log(level, message) {
  state.lines.push(`${level.toUpperCase()} ${message}`);
}
