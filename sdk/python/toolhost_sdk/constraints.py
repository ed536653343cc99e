"""What a value must keep to beside its type: `Annotated[int, Range(1, 9)]`.

The host checks it before a call, by the schema. It is checked here as well, for tests and for
answers of servers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from toolhost_sdk.errors import Refused, Unfit

_SIZES = {
    "string": ("minLength", "maxLength", "characters"),
    "array": ("minItems", "maxItems", "items"),
    "object": ("minProperties", "maxProperties", "keys"),
}


@dataclass(frozen=True)
class Length:
    """How many characters a text has, or how many items a list, set or dict."""

    min: int | None = None
    max: int | None = None

    def keywords(self, kinds: frozenset[str]) -> dict[str, Any]:
        """What it adds to a schema of values of these kinds; empty if it says nothing of them."""
        found = [_SIZES[kind] for kind in _SIZES if kind in kinds]
        bounds = [bound for least, most, _ in found for bound in ((least, self.min), (most, self.max))]
        return {key: bound for key, bound in bounds if bound is not None}

    def check(self, value: Any, path: str) -> None:
        """Raises `Unfit` for a JSON value that breaks it."""
        unit = _SIZES.get(_kind(value), ("", "", ""))[2]
        if not unit:
            return
        if self.min is not None and len(value) < self.min:
            raise Unfit(path, f"must have at least {self.min} {unit}")
        if self.max is not None and len(value) > self.max:
            raise Unfit(path, f"must have at most {self.max} {unit}")


@dataclass(frozen=True)
class Range:
    """The least and the greatest number."""

    min: float | None = None
    max: float | None = None

    def keywords(self, kinds: frozenset[str]) -> dict[str, Any]:
        """What it adds to a schema of values of these kinds; empty if it says nothing of them."""
        if not kinds & {"integer", "number"}:
            return {}
        bounds = {"minimum": self.min, "maximum": self.max}
        return {key: bound for key, bound in bounds.items() if bound is not None}

    def check(self, value: Any, path: str) -> None:
        """Raises `Unfit` for a JSON value that breaks it."""
        if _kind(value) not in ("integer", "number"):
            return
        if self.min is not None and value < self.min:
            raise Unfit(path, f"must be at least {self.min}")
        if self.max is not None and value > self.max:
            raise Unfit(path, f"must be at most {self.max}")


@dataclass(frozen=True)
class Pattern:
    """A regular expression that is found in the text; `^` and `$` make it the whole text."""

    pattern: str

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise Refused(f"the pattern `{self.pattern}` is no regular expression: {error}") from None

    def keywords(self, kinds: frozenset[str]) -> dict[str, Any]:
        """What it adds to a schema of values of these kinds; empty if it says nothing of them."""
        return {"pattern": self.pattern} if "string" in kinds else {}

    def check(self, value: Any, path: str) -> None:
        """Raises `Unfit` for a JSON value that breaks it."""
        if isinstance(value, str) and not re.search(self.pattern, value):
            raise Unfit(path, f"must match `{self.pattern}`")


def _kind(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    kinds = {str: "string", list: "array", dict: "object", int: "integer", float: "number"}
    return kinds.get(type(value), "")
