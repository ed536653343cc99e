"""Lines for whoever looks into a call. They count against its `log` limit."""

from __future__ import annotations

import sys

from toolhost_sdk.written import unicode

if sys.platform == "wasi":
    from wit_world.imports import log as _host

    def _write(level: str, message: object) -> None:
        _host.log(_host.Level[level], unicode(message))
else:
    from toolhost_sdk.fake import _log as _write


def debug(message: object) -> None:
    """Writes a line that matters to the author alone."""
    _write("DEBUG", message)


def info(message: object) -> None:
    """Writes a line that says what is done."""
    _write("INFO", message)


def warn(message: object) -> None:
    """Writes a line about what may be wrong."""
    _write("WARN", message)


def error(message: object) -> None:
    """Writes a line about what is wrong."""
    _write("ERROR", message)
