// Makes the pieces of a rich result.

import { encode } from "./utf8.js";

/** One piece of a result: the `content` of the WIT. */
export class Content {
  constructor(tag, val) {
    this.tag = tag;
    this.val = val;
  }

  /** A text. */
  static text(text) {
    return new Content("text", String(text));
  }

  /** An image, such as of `image/png`. */
  static image(data, mediaType) {
    return new Content("image", { data: bytes(data), mediaType });
  }

  /** A sound, such as of `audio/wav`. */
  static audio(data, mediaType) {
    return new Content("audio", { data: bytes(data), mediaType });
  }

  /** A document of text, handed over whole. */
  static document(uri, mediaType, text) {
    return new Content("document", { uri, mediaType, body: { tag: "text", val: String(text) } });
  }

  /** A document of bytes, handed over whole. */
  static file(uri, mediaType, data) {
    return new Content("document", { uri, mediaType, body: { tag: "bytes", val: bytes(data) } });
  }

  /** A pointer to a document. */
  static link(uri, name, { description = null, mediaType = null } = {}) {
    return new Content("link", { uri, name, description, mediaType });
  }

  /** A value, which reaches the caller both as text and as data. */
  static json(value) {
    const text = JSON.stringify(value);
    if (text === undefined) {
      throw new TypeError(`JSON cannot hold a ${typeof value}`);
    }
    return new Content("json", text);
  }
}

/** What a function returned, as the list of contents that the host takes. */
export function contents(value) {
  if (value === undefined) {
    return [];
  }
  if (typeof value === "string") {
    return [Content.text(value)];
  }
  if (value instanceof Content) {
    return [value];
  }
  if (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof Content)) {
    return value;
  }
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new TypeError("bytes say not what they are; return `Content.image`, `Content.audio` or `Content.file`");
  }
  return [Content.json(value)];
}

/** The same for a function whose type says that it returns content, where none is none. */
export function rich(value) {
  return Array.isArray(value) && value.length === 0 ? value : contents(value);
}

function bytes(data) {
  if (typeof data === "string") {
    return encode(data);
  }
  return data instanceof ArrayBuffer ? new Uint8Array(data) : data;
}
