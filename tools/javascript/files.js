// Files in memory, and the part of Node's `fs` that programs use for them.

import { base64, bytesOf, fromUtf8, toUtf8 } from "./bytes.js";

const BYTES_MAX = 256 * 1024;
const FILES_MAX = 100;

// Files of one call: bytes by name.
export class Files {
  constructor(given) {
    this.given = new Map(Object.entries(given).map(([name, file]) => [normal(name), content(name, file)]));
    this.held = new Map(this.given);
  }

  read(path) {
    const bytes = this.held.get(normal(path));
    if (bytes) return bytes;
    throw failure("ENOENT", `no such file or directory (only the \`files\` of this call are here, and what the code writes), open '${path}'`);
  }

  write(path, bytes) {
    const name = normal(path);
    if (!name) throw failure("EINVAL", `invalid name, open '${path}'`);
    this.held.set(name, bytes);
  }

  // New and changed files, the small ones first if there is no room for all.
  written() {
    const files = {};
    const leftOut = {};
    let room = BYTES_MAX;
    const changed = [...this.held].filter(([name, bytes]) => this.given.get(name) !== bytes);
    for (const [name, bytes] of changed.sort((a, b) => a[1].length - b[1].length)) {
      room -= bytes.length;
      if (room < 0 || Object.keys(files).length === FILES_MAX) leftOut[name.toWellFormed()] = bytes.length;
      else files[name.toWellFormed()] = shown(bytes);
    }
    return { files, leftOut };
  }

  // Files are read and written at once; there is nothing to wait for.
  fs() {
    const text = (options) => (typeof options === "string" ? options : options?.encoding);
    return {
      readFileSync: (path, options) => (text(options) ? fromUtf8(this.read(path)) : this.read(path).slice()),
      writeFileSync: (path, data) => this.write(path, bytesOf(data)),
      appendFileSync: (path, data) => {
        const before = this.held.get(normal(path)) ?? new Uint8Array();
        this.write(path, bytesOf([...before, ...bytesOf(data)]));
      },
      existsSync: (path) => this.held.has(normal(path)),
      readdirSync: () => [...this.held.keys()].sort(),
      unlinkSync: (path) => {
        this.read(path);
        this.held.delete(normal(path));
      },
      statSync: (path) => ({ size: this.read(path).length, isFile: () => true, isDirectory: () => false }),
      mkdirSync: () => undefined,
    };
  }
}

function normal(path) {
  const parts = [];
  for (const part of String(path).split("/")) {
    if (part === "..") parts.pop();
    else if (part && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function content(name, file) {
  if (!normal(name)) throw new RangeError(`the name \`${name}\` is none of a file`);
  if (typeof file === "string") return toUtf8(file);
  const bytes = base64.decode(file.base64);
  if (bytes) return bytes;
  throw new RangeError(`the file \`${name}\` is no base64`);
}

function shown(bytes) {
  const text = fromUtf8(bytes, true);
  const isText = text !== undefined && !/[\0-\x08\x0b\x0c\x0e-\x1f]/.test(text);
  return isText ? text : { base64: base64.encode(bytes) };
}

function failure(code, message) {
  return Object.assign(new Error(`${code}: ${message}`), { code });
}
