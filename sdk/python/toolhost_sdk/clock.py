"""The time, as coarse as the grant of a clock says."""

from __future__ import annotations

import datetime
import sys

if sys.platform == "wasi":
    from wit_world.imports.clock import now as _now
else:
    from toolhost_sdk.fake import _now

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def now() -> int:
    """Milliseconds since 1970 in UTC."""
    return _now()


def date_time() -> datetime.datetime:
    """The same as a date and time in UTC."""
    return _EPOCH + datetime.timedelta(milliseconds=now())
