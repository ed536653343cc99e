"""Finds the title in a page. Nothing here knows about the web or WebAssembly."""

import re

_CHARACTERS_MAX = 500

# Not `<titlebar>`.
_OPENING = re.compile(r"<title(?=[>/ \t\n\f\r])[^>]*>", re.IGNORECASE | re.ASCII)
_CLOSING = re.compile(r"</title", re.IGNORECASE | re.ASCII)

_ENTITIES = {
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&#39;": "'",
    "&nbsp;": " ",
    # The last, so that `&amp;lt;` stays `&lt;`.
    "&amp;": "&",
}


def title(page: str) -> str | None:
    """What stands between `<title>` and `</title>`, on one line, cut to 500 characters."""
    opening = _OPENING.search(page)
    closing = opening and _CLOSING.search(page, opening.end())
    if not closing:
        return None
    text = page[opening.end() : closing.start()]
    for entity, character in _ENTITIES.items():
        text = text.replace(entity, character)
    return " ".join(text.split())[:_CHARACTERS_MAX] or None
