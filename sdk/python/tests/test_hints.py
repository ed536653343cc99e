"""Which schema each type hint says, and which have none."""

import dataclasses
import enum
import typing
import unittest
from typing import Annotated, Any, Literal, Optional, TypedDict

import library  # noqa: F401
from toolhost_sdk import Length, Pattern, Range
from toolhost_sdk.errors import Refused, Unfit
from toolhost_sdk.hints import ANSWERS, ARGUMENTS, RESULTS, shape


class Units(enum.Enum):
    """The unit of temperatures."""

    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


class Size(enum.Enum):
    SMALL = enum.auto()
    LARGE = enum.auto()


class Grade(enum.IntEnum):
    LOW = 1
    HIGH = 5


@dataclasses.dataclass
class Point:
    """A place.

    Attributes:
        x: To the east.
    """

    x: float
    y: float = 0.0
    name: Optional[str] = None
    tags: list[str] = dataclasses.field(default_factory=list)


class Row(TypedDict):
    id: int
    note: Optional[str]


class Loose(TypedDict, total=False):
    id: int


@dataclasses.dataclass
class Even:
    number: int

    def __post_init__(self):
        if self.number % 2:
            raise ValueError("it is odd")


@dataclasses.dataclass
class Node:
    children: "list[Node]"


def schema(hint, use=ARGUMENTS):
    return shape(hint, use).schema


def read(hint, value, use=ARGUMENTS):
    return shape(hint, use).read(value, "at")


class Schemas(unittest.TestCase):
    def check(self, hint, expected):
        self.assertEqual(schema(hint), expected)

    def test_scalars_have_the_types_of_json(self):
        self.check(str, {"type": "string"})
        self.check(int, {"type": "integer"})
        self.check(float, {"type": "number"})
        self.check(bool, {"type": "boolean"})
        self.check(None, {"type": "null"})
        self.check(Any, {})

    def test_what_may_be_none_may_be_null(self):
        self.check(Optional[int], {"type": ["integer", "null"]})
        self.check(int | None, {"type": ["integer", "null"]})
        self.check(Optional[Literal["a"]], {"type": ["string", "null"], "enum": ["a", None]})
        self.check(int | str, {"anyOf": [{"type": "integer"}, {"type": "string"}]})
        self.check(int | str | None, {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]})

    def test_choices_are_listed(self):
        self.check(Literal["a", "b"], {"type": "string", "enum": ["a", "b"]})
        self.check(Literal["a", 1], {"enum": ["a", 1]})
        self.check(
            Units,
            {"description": "The unit of temperatures.", "type": "string", "enum": ["celsius", "fahrenheit"]},
        )
        self.check(Size, {"type": "string", "enum": ["small", "large"]})
        self.check(Grade, {"type": "integer", "enum": [1, 5]})

    def test_containers_say_what_they_hold(self):
        self.check(list[int], {"type": "array", "items": {"type": "integer"}})
        self.check(list, {"type": "array", "items": {}})
        self.check(set[str], {"type": "array", "items": {"type": "string"}, "uniqueItems": True})
        self.check(tuple[int, ...], {"type": "array", "items": {"type": "integer"}})
        pair = [{"type": "integer"}, {"type": "string"}]
        self.check(tuple[int, str], {"type": "array", "prefixItems": pair, "minItems": 2, "maxItems": 2})
        self.check(dict[str, int], {"type": "object", "additionalProperties": {"type": "integer"}})
        self.check(dict, {"type": "object", "additionalProperties": True})

    def test_classes_say_their_fields_and_no_others(self):
        properties = {
            "x": {"type": "number", "description": "To the east."},
            "y": {"type": "number", "default": 0.0},
            "name": {"type": ["string", "null"]},
            "tags": {"type": "array", "items": {"type": "string"}, "default": []},
        }
        about = {"type": "object", "description": "A place."}
        closed = {"properties": properties, "required": ["x"], "additionalProperties": False}
        self.check(Point, about | closed)
        self.check(
            Loose,
            {"type": "object", "properties": {"id": {"type": "integer"}}, "additionalProperties": False},
        )
        self.assertEqual(schema(Row)["required"], ["id", "note"])

    def test_what_is_returned_has_all_fields(self):
        returned = schema(Point, RESULTS)
        self.assertEqual(returned["required"], ["x", "y", "name", "tags"])
        self.assertNotIn("default", returned["properties"]["y"])

    def test_constraints_and_descriptions_are_said(self):
        self.check(
            Annotated[str, Length(1, 9), Pattern("^a"), "A word."],
            {
                "type": "string",
                "minLength": 1,
                "maxLength": 9,
                "pattern": "^a",
                "description": "A word.",
            },
        )
        self.check(Annotated[int, Range(min=1)], {"type": "integer", "minimum": 1})
        self.check(
            Annotated[list[int], Length(max=3)],
            {"type": "array", "items": {"type": "integer"}, "maxItems": 3},
        )
        self.check(Annotated[Optional[str], Length(max=3)], {"type": ["string", "null"], "maxLength": 3})

    def test_names_of_types_are_seen_through(self):
        self.check(typing.NewType("City", str), {"type": "string"})

    @unittest.skipUnless(hasattr(typing, "NotRequired"), "it came with Python 3.11")
    def test_keys_of_a_typed_dict_may_be_left_out(self):
        row = TypedDict("row", {"id": int, "note": typing.NotRequired[str]})
        self.assertEqual(schema(row)["required"], ["id"])
        self.assertEqual(schema(row)["properties"]["note"], {"type": "string"})

    def test_what_has_no_schema_is_refused_with_what_to_do(self):
        cases = {
            bytes: "`bytes` has no schema; take `str`, in Base64",
            complex: "take two `float`s",
            object.__class__: "write a dataclass",
            dict[int, str]: "write `dict[str, …]`",
            list[bytes]: "`bytes`",
            typing.TypeVar("T"): "name a type",
            Node: "contains itself",
            Annotated[int, Length(1)]: "says nothing of a whole number",
            Annotated[str, Range(1)]: "says nothing of a string",
            set[list[int]]: "cannot hold",
            Literal[b"x"]: "has no schema",
        }
        for hint, expected in cases.items():
            with self.assertRaises(Refused) as refused:
                shape(hint, ARGUMENTS)
            self.assertIn(expected, str(refused.exception), hint)

    def test_a_broken_pattern_is_refused(self):
        with self.assertRaises(Refused):
            Pattern("(")


class Reading(unittest.TestCase):
    def check_unfit(self, hint, value, expected, use=ARGUMENTS):
        with self.assertRaises(Unfit, msg=f"{hint} {value}") as unfit:
            read(hint, value, use)
        self.assertEqual(str(unfit.exception), expected)

    def test_numbers_are_what_the_hint_says(self):
        whole, real = read(int, 3.0), read(float, 3)
        self.assertEqual((whole, type(whole), real, type(real)), (3, int, 3.0, float))
        self.assertEqual(read(int, 2**70), 2**70)
        self.check_unfit(int, 3.5, "`at` must be a whole number")
        self.check_unfit(int, True, "`at` must be a whole number")
        self.check_unfit(float, "3", "`at` must be a number")
        self.check_unfit(bool, 1, "`at` must be true or false")

    def test_enums_and_classes_are_made(self):
        self.assertIs(read(Units, "celsius"), Units.CELSIUS)
        self.assertIs(read(Size, "large"), Size.LARGE)
        self.assertIs(read(Grade, 5), Grade.HIGH)
        self.assertEqual(read(Point, {"x": 1}), Point(1.0))
        self.assertEqual(read(list[Point], [{"x": 1, "tags": ["a"]}]), [Point(1.0, tags=["a"])])
        self.assertEqual(read(Row, {"id": 1, "note": None}), {"id": 1, "note": None})
        self.assertEqual(read(tuple[int, str], [1, "a"]), (1, "a"))
        self.assertEqual(read(set[int], [1, 1]), {1})
        self.assertEqual(read(dict[str, Point], {"a": {"x": 2}}), {"a": Point(2.0)})

    def test_what_does_not_fit_is_named_by_its_path(self):
        self.check_unfit(Units, "kelvin", "`at` must be one of `celsius`, `fahrenheit`")
        self.check_unfit(Literal[1], True, "`at` must be one of `1`")
        self.check_unfit(Literal["a"], ["a"], "`at` must be one of `a`")
        self.check_unfit(list[Point], [{"x": 0}, {"x": "0"}], "`at[1].x` must be a number")
        self.check_unfit(Point, {"y": 1}, "`at.x` is missing")
        self.check_unfit(Point, {"x": 1, "z": 1}, "`at.z` is unknown; known are `x`, `y`, `name`, `tags`")
        self.check_unfit(tuple[int, str], [1], "`at` must be an array of 2 items")
        self.check_unfit(dict[str, int], {"a": "b"}, "`at.a` must be a whole number")
        self.check_unfit(Optional[int], "a", "`at` must be a whole number")
        self.check_unfit(Optional[Point], {"x": "a"}, "`at.x` must be a number")
        self.check_unfit(
            int | str, [], "`at` fits no type: `at` must be a whole number, or `at` must be a string"
        )
        self.check_unfit(Even, {"number": 1}, "`at` does not fit: it is odd")

    def test_constraints_are_checked(self):
        self.check_unfit(Annotated[str, Length(2)], "é", "`at` must have at least 2 characters")
        self.check_unfit(Annotated[list, Length(max=1)], [1, 2], "`at` must have at most 1 items")
        self.check_unfit(Annotated[int, Range(1, 9)], 10, "`at` must be at most 9")
        self.check_unfit(Annotated[float, Range(0.5)], 0.25, "`at` must be at least 0.5")
        self.check_unfit(Annotated[str, Pattern("^a$")], "b", "`at` must match `^a$`")
        self.assertIsNone(read(Annotated[Optional[str], Length(2)], None))
        self.assertEqual(read(Annotated[str, Length(1, 1)], "é"), "é")

    def test_answers_may_say_more_than_the_class(self):
        self.assertEqual(read(Point, {"x": 1, "z": 1}, ANSWERS), Point(1.0))
