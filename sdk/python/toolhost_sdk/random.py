"""Random bytes, of the source that is granted."""

from __future__ import annotations

import builtins
import sys

if sys.platform == "wasi":
    from wit_world.imports.random import bytes as _bytes
else:
    from toolhost_sdk.fake import _bytes

# The most that the host gives at once.
_BYTES_MAX = 65_536


def bytes(count: int) -> builtins.bytes:
    """So many random bytes."""
    parts = [_bytes(min(_BYTES_MAX, count - start)) for start in range(0, count, _BYTES_MAX)]
    return b"".join(parts)
