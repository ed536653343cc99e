// Stands in for the host's `progress` in tests: keeps what was reported as lines.

import { state } from "./state.js";

export function report(done, total, message) {
  const of = total == null ? "" : ` of ${total}`;
  const about = message == null ? "" : `: ${message}`;
  state.lines.push(`PROGRESS ${done}${of}${about}`);
}
