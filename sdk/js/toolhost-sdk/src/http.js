// Requests to the hosts that are granted. Secrets are added on the way; a tool never has them.

import { fetch as send } from "#host/http";
import { messageOf, ToolError } from "./error.js";
import { decode, encode } from "./utf8.js";

/** Why nothing came back; its message says what to do about it. */
export class HttpError extends Error {
  constructor(kind, message) {
    super(message);
    this.name = "HttpError";
    /** One of `invalid-request`, `denied`, `timeout`, `too-large` and `unreachable`. */
    this.kind = kind;
  }
}

/** What came back, whatever its status. */
export class Response {
  constructor({ status, headers, body }) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The first header of a name, whose case does not matter. */
  header(name) {
    const lower = name.toLowerCase();
    return this.headers.find(([key]) => key === lower)?.[1];
  }

  /** The body as text; what is no UTF-8 is replaced. */
  text() {
    return decode(this.body);
  }

  /** The body, read as JSON. */
  json() {
    try {
      return JSON.parse(this.text());
    } catch (error) {
      throw ToolError.failed(`the server's answer does not fit: ${messageOf(error)}`);
    }
  }

  /** The response itself if its status is 200 to 299. */
  successful() {
    if (this.status >= 200 && this.status < 300) {
      return this;
    }
    const text = `the server answered with status ${this.status}`;
    throw this.status === 404 || this.status === 410 ? ToolError.notFound(text) : ToolError.failed(text);
  }
}

/** Gets a page. */
export function get(url, options = {}) {
  return fetch(url, { ...options, method: "GET" });
}

/** Sends a request and waits for the whole answer. Redirects are not followed. */
export function fetch(url, { method = "GET", headers = {}, body = null, json, timeoutMs = null } = {}) {
  const pairs = Array.isArray(headers) ? [...headers] : Object.entries(headers);
  if (json !== undefined) {
    body = JSON.stringify(json);
    pairs.push(["content-type", "application/json"]);
  }
  if (typeof body === "string") {
    body = encode(body);
  }
  try {
    return new Response(send({ method, url: String(url), headers: pairs, body, timeoutMs }));
  } catch (error) {
    // QuickJS wraps the error of an import into one of its own, StarlingMonkey does too.
    const { tag, val } = error?.payload ?? error ?? {};
    throw typeof tag === "string" ? new HttpError(tag, val) : error;
  }
}
