// What stands in for the host in tests on the machine that builds. No component has it.

import type { HttpRequest } from "./index.js";

/** What a server of a test answers; the status is 200 and the rest empty unless given. */
export interface Answer {
  status?: number;
  headers?: Record<string, string> | [string, string][];
  body?: string | Uint8Array;
}

/** Sets what `config` has; other keys are gone. */
export function config(values: Record<string, string>): void;

/** Sets the time, in milliseconds since 1970. */
export function now(milliseconds: number): void;

/** Sets what answers requests: it returns an answer, or throws an `HttpError`. */
export function http(server: (request: HttpRequest) => Answer): void;

/**
 * Takes the lines that were logged, such as `WARN 3 rows were skipped`, and the progress that
 * was reported, such as `PROGRESS 3 of 10: reading pages`.
 */
export function lines(): string[];

/** No keys, the time 0, no server, no lines. */
export function reset(): void;
