"""Values that the operator granted."""

from __future__ import annotations

import sys

from toolhost_sdk.errors import ToolError
from toolhost_sdk.written import unicode

if sys.platform == "wasi":
    from wit_world.imports.config import all as _all
    from wit_world.imports.config import get as _get
else:
    from toolhost_sdk.fake import _all, _get


def get(key: str, default: str | None = None) -> str | None:
    """The value of a key, or `default` if it has none."""
    value = _get(unicode(key))
    return default if value is None else value


def require(key: str) -> str:
    """The value of a key that the tool cannot do without.

    Raises `failed`, which says what the operator has to grant.
    """
    value = _get(unicode(key))
    if value is None:
        raise ToolError.failed(f"`{key}` is not set; set it under `grants.config`")
    return value


def all() -> dict[str, str]:
    """Every key with its value."""
    return dict(_all())
