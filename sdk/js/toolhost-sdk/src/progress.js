// How far a long call has come.

import { report as send } from "#host/progress";

/** `done` of `total`, in whatever unit; `message` says what is being done. */
export function report(done, total = null, message = null) {
  send(done, total, message);
}
