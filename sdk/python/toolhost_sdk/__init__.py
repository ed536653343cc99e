"""Writes tools for toolhost: a function with a docstring and type hints is a tool.

The function stays what it was, and is tested as any other. Inside a component the imports are
the host's; elsewhere they are those of `toolhost_sdk.fake`, which a test sets.

Each of `log`, `progress`, `clock`, `random`, `config` and `http` is one import of a component,
and one that no source names is not imported.
"""

from toolhost_sdk.constraints import Length, Pattern, Range
from toolhost_sdk.content import Content
from toolhost_sdk.errors import ToolError
from toolhost_sdk.tools import Definition, Tool, tool

__all__ = ["Content", "Definition", "Length", "Pattern", "Range", "Tool", "ToolError", "tool"]
