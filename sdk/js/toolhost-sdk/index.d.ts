// The library of a tool in JavaScript or TypeScript. `README.md` beside this folder is its guide.

/** The error of a tool, as a sentence that the caller reads. */
export class ToolError extends Error {
  private constructor();
  readonly kind: "invalid-input" | "not-found" | "failed";
  /** The arguments make no sense; say what to write instead. */
  static invalidInput(message: string): ToolError;
  /** What was asked for does not exist. */
  static notFound(message: string): ToolError;
  /** Anything else. */
  static failed(message: string): ToolError;
}

/** One piece of a rich result. */
export class Content {
  private constructor();
  private readonly tag: string;
  /** A text. */
  static text(text: string): Content;
  /** An image, such as of `image/png`. */
  static image(data: Bytes, mediaType: string): Content;
  /** A sound, such as of `audio/wav`. */
  static audio(data: Bytes, mediaType: string): Content;
  /** A document of text, handed over whole. */
  static document(uri: string, mediaType: string, text: string): Content;
  /** A document of bytes, handed over whole. */
  static file(uri: string, mediaType: string, data: Bytes): Content;
  /** A pointer to a document. */
  static link(uri: string, name: string, more?: { description?: string; mediaType?: string }): Content;
  /** A value, which reaches the caller both as text and as data. */
  static json(value: unknown): Content;
}

/** Bytes, or a text that stands for its bytes in UTF-8. */
export type Bytes = Uint8Array | ArrayBuffer | string;

/** What a function of a tool may return. */
export type Result = unknown;

/** A tool that is defined by hand. */
export interface Tool {
  readonly definition: ToolDefinition;
  readonly run: (args: any) => Result;
}

/** What a tool is, as shown to a model. */
export interface ToolDefinition {
  /** 1 to 128 of `A-Z a-z 0-9 _ - .` */
  name: string;
  title?: string;
  description: string;
  /** JSON Schema 2020-12 of the arguments: an object schema, or its text. */
  inputSchema: object | string;
  /** JSON Schema of the structured result. */
  outputSchema?: object | string;
  /** It changes nothing outside itself. */
  readOnly?: boolean;
  /** What it changes may be lost. */
  destructive?: boolean;
  /** To call it again with the same arguments changes nothing more. */
  idempotent?: boolean;
  /** It reaches something outside the host. */
  openWorld?: boolean;
}

/** Makes a tool by hand, without a schema from types. */
export function defineTool(definition: ToolDefinition, run: (args: any) => Result): Tool;

/** Lines for whoever looks into a call. */
export namespace log {
  function debug(message: string): void;
  function info(message: string): void;
  function warn(message: string): void;
  function error(message: string): void;
}

/** How far a long call has come. */
export namespace progress {
  /** `done` of `total`, in whatever unit; `message` says what is being done. */
  function report(done: number, total?: number | null, message?: string | null): void;
}

/** The time, as coarse as the grant of a clock says. */
export namespace clock {
  /** Milliseconds since 1970 in UTC. */
  function now(): number;
}

/** Random bytes, of the source that is granted. */
export namespace random {
  /** So many random bytes. */
  function bytes(count: number): Uint8Array;
  /** A number from 0 up to, but without, 1. */
  function number(): number;
}

/** Values that the operator granted. */
export namespace config {
  /** The value of a key, if it has one. */
  function get(key: string): string | undefined;
  /** The value of a key that the tool cannot do without. */
  function require(key: string): string;
  /** Every key with its value. */
  function all(): Record<string, string>;
}

/** A request, as it is sent. */
export interface HttpRequest {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array | null;
  timeoutMs: number | null;
}

/** Why nothing came back; its message says what to do about it. */
export class HttpError extends Error {
  constructor(kind: HttpError["kind"], message: string);
  readonly kind: "invalid-request" | "denied" | "timeout" | "too-large" | "unreachable";
}

/** Requests to the hosts that are granted. Secrets are added on the way; a tool never has them. */
export namespace http {
  /** What came back, whatever its status. */
  interface Response {
    readonly status: number;
    /** Names are in lower case. */
    readonly headers: [string, string][];
    readonly body: Uint8Array;
    /** The first header of a name, whose case does not matter. */
    header(name: string): string | undefined;
    /** The body as text; what is no UTF-8 is replaced. */
    text(): string;
    /** The body, read as JSON; throws `failed` if it is none. */
    json(): any;
    /** The response itself if its status is 200 to 299; throws `not-found` for 404 and 410, else `failed`. */
    successful(): Response;
  }

  interface Options {
    headers?: Record<string, string> | [string, string][];
    /** Longest wait for the answer; the call's own limit holds in any case. */
    timeoutMs?: number;
  }

  interface RequestOptions extends Options {
    /** `GET` if left out. */
    method?: string;
    body?: string | Uint8Array;
    /** A value that becomes the body as JSON, with the header that says so. */
    json?: unknown;
  }

  /** Gets a page; throws an `HttpError` if nothing came back. */
  function get(url: string, options?: Options): Response;
  /** Sends a request and waits for the whole answer. Redirects are not followed. */
  function fetch(url: string, options?: RequestOptions): Response;
}

/** UTF-8 to and from texts. */
export namespace utf8 {
  function encode(text: string): Uint8Array;
  /** What is no UTF-8 is replaced. */
  function decode(bytes: Uint8Array): string;
  /** Throws a `TypeError` if the bytes are no UTF-8. */
  function decodeStrictly(bytes: Uint8Array): string;
}

/** The answer of `fetch`: the usual one without streams. */
export interface FetchResponse {
  readonly url: string;
  readonly status: number;
  readonly statusText: "";
  readonly ok: boolean;
  readonly redirected: false;
  readonly headers: FetchHeaders;
  text(): Promise<string>;
  json(): Promise<any>;
  bytes(): Promise<Uint8Array>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** Header fields. */
export interface FetchHeaders extends Iterable<[string, string]> {
  get(name: string): string | null;
  has(name: string): boolean;
  set(name: string, value: string): void;
  append(name: string, value: string): void;
  delete(name: string): void;
  forEach(each: (value: string, name: string) => void): void;
  entries(): IterableIterator<[string, string]>;
}

/** What `fetch` takes; anything else is refused. */
export interface FetchOptions {
  method?: string;
  headers?: Record<string, string> | Iterable<[string, string]>;
  body?: string | Uint8Array | ArrayBuffer | null;
  redirect?: "manual";
  timeoutMs?: number;
}

/** A `fetch` of the usual form over `http`: no streams, no signals, redirects are not followed. */
export function fetch(url: string, options?: FetchOptions): Promise<FetchResponse>;
