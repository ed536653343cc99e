// Stands in for the host's `http` in tests: asks the function that was set.

import { encode } from "../src/utf8.js";
import { state } from "./state.js";

export function fetch(request) {
  if (!state.server) {
    throw { tag: "denied", val: "no `fake.http` is set" };
  }
  let answer;
  try {
    answer = state.server(request);
  } catch (error) {
    // As the host does, where the test throws an `HttpError`; anything else is a fault of the test.
    throw typeof error?.kind === "string" ? { tag: error.kind, val: error.message } : error;
  }
  const { status = 200, headers = {}, body = "" } = answer;
  const pairs = Array.isArray(headers) ? headers : Object.entries(headers);
  return {
    status,
    headers: pairs.map(([name, value]) => [name.toLowerCase(), value]),
    body: typeof body === "string" ? encode(body) : body,
  };
}
