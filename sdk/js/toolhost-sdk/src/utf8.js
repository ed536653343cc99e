// UTF-8 to and from texts. QuickJS has no `TextEncoder`, so this is plain JavaScript everywhere.

/** As many arguments as every engine takes. */
const ARGUMENTS_MAX = 4000;

/** The bytes of a text; a lone surrogate becomes U+FFFD. */
export function encode(text) {
  const out = new Uint8Array(text.length * 3);
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      out[at++] = code;
      continue;
    }
    if (code < 0x800) {
      out[at++] = 0xc0 | (code >> 6);
      out[at++] = 0x80 | (code & 0x3f);
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      const low = code < 0xdc00 ? text.charCodeAt(i + 1) : NaN;
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        i += 1;
        out[at++] = 0xf0 | (code >> 18);
        out[at++] = 0x80 | ((code >> 12) & 0x3f);
        out[at++] = 0x80 | ((code >> 6) & 0x3f);
        out[at++] = 0x80 | (code & 0x3f);
        continue;
      }
      code = 0xfffd;
    }
    out[at++] = 0xe0 | (code >> 12);
    out[at++] = 0x80 | ((code >> 6) & 0x3f);
    out[at++] = 0x80 | (code & 0x3f);
  }
  return out.slice(0, at);
}

/** The text of bytes; what is no UTF-8 is replaced by U+FFFD, as browsers do. */
export function decode(bytes) {
  try {
    return decodeStrictly(bytes);
  } catch {
    return decodeSlowly(bytes);
  }
}

/** The text of bytes, or a `TypeError` if they are no UTF-8. */
export function decodeStrictly(bytes) {
  try {
    // All of it is the engine's own code, which costs a third of a loop here.
    return decodeURIComponent(escape(latin1(bytes)));
  } catch {
    throw new TypeError("the bytes are no UTF-8");
  }
}

/** A text with a character for each byte. */
function latin1(bytes) {
  // QuickJS has it, Node.js before 25 does not.
  if (bytes.toBase64) {
    return atob(bytes.toBase64());
  }
  let text = "";
  for (let at = 0; at < bytes.length; at += ARGUMENTS_MAX) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + ARGUMENTS_MAX));
  }
  return text;
}

function decodeSlowly(bytes) {
  let text = "";
  let units = [];
  for (let i = 0; i < bytes.length; ) {
    const [code, length] = character(bytes, i);
    const point = code < 0 ? 0xfffd : code;
    if (point < 0x10000) {
      units.push(point);
    } else {
      units.push(0xd7c0 + (point >> 10), 0xdc00 + (point & 0x3ff));
    }
    i += length;
    if (units.length > ARGUMENTS_MAX) {
      text += String.fromCharCode(...units);
      units = [];
    }
  }
  return text + String.fromCharCode(...units);
}

/** The character at a place, -1 if it is none, and how many bytes it or the fault has. */
function character(bytes, at) {
  const first = bytes[at];
  if (first < 0x80) {
    return [first, 1];
  }
  if (first < 0xc2 || first > 0xf4) {
    return [-1, 1];
  }
  const more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
  let code = first & (0x3f >> more);
  // The second byte of some is narrower: no overlong forms, no surrogates, nothing past U+10FFFF.
  let low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  let high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i <= more; i += 1) {
    const byte = bytes[at + i];
    if (!(byte >= low && byte <= high)) {
      return [-1, i];
    }
    code = (code << 6) | (byte & 0x3f);
    [low, high] = [0x80, 0xbf];
  }
  return [code, more + 1];
}
