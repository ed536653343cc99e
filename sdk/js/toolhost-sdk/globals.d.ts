// Types of the globals that a tool on QuickJS has beside those of the language.

import type { FetchHeaders, FetchOptions, FetchResponse } from "./index.js";

declare global {
  var console: Record<"debug" | "log" | "info" | "warn" | "error" | "trace", (...values: unknown[]) => void> & {
    assert(condition: unknown, ...values: unknown[]): void;
  };
  var crypto: { getRandomValues<T extends ArrayBufferView>(array: T): T; randomUUID(): string };
  var performance: { now(): number; readonly timeOrigin: number };
  function atob(text: string): string;
  function btoa(text: string): string;
  function queueMicrotask(run: () => void): void;
  function fetch(url: string, options?: FetchOptions): Promise<FetchResponse>;
  var Headers: new (given?: FetchOptions["headers"]) => FetchHeaders;
  class TextEncoder {
    readonly encoding: "utf-8";
    encode(text?: string): Uint8Array;
  }
  class TextDecoder {
    constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
    readonly encoding: "utf-8";
    decode(input?: Uint8Array | ArrayBuffer): string;
  }
}
