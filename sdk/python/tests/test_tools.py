"""Tools as the host sees them: definitions, calls, results and errors."""

import dataclasses
import json
import sys
import unittest
from typing import Annotated, Any, Optional

import library  # noqa: F401
from toolhost_sdk import Content, Length, ToolError, fake, log, tool, tools
from toolhost_sdk.errors import Refused


@dataclasses.dataclass
class Place:
    """A place."""

    name: str
    height: Optional[int] = None


@tool(read_only=True, open_world=False, title="Find a place", name="find-place")
def find(
    name: Annotated[str, Length(1, 100), "What it is called."],
    limit: int = 10,
    near: Optional[str] = None,
    *,
    kinds: list[str] = [],
) -> list[Place]:
    """Finds a place.

    Args:
        limit: How many.
    """
    return [Place(name, limit)] if near is None else []


def made(function, **options):
    """A tool that is not left behind for other tests."""
    registered = list(tools._tools)
    try:
        return tool(**options)(function)
    finally:
        tools._tools[:] = registered


def returning(value, hint=None):
    def answer():
        """Answers."""
        return value

    if hint is not None:
        answer.__annotations__["return"] = hint
    return made(answer)


class Definitions(unittest.TestCase):
    def test_hints_and_docstring_are_the_definition(self):
        definition = find.definition
        self.assertEqual((definition.name, definition.title), ("find-place", "Find a place"))
        self.assertEqual(definition.description, "Finds a place.")
        said = definition.annotations
        self.assertEqual(
            (said.read_only, said.destructive, said.idempotent, said.open_world), (True, None, None, False)
        )
        self.assertEqual(
            json.loads(definition.input_schema),
            {
                "type": "object",
                "properties": {
                    "name": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": 100,
                        "description": "What it is called.",
                    },
                    "limit": {"type": "integer", "default": 10, "description": "How many."},
                    "near": {"type": ["string", "null"]},
                    "kinds": {"type": "array", "items": {"type": "string"}, "default": []},
                },
                "required": ["name"],
                "additionalProperties": False,
            },
        )
        place = json.loads(definition.output_schema)["items"]
        self.assertEqual(place["required"], ["name", "height"])

    def test_texts_and_content_have_no_output_schema(self):
        for hint in [
            str,
            Optional[str],
            Content,
            list[Content],
            tuple[Content, ...],
            Content | str,
            Any,
            type(None),
        ]:
            self.assertIsNone(returning(None, hint).definition.output_schema, hint)
        self.assertEqual(json.loads(returning(1, int).definition.output_schema), {"type": "integer"})

    def test_the_function_stays_a_function(self):
        self.assertEqual(find("Oslo", limit=3), [Place("Oslo", 3)])
        self.assertEqual(find.__name__, "find")

    def test_what_is_no_tool_is_refused_with_where_it_stands(self):
        def no_hint(city):
            """Tells."""

        def no_docstring(city: str): ...

        def many(*cities: str):
            """Tells."""

        async def waits():
            """Tells."""

        def yields():
            """Tells."""
            yield 1

        def wrong_default(count: int = "a"):
            """Tells."""

        def none(count: int = None):  # noqa: RUF013
            """Tells."""

        def no_schema(data: bytes):
            """Tells."""

        def unknown(city: "City"):  # noqa: F821
            """Tells."""

        def names(city: str):
            """Tells.

            Args:
                town: Which.
            """

        cases = {
            no_hint: "`city` has no type hint; write one, such as `city: str`",
            no_docstring: "docstring",
            many: "cannot be given by name",
            waits: "not `async`",
            yields: "return a list",
            wrong_default: "the default of `count` does not fit",
            no_schema: "`data`: `bytes` has no schema",
            unknown: "cannot be looked up",
            names: "`town`, which is not there",
        }
        if sys.version_info >= (3, 11):
            # Before, Python itself made the hint an `Optional`.
            cases[none] = "write `count: … | None`"
        for function, expected in cases.items():
            with self.assertRaises(Refused, msg=function.__name__) as refused:
                made(function).definition
            text = str(refused.exception)
            self.assertIn(expected, text)
            self.assertRegex(text, rf"test_tools\.py:\d+: `{function.__name__}` cannot be a tool: ")

    def test_names_keep_to_the_contract(self):
        with self.assertRaises(Refused):
            made(lambda: None, name="größe").definition

    def test_two_tools_with_one_name_are_refused(self):
        before = list(tools._tools)
        self.addCleanup(tools._tools.__setitem__, slice(None), before)
        tools._tools[:] = []
        with self.assertRaisesRegex(Refused, "no tool"):
            tools.served()
        tools._tools[:] = [find]
        self.assertEqual(tools.served(), {"find-place": find})
        tools._tools[:] = [find, find]
        with self.assertRaisesRegex(Refused, "two tools are called `find-place`"):
            tools.served()


class Calls(unittest.TestCase):
    def setUp(self):
        fake.reset()

    def failure(self, call):
        with self.assertRaises(ToolError) as raised:
            call()
        return raised.exception.kind, raised.exception.text

    def test_arguments_come_as_text_or_as_values(self):
        expected = [Content.json([{"name": "Oslo", "height": 2}])]
        self.assertEqual(find.call('{"name": "Oslo", "limit": 2}'), expected)
        self.assertEqual(find.call({"name": "Oslo", "limit": 2, "near": None}), expected)
        self.assertEqual(find.call({"name": "Oslo", "near": "here"}), [Content.json([])])

    def test_arguments_that_do_not_fit_are_invalid_input(self):
        for arguments, expected in {
            '{"name": 1}': "`name` must be a string",
            '{"nam": "Oslo"}': "`nam` is unknown",
            "[]": "the whole must be an object",
            "{": "Expecting",
        }.items():
            kind, text = self.failure(lambda: find.call(arguments))
            self.assertEqual(kind, "invalid_input")
            self.assertIn(expected, text)

    def test_results_become_content(self):
        text, image = Content.text("a"), Content.image(b"\x89", "image/png")
        cases = [
            (returning(None, type(None)), []),
            (returning("a", str), [text]),
            (returning(None, Optional[str]), []),
            (returning(text, Content), [text]),
            (returning([text, image], list[Content]), [text, image]),
            (returning([], list[Content]), []),
            (returning((text, image), tuple[Content, Content]), [text, image]),
            (returning({"a": 1}, dict[str, int]), [Content.json({"a": 1})]),
            (returning(None, Optional[int]), [Content.json(None)]),
            (returning("a", Optional[int]), [Content.json("a")]),
            (returning(Place("é")), [Content.json({"name": "é", "height": None})]),
            (returning("a"), [text]),
            (returning([text]), [text]),
            (returning([]), [Content.json([])]),
            (returning(None), []),
        ]
        for each, expected in cases:
            self.assertEqual(each.call({}), expected)

    def test_results_that_cannot_be_handed_over_are_failures(self):
        for each in [
            returning(5, str),
            returning([1], list[Content]),
            returning(object(), dict),
            returning(float("nan"), float),
            returning("half \ud800", str),
            returning({"half": "\ud800"}, dict),
        ]:
            self.assertEqual(self.failure(lambda: each.call({}))[0], "failed")

    def test_errors_of_the_tool_are_the_caller_s(self):
        for error in [ToolError.invalid_input("a"), ToolError.not_found("b"), ToolError.failed("c")]:

            def fails():
                """Fails."""
                raise error

            self.assertEqual(self.failure(lambda: made(fails).call({})), (error.kind, error.text))
        self.assertEqual(fake.lines(), [])
        self.assertEqual(str(ToolError.not_found("b")), "not found: b")

    def test_any_other_exception_is_failed_and_a_line_in_the_log(self):
        def inner():
            raise ValueError("no size")

        def fails():
            """Fails."""
            inner()

        def leaves():
            """Leaves."""
            sys.exit(3)

        def misses():
            """Misses."""
            import there_is_no_such_module  # noqa: F401

        self.assertEqual(self.failure(lambda: made(fails).call({})), ("failed", "ValueError: no size"))
        (line,) = fake.lines()
        self.assertRegex(
            line,
            r"^ERROR ValueError: no size \(\S*test_tools\.py:\d+ in inner, \S*test_tools\.py:\d+ in fails\)$",
        )
        self.assertEqual(self.failure(lambda: made(leaves).call({})), ("failed", "SystemExit: 3"))
        self.assertIn("import it at the top", self.failure(lambda: made(misses).call({}))[1])

    def test_a_deep_trace_is_cut(self):
        def deep(count: int):
            """Goes deep."""
            return 1 / 0 if count == 0 else deep(count - 1)

        log.info("before")
        self.failure(lambda: made(deep).call({"count": 50}))
        _, line = fake.lines()
        self.assertIn("…", line)
        self.assertEqual(line.count("in deep"), 10)
