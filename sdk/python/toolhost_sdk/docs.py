"""Docstrings: what a tool does, and what its parameters are."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

from toolhost_sdk.errors import Refused

_ITEM = re.compile(r"[-*] `(\w+)`:\s*(.*)")
_ARGUMENT = re.compile(r"(\w+)(?:\s*\([^)]*\))?:\s*(.*)")
_PARAMETERS = ("Args:", "Arguments:", "Parameters:", "Attributes:")
# A reader of the code wants these, a caller of the tool does not.
_OTHERS = ("Returns:", "Return:", "Raises:", "Yields:", "Example:", "Examples:", "Note:", "Notes:")


@dataclass
class Docs:
    """A docstring, split."""

    description: str = ""
    """Everything that is about no parameter."""
    parameters: dict[str, str] = field(default_factory=dict)


def split(docstring: str | None, parameters: list[str]) -> Docs:
    """Takes what is about `parameters` out of a docstring.

    That is a section `Args:`, as Google's style has it, or the items of a list of the form
    ``- `city`: Which city.`` Lines below an item that are indented deeper belong to it.
    """
    docs = Docs()
    rest: list[str] = []
    lines = inspect.cleandoc(docstring or "").split("\n")
    while lines:
        line = lines.pop(0)
        item = _ITEM.fullmatch(line.rstrip())
        if line.rstrip() in _PARAMETERS:
            _arguments(_block(lines), docs, parameters)
        elif line.rstrip() in _OTHERS:
            _block(lines)
        elif item and item[1] in parameters:
            more = []
            while lines and lines[0].startswith("  ") and lines[0].strip():
                more.append(lines.pop(0).strip())
            _describe(docs, item[1], " ".join([item[2], *more]))
        else:
            rest.append(line.rstrip())
    docs.description = re.sub(r"\n{3,}", "\n\n", "\n".join(rest)).strip()
    return docs


def _block(lines: list[str]) -> list[str]:
    """Takes the lines below a heading that are indented."""
    block = []
    while lines and (lines[0].startswith(" ") or not lines[0].strip()):
        block.append(lines.pop(0))
    return inspect.cleandoc("\n" + "\n".join(block)).split("\n")


def _arguments(block: list[str], docs: Docs, parameters: list[str]) -> None:
    name = None
    for line in block:
        found = _ARGUMENT.fullmatch(line.strip()) if not line.startswith(" ") else None
        if found:
            name = found[1]
            if name not in parameters:
                known = ", ".join(f"`{name}`" for name in parameters) or "none"
                raise Refused(f"the docstring describes `{name}`, which is not there; the names are {known}")
            _describe(docs, name, found[2])
        elif line.strip() and name:
            docs.parameters[name] = f"{docs.parameters[name]} {line.strip()}".strip()


def _describe(docs: Docs, name: str, text: str) -> None:
    if name in docs.parameters:
        raise Refused(f"`{name}` is described twice; remove one description")
    docs.parameters[name] = text.strip()
