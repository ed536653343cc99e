"""Streams that keep what a program prints, up to a bound."""

import io
from collections import deque


class Capture(io.RawIOBase):
    """Keeps the first and the last bytes that are written, and counts those between."""

    def __init__(self, first, last):
        self.first, self.last = first, last
        self.head, self.tail, self.tail_bytes, self.left_out = bytearray(), deque(), 0, 0

    def writable(self):
        return True

    def write(self, data):
        data = bytes(data)
        room = self.first - len(self.head)
        self.head += data[:room]
        rest = data[room:] if room < len(data) else b""
        if rest:
            self.tail.append(rest)
            self.tail_bytes += len(rest)
        while self.tail and self.tail_bytes - len(self.tail[0]) >= self.last:
            dropped = len(self.tail.popleft())
            self.tail_bytes -= dropped
            self.left_out += dropped
        return len(data)

    def text(self):
        """What was written; where bytes are left out it says how many."""
        tail = b"".join(self.tail)
        extra = max(0, len(tail) - self.last)
        head, left_out = bytes(self.head), self.left_out + extra
        if not left_out:
            return (head + tail).decode("utf-8", "replace")
        start = head.decode("utf-8", "ignore")
        end = tail[extra:].decode("utf-8", "ignore")
        return f"{start}\n… {left_out} bytes left out …\n{end}"


def stream(capture):
    """A text stream like `sys.stdout` over a capture."""
    return io.TextIOWrapper(
        io.BufferedWriter(capture), encoding="utf-8", errors="backslashreplace", newline="\n"
    )
