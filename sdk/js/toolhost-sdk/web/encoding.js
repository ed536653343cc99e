// `TextEncoder` and `TextDecoder` of UTF-8.

import { decode, decodeStrictly, encode } from "../src/utf8.js";

export class TextEncoder {
  get encoding() {
    return "utf-8";
  }

  encode(text = "") {
    return encode(String(text));
  }
}

export class TextDecoder {
  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    if (!/^utf-?8$/i.test(label)) {
      throw new RangeError(`\`${label}\` is no encoding that is known here; only UTF-8 is`);
    }
    Object.assign(this, { encoding: "utf-8", fatal, ignoreBOM });
  }

  decode(input = new Uint8Array(), options = {}) {
    if (options.stream) {
      throw new TypeError("`stream` is not supported; decode the whole");
    }
    const bytes = ArrayBuffer.isView(input)
      ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength)
      : new Uint8Array(input);
    const text = this.fatal ? decodeStrictly(bytes) : decode(bytes);
    return !this.ignoreBOM && text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}
