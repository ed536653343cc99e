"""Shows a colour as every kind of content: text, image, document, link and JSON."""

import re
from dataclasses import dataclass
from typing import Annotated

from png import square
from toolhost_sdk import Content, Length, ToolError, tool

_DIGITS = re.compile("[0-9A-Fa-f]{6}")


@dataclass
class Colour:
    """A colour by its parts."""

    red: int
    green: int
    blue: int


@tool(read_only=True, idempotent=True, title="Show a colour")
def show_colour(hex: Annotated[str, Length(6, 7)]) -> list[Content]:
    """Shows a colour: a text, a small image, a style sheet, a link to read on, and its parts.

    Args:
        hex: Six hex digits, such as `ff8800`.
    """
    colour = parse(hex)
    digits = f"{colour.red:02x}{colour.green:02x}{colour.blue:02x}"
    return [
        Content.text(f"The colour #{digits}."),
        Content.image(square(16, (colour.red, colour.green, colour.blue)), "image/png"),
        Content.document(f"colour:///{digits}.css", "text/css", f":root {{ --colour: #{digits}; }}\n"),
        Content.link(
            "https://www.w3.org/TR/css-color-4/",
            "CSS Color Module",
            description="What browsers make of colours.",
            media_type="text/html",
        ),
        Content.json(colour),
    ]


def parse(hex: str) -> Colour:
    """The colour that the digits say."""
    digits = hex.removeprefix("#")
    if not _DIGITS.fullmatch(digits):
        raise ToolError.invalid_input("`hex` is no colour; write six hex digits, such as `ff8800`")
    return Colour(*bytes.fromhex(digits))
