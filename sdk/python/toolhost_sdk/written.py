"""How values are written so that they can leave a component: as JSON, and as Unicode."""

from __future__ import annotations

import dataclasses
from enum import Enum
from typing import Any


def plain(value: Any) -> Any:
    """A value that `json` knows, or that this function makes one of: it is `default` there."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, Enum):
        return case(value)
    if isinstance(value, (set, frozenset)):
        return list(value)
    raise TypeError(f"`{type(value).__name__}` cannot be written as JSON")


def unicode(text: object) -> str:
    """The text with what is no Unicode, such as half of a surrogate pair, replaced."""
    return str(text).encode("utf-8", "replace").decode()


def case(member: Enum) -> Any:
    """What stands for the member of an enum: its value if that speaks, else its name."""
    members = type(member)
    if all(isinstance(each.value, str) for each in members) or issubclass(members, int):
        return member.value
    return member.name.lower()
