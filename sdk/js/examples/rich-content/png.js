// Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** What each byte does to the checksum; made when the component is built, not in a call. */
const CRC = Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return sum | 0;
});

/** A square of `side` pixels, at most 100, in one colour of red, green and blue. */
export function square(side, colour) {
  // One stored block holds 65,535 bytes, which 100 rows of 301 bytes do not reach.
  const pixels = Math.min(Math.max(side, 1), 100);
  const row = [0, ...Array(pixels).fill(colour).flat()];
  const rows = Array(pixels).fill(row).flat();
  return Uint8Array.from([
    ...SIGNATURE,
    // Eight bits, true colour, and the only methods of compressing, filtering and interlacing.
    ...chunk("IHDR", [0, 0, 0, pixels, 0, 0, 0, pixels, 8, 2, 0, 0, 0]),
    ...chunk("IDAT", stored(rows)),
    ...chunk("IEND", []),
  ]);
}

function chunk(kind, body) {
  const named = [...Array.from(kind, (letter) => letter.charCodeAt(0)), ...body];
  return [...bigEndian(body.length), ...named, ...bigEndian(crc32(named))];
}

/** A zlib stream of one stored block. */
function stored(bytes) {
  const [high, low] = bigEndian(bytes.length).slice(2);
  return [0x78, 0x01, 0x01, low, high, low ^ 0xff, high ^ 0xff, ...bytes, ...bigEndian(adler32(bytes))];
}

function bigEndian(number) {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
}

/** The checksum of a chunk. */
export function crc32(bytes) {
  let sum = -1;
  for (const byte of bytes) {
    sum = (sum >>> 8) ^ CRC[(sum ^ byte) & 0xff];
  }
  return ~sum >>> 0;
}

/** The checksum of a zlib stream. */
export function adler32(bytes) {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}
