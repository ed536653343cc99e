// Runs a program and says what came of it.
//
// What goes wrong in the program is part of the outcome, not an error of the tool: whoever wrote
// the program needs the error together with what it printed before.

import { Files } from "./files.js";
import { format, inspect, plain } from "./inspect.js";

const STDOUT_CHARACTERS = { first: 40000, last: 20000 };
const STDERR_CHARACTERS = { first: 6000, last: 6000 };
const VALUE_CHARACTERS_MAX = 30000;
const MESSAGE_CHARACTERS_MAX = 2000;
const FRAMES_MAX = 20;
// With less left, memory counts as used up, and the call ends as the host's limit says.
const MEMORY_LEFT_BYTES = 16 * 1024 * 1024;
const NO_PROMISES =
  "promises are never settled here, and nothing comes after `await` and `then`: there is nothing to wait for, so write the code without them";
const NO_MODULES = "there are no modules and no packages here, but for `require(\"fs\")`, which has the files of the call";

// Keeps the first and the last characters that are printed.
class Printed {
  constructor({ first, last }) {
    Object.assign(this, { first, last, head: "", tail: "", leftOut: 0 });
  }

  write(text) {
    const room = this.first - this.head.length;
    this.head += text.slice(0, room);
    this.tail += text.slice(room);
    if (this.tail.length > 2 * this.last) {
      this.leftOut += this.tail.length - this.last;
      this.tail = this.tail.slice(-this.last);
    }
  }

  text() {
    const extra = Math.max(0, this.tail.length - this.last);
    const leftOut = this.leftOut + extra;
    const middle = leftOut ? `\n… ${leftOut} characters left out …\n` : "";
    return (this.head + middle + this.tail.slice(extra)).toWellFormed();
  }
}

function consoleOver(stdout, stderr) {
  let indent = "";
  const counts = {};
  const to = (stream) => (...given) => stream.write(format(...given).replaceAll(/^/gm, indent) + "\n");
  const log = to(stdout);
  const error = to(stderr);
  return {
    log,
    info: log,
    debug: log,
    dir: (value) => log(value),
    table: (value) => log(value),
    warn: error,
    error,
    trace: error,
    assert: (good, ...given) => good || error("Assertion failed", ...given),
    count: (label = "default") => log(`${label}: ${(counts[label] = (counts[label] ?? 0) + 1)}`),
    group: (...given) => {
      if (given.length) log(...given);
      indent += "  ";
    },
    groupEnd: () => (indent = indent.slice(2)),
    time: () => undefined,
    timeEnd: () => undefined,
  };
}

// Runs `code` with files by their names, each a text or an object with its bytes in base64.
export function run(code, given = {}) {
  const files = new Files(given);
  const stdout = new Printed(STDOUT_CHARACTERS);
  const stderr = new Printed(STDERR_CHARACTERS);
  const outcome = { value: null, shown: "", error: null };
  globalThis.console = consoleOver(stdout, stderr);
  globalThis.require = requireOf(files);
  try {
    // Called by another name, `eval` sees nothing but globals.
    const value = (0, eval)(code);
    if (value instanceof Promise) throw new Error(NO_PROMISES);
    if (value !== undefined) {
      outcome.shown = cut(inspect(value), VALUE_CHARACTERS_MAX);
      outcome.value = asJson(value, outcome.shown);
    }
  } catch (error) {
    if (error instanceof Error && error.message === "out of memory") throwIfUsedUp();
    outcome.error = problem(error, code);
  }
  const { files: written, leftOut } = files.written();
  const data = {
    stdout: stdout.text(),
    stderr: stderr.text(),
    value: outcome.value,
    error: outcome.error,
    files: written,
    files_left_out: leftOut,
  };
  return { text: text(data, outcome.shown), data };
}

// One request that was too large leaves room, and is an error like any other.
function throwIfUsedUp() {
  new Uint8Array(MEMORY_LEFT_BYTES);
}

function requireOf(files) {
  return (name) => {
    if (["fs", "node:fs"].includes(name)) return files.fs();
    throw new Error(`cannot find module '${name}': ${NO_MODULES}`);
  };
}

function asJson(value, shown) {
  const found = plain(value);
  return found === undefined || JSON.stringify(found).length > VALUE_CHARACTERS_MAX ? shown : found;
}

// What a console would have shown, and which files there are.
function text({ stdout, stderr, error, files, files_left_out }, shown) {
  const names = [...Object.keys(files), ...Object.keys(files_left_out)].join(", ");
  const parts = [stdout, stderr, shown, error?.traceback ?? "", names && `[files written: ${names}]`];
  const lines = parts.filter(Boolean).map((part) => part.replace(/\n$/, ""));
  return lines.join("\n") || "[no output; use console.log, or end with an expression, to see something]";
}

function problem(error, code) {
  const isError = error instanceof Error;
  const type = isError ? String(error.name) : "Thrown";
  let message = isError ? String(error.message) : inspect(error);
  if (type === "SyntaxError" && /\bawait\b/.test(code)) message += ` (${NO_PROMISES})`;
  else if (type === "SyntaxError" && /^\s*(import|export)\b/m.test(code)) message += ` (${NO_MODULES})`;
  else if (/^(fetch|XMLHttpRequest|WebSocket) is not defined$/.test(message)) {
    message += " (there is no network here: get what is needed by another tool, and pass it in `files`)";
  } else if (/^(setTimeout|setInterval) is not defined$/.test(message)) message += ` (${NO_PROMISES})`;
  const frames = isError ? own(String(error.stack ?? "")) : [];
  const lines = code.split("\n");
  const traceback = [`${isError ? `${type}: ` : "Uncaught "}${cut(message, MESSAGE_CHARACTERS_MAX)}`];
  for (const frame of frames.slice(0, FRAMES_MAX)) {
    traceback.push(`    at ${frame.name}line ${frame.line}, column ${frame.column}: ${cut((lines[frame.line - 1] ?? "").trim(), 200)}`);
  }
  if (frames.length > FRAMES_MAX) traceback.push(`    … ${frames.length - FRAMES_MAX} more`);
  return {
    type: cut(type, 100),
    message: cut(message, MESSAGE_CHARACTERS_MAX),
    line: frames[0]?.line ?? null,
    traceback: traceback.join("\n"),
  };
}

// The frames of a stack that are in the program, as QuickJS and, for the tests, V8 write them.
function own(stack) {
  const frames = [];
  for (const line of stack.split("\n")) {
    const found = /^\s*at (?:(.*?) )?\(?(?:<input>|eval at run [^,]*, <anonymous>|<anonymous>):(\d+):(\d+)\)*$/.exec(line);
    if (!found) continue;
    const name = found[1] && !["<eval>", "eval"].includes(found[1]) ? `${found[1]}, ` : "";
    frames.push({ name, line: Number(found[2]), column: Number(found[3]) });
  }
  return frames;
}

function cut(text, max) {
  const whole = text.toWellFormed();
  return whole.length > max ? `${whole.slice(0, max)}… (${whole.length} characters)` : whole;
}
