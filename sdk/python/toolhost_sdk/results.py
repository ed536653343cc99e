"""How what a function returns becomes content."""

from __future__ import annotations

import typing
from collections.abc import Callable
from types import UnionType
from typing import Any

from toolhost_sdk import hints
from toolhost_sdk.content import Content
from toolhost_sdk.shapes import MISSING, Shape

Contents = Callable[[Any], list[Content]]


def returned(hint: Any) -> tuple[Contents, Shape | None]:
    """How to make content of what a hint says, and its shape if that is data.

    `MISSING` says that there is no hint; then each value is taken for what it is.
    """
    if hint is MISSING or hint is Any or hint is object:
        return _as_it_is, None
    alternatives = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, UnionType) else (hint,)
    if all(each in (None, type(None), str) or _is_content(each) for each in map(_bare, alternatives)):
        return _content, None
    return _json, hints.shape(hint, hints.RESULTS)


def _bare(hint: Any) -> Any:
    return typing.get_args(hint)[0] if typing.get_origin(hint) is typing.Annotated else hint


def _is_content(hint: Any) -> bool:
    if isinstance(hint, type) and not typing.get_args(hint):
        return issubclass(hint, Content)
    inside = [each for each in typing.get_args(hint) if each is not ...]
    return bool(inside) and typing.get_origin(hint) in (list, tuple) and all(map(_is_content, inside))


def _content(value: Any) -> list[Content]:
    if value is None:
        return []
    if isinstance(value, str):
        return [Content.text(value)]
    if isinstance(value, Content):
        return [value]
    if isinstance(value, (list, tuple)) and all(isinstance(each, Content) for each in value):
        return list(value)
    raise TypeError(f"the tool returned `{type(value).__name__}`, which its type hint does not say")


def _json(value: Any) -> list[Content]:
    return [Content.json(value)]


def _as_it_is(value: Any) -> list[Content]:
    rich = isinstance(value, (list, tuple)) and value and all(isinstance(each, Content) for each in value)
    if value is None or isinstance(value, (str, Content)) or rich:
        return _content(value)
    return _json(value)
