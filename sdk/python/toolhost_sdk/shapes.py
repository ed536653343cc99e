"""What types say of a value: a JSON Schema, and how JSON becomes a value of the type."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from toolhost_sdk.errors import Unfit

MISSING: Any = object()

SCALARS = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
A = {
    "string": "a string",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "null": "null",
    "array": "an array",
    "object": "an object",
}


class Shape:
    """What a type says of a value."""

    schema: dict[str, Any]
    kinds: frozenset[str]
    """The types of JSON that it takes."""

    def read(self, value: Any, path: str) -> Any:
        """What the JSON value at `path` is in Python, or `Unfit`."""
        raise NotImplementedError


class Anything(Shape):
    """Any JSON value."""

    schema: dict[str, Any] = {}
    kinds = frozenset(A)

    def read(self, value: Any, path: str) -> Any:
        return value


class Scalar(Shape):
    """A string, number, boolean or null."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.kinds = frozenset([kind])
        self.schema = {"type": kind}

    def read(self, value: Any, path: str) -> Any:
        if self.kind == "string" and isinstance(value, str):
            return value
        if self.kind == "boolean" and isinstance(value, bool):
            return value
        if self.kind == "null" and value is None:
            return None
        # To JSON Schema 3.0 is a whole number, and 3 a number.
        if self.kind == "integer" and _is_number(value) and value == int(value):
            return int(value)
        if self.kind == "number" and _is_number(value):
            return float(value)
        raise Unfit(path, f"must be {A[self.kind]}")


class Choice(Shape):
    """One of some values, each with what it is in Python."""

    def __init__(self, choices: list[tuple[Any, Any]], description: str = "") -> None:
        values = [value for value, _ in choices]
        self.members = {_distinct(value): member for value, member in choices}
        self.known = ", ".join(f"`{value}`" for value in values)
        self.kinds = frozenset(SCALARS[type(value)] for value in values)
        self.schema = {"description": description} if description else {}
        if len(self.kinds) == 1:
            self.schema["type"] = next(iter(self.kinds))
        self.schema["enum"] = values

    def read(self, value: Any, path: str) -> Any:
        if isinstance(value, (list, dict)) or _distinct(value) not in self.members:
            raise Unfit(path, f"must be one of {self.known}")
        return self.members[_distinct(value)]


class Either(Shape):
    """The first of several shapes that fits."""

    def __init__(self, shapes: list[Shape]) -> None:
        self.shapes = shapes
        self.kinds = frozenset().union(*(each.kinds for each in shapes))
        others = [each for each in shapes if each.kinds != {"null"}]
        only = others[0].schema if len(others) == 1 else {}
        if len(others) < len(shapes) and isinstance(only.get("type"), str):
            self.schema = {**only, "type": [only["type"], "null"]}
            if "enum" in only:
                self.schema["enum"] = [*only["enum"], None]
        else:
            self.schema = {"anyOf": [each.schema for each in shapes]}

    def read(self, value: Any, path: str) -> Any:
        if value is None and "null" in self.kinds:
            return None
        problems = []
        for each in self.shapes:
            try:
                return each.read(value, path)
            except Unfit as problem:
                if each.kinds != {"null"}:
                    problems.append(problem)
        if len(problems) == 1:
            raise problems[0]
        raise Unfit(path, f"fits no type: {', or '.join(map(str, problems))}")


class Items(Shape):
    """A list, a set, or a tuple of any length."""

    kinds = frozenset(["array"])

    def __init__(self, item: Shape, make: Callable[[list[Any]], Any]) -> None:
        self.item, self.make = item, make
        self.schema = {"type": "array", "items": item.schema}
        if make in (set, frozenset):
            self.schema["uniqueItems"] = True

    def read(self, value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise Unfit(path, "must be an array")
        return self.make([self.item.read(item, f"{path}[{at}]") for at, item in enumerate(value)])


class Row(Shape):
    """A tuple of so many items, each of its own shape."""

    kinds = frozenset(["array"])

    def __init__(self, shapes: list[Shape]) -> None:
        self.shapes = shapes
        self.schema = {
            "type": "array",
            "prefixItems": [each.schema for each in shapes],
            "minItems": len(shapes),
            "maxItems": len(shapes),
        }

    def read(self, value: Any, path: str) -> Any:
        if not isinstance(value, list) or len(value) != len(self.shapes):
            raise Unfit(path, f"must be an array of {len(self.shapes)} items")
        pairs = enumerate(zip(self.shapes, value, strict=True))
        return tuple(each.read(item, f"{path}[{at}]") for at, (each, item) in pairs)


class Map(Shape):
    """An object with any keys."""

    kinds = frozenset(["object"])

    def __init__(self, value: Shape) -> None:
        self.value = value
        self.schema = {"type": "object", "additionalProperties": value.schema or True}

    def read(self, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise Unfit(path, "must be an object")
        return {key: self.value.read(each, _below(path, key)) for key, each in value.items()}


class Field:
    """A parameter of a function, or a field of a class."""

    def __init__(self, shape: Shape, *, needed: bool, default: Any = MISSING, absent: Any = MISSING) -> None:
        self.shape = shape
        self.needed = needed
        self.default = default
        """What it is if it is left out, as JSON, for the schema."""
        self.absent = absent
        """What is handed over if it is left out; nothing if whoever takes it knows."""
        self.description = ""

    def schema(self) -> dict[str, Any]:
        """The schema of its value, with what is said about it here."""
        said: dict[str, Any] = {"description": self.description} if self.description else {}
        if self.default is not MISSING:
            said["default"] = self.default
        return {**self.shape.schema, **said}


class Record(Shape):
    """An object with certain keys: the parameters of a function, or the fields of a class."""

    kinds = frozenset(["object"])

    def __init__(self, fields: dict[str, Field], make: Callable[..., Any], description: str = "") -> None:
        self.fields, self.make = fields, make
        self.open = False
        """Whether other keys are ignored."""
        self.schema = {"type": "object"}
        if description:
            self.schema["description"] = description
        self.schema["properties"] = {name: field.schema() for name, field in fields.items()}
        needed = [name for name, field in fields.items() if field.needed]
        if needed:
            self.schema["required"] = needed
        self.schema["additionalProperties"] = False

    def read(self, value: Any, path: str) -> Any:
        if not isinstance(value, dict):
            raise Unfit(path, "must be an object")
        for key in value:
            if key not in self.fields and not self.open:
                known = ", ".join(f"`{name}`" for name in self.fields) or "none"
                raise Unfit(_below(path, key), f"is unknown; known are {known}")
        values = {}
        for name, field in self.fields.items():
            if name in value:
                values[name] = field.shape.read(value[name], _below(path, name))
            elif field.needed:
                raise Unfit(_below(path, name), "is missing")
            elif field.absent is not MISSING:
                values[name] = field.absent
        try:
            return self.make(**values)
        except ValueError as problem:
            # What `__post_init__` of a dataclass checks.
            raise Unfit(path, f"does not fit: {problem}") from None


class Kept(Shape):
    """A shape with more said about it: a description, or a constraint."""

    def __init__(
        self, inner: Shape, said: dict[str, Any], check: Callable[[Any, str], None] | None = None
    ) -> None:
        self.inner, self.check = inner, check
        self.kinds = inner.kinds
        self.schema = {**inner.schema, **said}

    def read(self, value: Any, path: str) -> Any:
        made = self.inner.read(value, path)
        if self.check:
            self.check(value, path)
        return made


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _distinct(value: Any) -> tuple[type, Any]:
    # `True` equals 1 to Python, and 1.0 is 1 to JSON.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return type(value), value
