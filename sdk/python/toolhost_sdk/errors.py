"""Why a tool could not do what it was asked, and why a function is no tool."""

from __future__ import annotations


class ToolError(Exception):
    """The error of a tool, as a sentence that the caller reads.

    Any other exception becomes `failed` with its type and message; choose one of the others
    where the caller can do something about it.
    """

    def __init__(self, kind: str, text: object) -> None:
        super().__init__(kind, text)
        self.kind = kind
        """`invalid_input`, `not_found` or `failed`."""
        self.text = str(text)

    @classmethod
    def invalid_input(cls, text: object) -> ToolError:
        """The arguments make no sense; say what to write instead."""
        return ToolError("invalid_input", text)

    @classmethod
    def not_found(cls, text: object) -> ToolError:
        """What was asked for does not exist."""
        return ToolError("not_found", text)

    @classmethod
    def failed(cls, text: object) -> ToolError:
        """Anything else."""
        return ToolError("failed", text)

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')}: {self.text}"


class Refused(Exception):
    """A function that cannot be a tool; ends the build."""


class Unfit(Exception):
    """A value that does not fit its type."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"`{path}` {problem}" if path else f"the whole {problem}")
