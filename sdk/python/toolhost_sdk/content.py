"""The pieces of a rich result."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from toolhost_sdk.written import plain


class Content:
    """One piece of a result. Two are equal if they say the same."""

    def __post_init__(self) -> None:
        # Else it would fail on its way out of the component, where nothing can catch it.
        for value in vars(self).values():
            if isinstance(value, str):
                value.encode()
            elif value is not None and not isinstance(value, bytes):
                raise TypeError(f"content holds texts and bytes, not `{type(value).__name__}`")

    @staticmethod
    def text(text: str) -> Content:
        """A text."""
        return Text(text)

    @staticmethod
    def image(data: bytes, media_type: str) -> Content:
        """An image, such as of `image/png`."""
        return Image(bytes(data), media_type)

    @staticmethod
    def audio(data: bytes, media_type: str) -> Content:
        """A sound, such as of `audio/wav`."""
        return Audio(bytes(data), media_type)

    @staticmethod
    def document(uri: str, media_type: str, text: str) -> Content:
        """A document of text, handed over whole."""
        return Document(uri, media_type, text)

    @staticmethod
    def file(uri: str, media_type: str, data: bytes) -> Content:
        """A document of bytes, handed over whole."""
        return Document(uri, media_type, bytes(data))

    @staticmethod
    def link(uri: str, name: str, description: str | None = None, media_type: str | None = None) -> Content:
        """A pointer to a document."""
        return Link(uri, name, description, media_type)

    @staticmethod
    def json(value: Any) -> Content:
        """A value, which reaches the caller both as text and as data.

        Dataclasses, enums and sets are written as their schema says. Raises `TypeError` or
        `ValueError` for a value that JSON cannot hold.
        """
        text = json.dumps(value, default=plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return Json(text)


@dataclass(frozen=True)
class Text(Content):
    """A text."""

    value: str


@dataclass(frozen=True)
class Image(Content):
    """An image."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Audio(Content):
    """A sound."""

    data: bytes
    media_type: str


@dataclass(frozen=True)
class Document(Content):
    """A document handed over whole."""

    uri: str
    media_type: str
    body: str | bytes


@dataclass(frozen=True)
class Link(Content):
    """A pointer to a document."""

    uri: str
    name: str
    description: str | None
    media_type: str | None


@dataclass(frozen=True)
class Json(Content):
    """JSON text."""

    value: str
