"""Tools: functions that the host can call."""

from __future__ import annotations

import functools
import inspect
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec, TypeVar, overload

from toolhost_sdk import docs, hints, log, results
from toolhost_sdk.content import Content
from toolhost_sdk.errors import Refused, ToolError, Unfit
from toolhost_sdk.shapes import MISSING, Record

P = ParamSpec("P")
R = TypeVar("R")

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")

_tools: list[Tool[..., Any]] = []


@dataclass(frozen=True)
class Annotations:
    """What a caller may expect of a tool; what is None is not said."""

    read_only: bool | None
    destructive: bool | None
    idempotent: bool | None
    open_world: bool | None


@dataclass(frozen=True)
class Definition:
    """What the host and models read about a tool; schemas are JSON texts."""

    name: str
    title: str | None
    description: str
    input_schema: str
    output_schema: str | None
    annotations: Annotations


class Tool(Generic[P, R]):
    """A function that is a tool; it is called as it ever was."""

    def __init__(
        self, function: Callable[P, R], name: str | None, title: str | None, said: Annotations
    ) -> None:
        functools.update_wrapper(self, function)
        self.function: Callable[..., Any] = function
        self.name = name or function.__name__
        self._title = title
        self._annotations = said

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<tool {self.name}>"

    @property
    def definition(self) -> Definition:
        """What the host and models read about it. Raises `Refused` for what is no tool."""
        return self._made[0]

    def call(self, arguments: str | dict[str, Any]) -> list[Content]:
        """Calls it as the host does, with an object of JSON or its text.

        Raises `ToolError` alone: any other exception has become `failed`.
        """
        _, parameters, contents = self._made
        try:
            values = json.loads(arguments) if isinstance(arguments, str) else arguments
            keywords = parameters.read(values, "")
        except (ValueError, Unfit) as problem:
            raise ToolError.invalid_input(f"the arguments do not fit: {problem}") from None
        try:
            return contents(self.function(**keywords))
        except (ToolError, KeyboardInterrupt):
            raise
        except BaseException as error:
            log.error(_traced(error))
            raise ToolError.failed(_told(error)) from error

    @functools.cached_property
    def _made(self) -> tuple[Definition, Record, results.Contents]:
        # Made when it is first needed, since a hint may name a class that stands further below.
        try:
            return self._make()
        except Refused as problem:
            code = self.function.__code__
            place = f"{short(code.co_filename)}:{code.co_firstlineno}"
            raise Refused(f"{place}: `{self.function.__name__}` cannot be a tool: {problem}") from None

    def _make(self) -> tuple[Definition, Record, results.Contents]:
        refuse_what_no_tool_can_be(self.function, self.name)
        parameters = inspect.signature(self.function).parameters
        found = hints.look_up(self.function)
        about = docs.split(self.function.__doc__, list(parameters))
        if not about.description:
            raise Refused("it needs a docstring, which is the description that a model reads")
        fields = {}
        for name, parameter in parameters.items():
            if name not in found:
                raise Refused(f"`{name}` has no type hint; write one, such as `{name}: str`")
            default = MISSING if parameter.default is parameter.empty else parameter.default
            try:
                fields[name] = hints.field(name, found[name], default, hints.ARGUMENTS)
            except Refused as problem:
                raise Refused(f"`{name}`: {problem}") from None
            fields[name].description = about.parameters.get(name, "")
        record = Record(fields, dict)
        contents, returned = results.returned(found.get("return", MISSING))
        definition = Definition(
            name=self.name,
            title=self._title,
            description=about.description,
            input_schema=_text(record.schema),
            output_schema=_text(returned.schema) if returned else None,
            annotations=self._annotations,
        )
        return definition, record, contents


@overload
def tool(function: Callable[P, R], /) -> Tool[P, R]: ...


@overload
def tool(
    *,
    name: str | None = None,
    title: str | None = None,
    read_only: bool | None = None,
    destructive: bool | None = None,
    idempotent: bool | None = None,
    open_world: bool | None = None,
) -> Callable[[Callable[P, R]], Tool[P, R]]: ...


def tool(
    function: Callable[..., Any] | None = None,
    /,
    *,
    name: str | None = None,
    title: str | None = None,
    read_only: bool | None = None,
    destructive: bool | None = None,
    idempotent: bool | None = None,
    open_world: bool | None = None,
) -> Any:
    """Makes a tool of a function: `@tool`, or `@tool(read_only=True, title="…")`.

    `read_only`: it changes nothing outside itself. `destructive`: what it changes may be lost.
    `idempotent`: to call it again with the same arguments changes nothing more. `open_world`: it
    reaches something outside the host. They are hints; what is left out is not said.
    """
    said = Annotations(read_only, destructive, idempotent, open_world)

    def make(function: Callable[..., Any]) -> Tool[..., Any]:
        made = Tool(function, name, title, said)
        _tools.append(made)
        return made

    return make if function is None else make(function)


def served() -> dict[str, Tool[..., Any]]:
    """Every tool of the modules that are loaded, by name. Raises `Refused` for what is no tool."""
    if not _tools:
        raise Refused("tool.py: there is no tool in it; write `@tool` above a function")
    by_name: dict[str, Tool[..., Any]] = {}
    for each in _tools:
        name = each.definition.name
        if name in by_name:
            raise Refused(f'two tools are called `{name}`; give one another name by `@tool(name="…")`')
        by_name[name] = each
    return by_name


def refuse_what_no_tool_can_be(function: Callable[..., Any], name: str) -> None:
    """Raises `Refused` for functions that a call with JSON cannot call."""
    if not inspect.isfunction(function):
        raise Refused("only functions are tools")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise Refused("a tool is not `async`; `http.fetch` waits by itself")
    if inspect.isgeneratorfunction(function):
        raise Refused("a tool does not `yield`; return a list")
    if not _NAME.fullmatch(name):
        raise Refused(f"`{name}` is no name of a tool; it has 1 to 128 of `A-Z a-z 0-9 _ - .`")
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in plain:
            raise Refused(f"`{parameter}` cannot be given by name; write each parameter out")


def short(path: str) -> str:
    """A path of a source without the folder that the build mounts."""
    return re.sub(r"^/\d+/", "", path)


def _text(schema: dict[str, Any]) -> str:
    return json.dumps(schema, ensure_ascii=False, separators=(",", ":"))


def _told(error: BaseException) -> str:
    """The type and message of an exception."""
    text = f"{type(error).__name__}: {error}".removesuffix(": ")
    if isinstance(error, ModuleNotFoundError):
        text += "; import it at the top of `tool.py`, since a call finds only what the build has loaded"
    return text


def _traced(error: BaseException) -> str:
    """The same with the author's lines that it passed, the last one first."""
    places: list[str] = []
    # The first is the call here.
    step = error.__traceback__.tb_next if error.__traceback__ else None
    while step:
        code = step.tb_frame.f_code
        places.insert(0, f"{short(code.co_filename)}:{step.tb_lineno} in {code.co_name}")
        step = step.tb_next
    if len(places) > 10:
        places[5:-5] = ["…"]
    return f"{_told(error)} ({', '.join(places)})" if places else _told(error)
