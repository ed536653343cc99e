// A `fetch` of the usual form over the host's `http`.
//
// It waits for the whole answer: there are no streams, no signals, and redirects are not followed.

import * as http from "../src/http.js";

const KNOWN = new Set(["method", "headers", "body", "redirect", "timeoutMs"]);

/** Sends a request; fails with a `TypeError` if nothing came back. */
export async function fetch(url, options = {}) {
  for (const key of Object.keys(options)) {
    if (!KNOWN.has(key)) {
      throw new TypeError(`\`fetch\` takes no \`${key}\` here; known are ${[...KNOWN].join(", ")}`);
    }
  }
  if (options.redirect === "follow") {
    throw new TypeError("redirects are not followed; read `location` and fetch it");
  }
  const { method = "GET", headers, body = null, timeoutMs } = options;
  let answer;
  try {
    answer = http.fetch(url, {
      method: method.toUpperCase(),
      headers: [...new Headers(headers)],
      body: bytes(body),
      timeoutMs,
    });
  } catch (error) {
    throw error instanceof http.HttpError ? new TypeError(error.message, { cause: error }) : error;
  }
  return new Answer(String(url), answer);
}

/** Header fields; names are in lower case, and those given twice are joined. */
export class Headers {
  #fields = new Map();

  constructor(given = []) {
    const pairs = typeof given[Symbol.iterator] === "function" ? given : Object.entries(given);
    for (const [name, value] of pairs) {
      this.append(name, value);
    }
  }

  append(name, value) {
    const key = name.toLowerCase();
    const before = this.#fields.get(key);
    this.#fields.set(key, before === undefined ? String(value) : `${before}, ${value}`);
  }

  set(name, value) {
    this.#fields.set(name.toLowerCase(), String(value));
  }

  get(name) {
    return this.#fields.get(name.toLowerCase()) ?? null;
  }

  has(name) {
    return this.#fields.has(name.toLowerCase());
  }

  delete(name) {
    this.#fields.delete(name.toLowerCase());
  }

  forEach(each) {
    this.#fields.forEach((value, name) => each(value, name, this));
  }

  entries() {
    return this.#fields.entries();
  }

  [Symbol.iterator]() {
    return this.entries();
  }
}

class Answer {
  #answer;

  constructor(url, answer) {
    this.#answer = answer;
    this.url = url;
    this.status = answer.status;
    this.statusText = "";
    this.ok = answer.status >= 200 && answer.status < 300;
    this.redirected = false;
    this.headers = new Headers(answer.headers);
  }

  async text() {
    return this.#answer.text();
  }

  async json() {
    return JSON.parse(this.#answer.text());
  }

  async bytes() {
    return this.#answer.body;
  }

  async arrayBuffer() {
    return this.#answer.body.slice().buffer;
  }
}

function bytes(body) {
  if (body === null || typeof body === "string" || body instanceof Uint8Array) {
    return body;
  }
  if (body instanceof ArrayBuffer) {
    return new Uint8Array(body);
  }
  throw new TypeError("`body` is a text, a `Uint8Array` or an `ArrayBuffer` here");
}
