"""Type hints: which shape each says.

Types stand where they are used, without references, because clients of models understand that
best. A type that contains itself would need them, and is refused.
"""

from __future__ import annotations

import collections.abc
import dataclasses
import json
import types
import typing
from enum import Enum
from typing import Annotated, Any, Literal, Union

from toolhost_sdk import docs
from toolhost_sdk.constraints import Length, Pattern, Range
from toolhost_sdk.errors import Refused, Unfit
from toolhost_sdk.shapes import (
    MISSING,
    SCALARS,
    A,
    Anything,
    Choice,
    Either,
    Field,
    Items,
    Kept,
    Map,
    Record,
    Row,
    Scalar,
    Shape,
)
from toolhost_sdk.written import case, plain

_LISTS = {
    list: list,
    set: set,
    frozenset: frozenset,
    collections.abc.Sequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.abc.Set: frozenset,
}
_MAPS = (dict, collections.abc.Mapping, collections.abc.MutableMapping)
_PRESENCE = [getattr(typing, name) for name in ("Required", "NotRequired") if hasattr(typing, name)]
_INSTEAD = {bytes: "take `str`, in Base64", bytearray: "take `str`, in Base64", complex: "take two `float`s"}


@dataclasses.dataclass(frozen=True)
class Use:
    """What the shape is for."""

    open: bool = False
    """Keys that a class does not have are ignored."""
    returned: bool = False
    """Every field of a class is there, for it has been made."""
    within: tuple[Any, ...] = ()
    """The classes that contain the hint."""


ARGUMENTS = Use()
RESULTS = Use(returned=True)
ANSWERS = Use(open=True)


def shape(hint: Any, use: Use) -> Shape:
    """The shape that a hint says. Raises `Refused` for one without a schema."""
    if isinstance(hint, typing.NewType):
        return shape(hint.__supertype__, use)
    if type(hint).__name__ == "TypeAliasType":
        return shape(hint.__value__, use)
    if hint is Any or hint is object:
        return Anything()
    if hint is None:
        return Scalar("null")
    if isinstance(hint, type) and hint in SCALARS:
        return Scalar(SCALARS[hint])
    if typing.get_origin(hint) is Annotated:
        inner, *said = typing.get_args(hint)
        return _annotated(shape(inner, use), said)
    if typing.get_origin(hint) in (Union, types.UnionType):
        return Either([shape(inner, use) for inner in typing.get_args(hint)])
    if typing.get_origin(hint) is Literal:
        return _literal(typing.get_args(hint))
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    if dataclasses.is_dataclass(hint) or typing.is_typeddict(hint):
        return _record(hint, use)
    return _container(hint, use)


def look_up(owner: Any) -> dict[str, Any]:
    """The hints of a function or class, with the names in them looked up."""
    try:
        return typing.get_type_hints(owner, include_extras=True)
    except NameError as error:
        raise Refused(f"a type hint of `{owner.__name__}` cannot be looked up: {error}") from None


def named(hint: Any) -> str:
    """The hint as its author wrote it, more or less."""
    text = hint.__name__ if isinstance(hint, type) and not typing.get_args(hint) else str(hint)
    return f"`{text.replace('typing.', '')}`"


def field(name: str, hint: Any, default: Any, use: Use) -> Field:
    """A parameter or field with a hint and a default, or `MISSING`."""
    of = shape(hint, use)
    if use.returned:
        return Field(of, needed=True)
    if default is not MISSING:
        shown = written(name, default, of)
        return Field(of, needed=False, default=MISSING if shown is None else shown)
    if of.kinds != frozenset(A) and "null" in of.kinds:
        return Field(of, needed=False, absent=None)
    return Field(of, needed=True)


def written(name: str, default: Any, of: Shape) -> Any:
    """A default as JSON. Raises `Refused` for one that is none of its own type."""
    try:
        value = json.loads(json.dumps(default, default=plain, allow_nan=False))
        of.read(value, name)
    except (TypeError, ValueError, Unfit) as problem:
        remedy = f"; write `{name}: … | None`" if default is None else ""
        raise Refused(f"the default of `{name}` does not fit its type: {problem}{remedy}") from None
    return value


def _annotated(inner: Shape, said: list[Any]) -> Shape:
    for each in said:
        if isinstance(each, str):
            inner = Kept(inner, {"description": each})
        elif isinstance(each, (Length, Range, Pattern)):
            keywords = each.keywords(inner.kinds)
            if not keywords:
                kinds = " or ".join(A[kind] for kind in sorted(inner.kinds))
                raise Refused(f"`{each}` says nothing of {kinds}")
            inner = Kept(inner, keywords, each.check)
    return inner


def _literal(values: tuple[Any, ...]) -> Shape:
    for value in values:
        if type(value) not in SCALARS:
            remedy = "write texts, whole numbers, true, false or None"
            raise Refused(f"`{value!r}` in a `Literal` has no schema; {remedy}")
    return Choice([(value, value) for value in values])


def _enum(members: type[Enum]) -> Shape:
    if not len(members):
        raise Refused(f"`{members.__name__}` has no cases")
    return Choice([(case(member), member) for member in members], _docstring(members))


def _container(hint: Any, use: Use) -> Shape:
    origin, arguments = typing.get_origin(hint) or hint, typing.get_args(hint)
    first = lambda: shape(arguments[0], use) if arguments else Anything()
    if origin is tuple and (not arguments or arguments[1:] == (...,)):
        return Items(first(), tuple)
    if origin is tuple:
        return Row([shape(inner, use) for inner in arguments])
    if isinstance(origin, type) and origin in _LISTS:
        return _items(first(), _LISTS[origin], hint)
    if origin in _MAPS and arguments[:1] in ((), (str,)):
        return Map(shape(arguments[1], use) if arguments else Anything())
    if origin in _MAPS:
        raise Refused(f"{named(hint)} has no schema: keys are texts in JSON; write `dict[str, …]`")
    remedy = (
        _INSTEAD.get(hint, "take a `str`, or write a dataclass") if isinstance(hint, type) else "name a type"
    )
    raise Refused(f"{named(hint)} has no schema; {remedy}")


def _items(item: Shape, make: Any, hint: Any) -> Shape:
    if make in (set, frozenset) and item.kinds & {"array", "object"}:
        raise Refused(f"{named(hint)} cannot hold what comes; write a list, or say of what it is")
    return Items(item, make)


def _record(owner: Any, use: Use) -> Shape:
    if owner in use.within:
        raise Refused(f"`{owner.__name__}` contains itself, and no such schema is accepted")
    inside = dataclasses.replace(use, within=(*use.within, owner))
    found = look_up(owner)
    # An answer is read by a call, which needs no descriptions.
    about = docs.Docs() if use.open else docs.split(_docstring(owner), list(found))
    of = _keys if typing.is_typeddict(owner) else _attributes
    fields = of(owner, found, inside)
    for name, each in fields.items():
        each.description = about.parameters.get(name, "")
    record = Record(fields, dict if typing.is_typeddict(owner) else owner, about.description)
    record.open = use.open
    return record


def _attributes(owner: Any, found: dict[str, Any], use: Use) -> dict[str, Field]:
    fields = {}
    for each in dataclasses.fields(owner):
        default = each.default if each.default is not dataclasses.MISSING else MISSING
        factory = each.default_factory
        if factory in (list, dict, set, frozenset, tuple):
            default = factory()
        if each.init or use.returned:
            fields[each.name] = field(each.name, found[each.name], default, use)
        if default is MISSING and factory is not dataclasses.MISSING and each.name in fields:
            # What it makes may differ from call to call, so it is not shown.
            fields[each.name].needed, fields[each.name].absent = use.returned, MISSING
    return fields


def _keys(owner: Any, found: dict[str, Any], use: Use) -> dict[str, Field]:
    fields = {}
    for name, hint in found.items():
        # `__required_keys__` knows nothing of hints that were texts when the class was made.
        needed = name in owner.__required_keys__
        if typing.get_origin(hint) in _PRESENCE:
            needed = typing.get_origin(hint) is _PRESENCE[0]
            (hint,) = typing.get_args(hint)
        fields[name] = Field(shape(hint, use), needed=needed)
    return fields


def _docstring(owner: Any) -> str:
    """The docstring that somebody wrote; `dataclass` and `Enum` write some themselves."""
    text = owner.__dict__.get("__doc__") or ""
    made = text == "An enumeration." or text.startswith(f"{owner.__name__}(")
    return "" if made else text.strip()
