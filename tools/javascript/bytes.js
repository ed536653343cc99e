// UTF-8 and base64, which the engine has no functions for.

export function toUtf8(text) {
  const bytes = [];
  for (const character of text.toWellFormed()) {
    const c = character.codePointAt(0);
    if (c < 0x80) bytes.push(c);
    else if (c < 0x800) bytes.push(0xc0 | (c >> 6), 0x80 | (c & 63));
    else if (c < 0x10000) bytes.push(0xe0 | (c >> 12), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
    else bytes.push(0xf0 | (c >> 18), 0x80 | ((c >> 12) & 63), 0x80 | ((c >> 6) & 63), 0x80 | (c & 63));
  }
  return Uint8Array.from(bytes);
}

// The text of `bytes`; what is no UTF-8 is replaced, or with `strict` makes the whole undefined.
export function fromUtf8(bytes, strict = false) {
  const parts = [];
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at];
    const more = first < 0x80 ? 0 : first >> 5 === 6 ? 1 : first >> 4 === 14 ? 2 : first >> 3 === 30 ? 3 : -1;
    let code = more <= 0 ? first : first & (0x3f >> more);
    let good = more >= 0;
    for (let i = 1; i <= more && good; i++) {
      good = (bytes[at + i] & 0xc0) === 0x80;
      code = (code << 6) | (bytes[at + i] & 63);
    }
    good &&= code >= [0, 0x80, 0x800, 0x10000][more] && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
    if (!good && strict) return undefined;
    parts.push(good ? String.fromCodePoint(code) : "\ufffd");
    at += good ? more + 1 : 1;
  }
  return parts.join("");
}

export function bytesOf(data) {
  if (typeof data === "string") return toUtf8(data);
  if (data instanceof Uint8Array || Array.isArray(data)) return Uint8Array.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0));
  throw new TypeError("the data must be a string or a Uint8Array");
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

export const base64 = {
  encode(bytes) {
    const parts = [];
    for (let i = 0; i < bytes.length; i += 3) {
      const three = (bytes[i] << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
      const digits = [18, 12, 6, 0].map((shift) => DIGITS[(three >> shift) & 63]).join("");
      parts.push(digits.slice(0, Math.min(bytes.length - i, 3) + 1).padEnd(4, "="));
    }
    return parts.join("");
  },

  // The bytes, or undefined if `text` is no base64.
  decode(text) {
    if (text.length % 4 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
    const bytes = [];
    for (let i = 0; i < text.length; i += 4) {
      const four = [0, 1, 2, 3].reduce((sum, k) => (sum << 6) | Math.max(0, DIGITS.indexOf(text[i + k])), 0);
      bytes.push((four >> 16) & 255, (four >> 8) & 255, four & 255);
    }
    const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
    return Uint8Array.from(bytes.slice(0, bytes.length - padding));
  },
};
