"""The component: what the host calls. Only a build imports this module.

What it loads is all that a call has, and what it makes of the hints is made at the build.
"""

from __future__ import annotations

import sys

import tool  # noqa: F401, the author's, whose functions register themselves
from componentize_py_types import Err
from wit_world import exports
from wit_world.exports import provider as wit
from wit_world.imports import types

from toolhost_sdk import content, tools
from toolhost_sdk.errors import ToolError
from toolhost_sdk.written import unicode

if "datetime" in sys.modules:
    # `strptime` loads it when it is first called, which would be too late.
    import _strptime  # noqa: F401

_ERRORS = {
    "invalid_input": types.ToolError_InvalidInput,
    "not_found": types.ToolError_NotFound,
    "failed": types.ToolError_Failed,
}

_TOOLS = tools.served()


def _definition(of: tools.Definition) -> wit.Definition:
    said = of.annotations
    hints = wit.Annotations(said.read_only, said.destructive, said.idempotent, said.open_world)
    return wit.Definition(of.name, of.title, of.description, of.input_schema, of.output_schema, hints)


_DEFINITIONS = [_definition(each.definition) for each in _TOOLS.values()]


class Provider(exports.Provider):
    """The interface that the host knows."""

    def list_tools(self) -> list[wit.Definition]:
        return _DEFINITIONS

    def invoke(self, name: str, arguments: str) -> list[wit.Content]:
        try:
            if name not in _TOOLS:
                raise ToolError.not_found(f"there is no tool `{name}`")
            return [_lowered(each) for each in _TOOLS[name].call(arguments)]
        except ToolError as error:
            raise Err(_ERRORS[error.kind](unicode(error.text))) from None


def _lowered(piece: content.Content) -> wit.Content:
    if isinstance(piece, content.Text):
        return wit.Content_Text(piece.value)
    if isinstance(piece, content.Json):
        return wit.Content_Json(piece.value)
    if isinstance(piece, content.Image):
        return wit.Content_Image(wit.Blob(piece.data, piece.media_type))
    if isinstance(piece, content.Audio):
        return wit.Content_Audio(wit.Blob(piece.data, piece.media_type))
    if isinstance(piece, content.Link):
        return wit.Content_Link(wit.Reference(piece.uri, piece.name, piece.description, piece.media_type))
    if isinstance(piece, content.Document):
        is_text = isinstance(piece.body, str)
        body = wit.DocumentBody_Text(piece.body) if is_text else wit.DocumentBody_Bytes(piece.body)
        return wit.Content_Document(wit.Document(piece.uri, piece.media_type, body))
    raise ToolError.failed(f"`{type(piece).__name__}` is no content")
