"""Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly."""

import struct
import zlib


def square(side: int, colour: tuple[int, int, int]) -> bytes:
    """A square of `side` pixels, at most 100, in one colour of red, green and blue."""
    # One stored block holds 65,535 bytes, which 100 rows of 301 bytes do not reach.
    side = max(1, min(side, 100))
    pixels = (b"\0" + bytes(colour) * side) * side
    # Eight bits, true colour, and the only methods of compressing, filtering and interlacing.
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", _stored(pixels))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _stored(data: bytes) -> bytes:
    """A zlib stream of one stored block."""
    length = struct.pack("<HH", len(data), len(data) ^ 0xFFFF)
    return b"\x78\x01\x01" + length + data + struct.pack(">I", zlib.adler32(data))
