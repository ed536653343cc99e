"""How far a long call has come."""

from __future__ import annotations

import sys

from toolhost_sdk.written import unicode

if sys.platform == "wasi":
    from wit_world.imports.progress import report as _report
else:
    from toolhost_sdk.fake import _report


def report(done: float, total: float | None = None, message: str | None = None) -> None:
    """`done` of `total`, in whatever unit; `message` says what is being done."""
    _report(
        float(done), None if total is None else float(total), None if message is None else unicode(message)
    )
