"""Values of Python as JSON, where that loses nothing."""

import json
import math

# Numbers beyond are not the same in every reader of JSON.
INTEGERS = range(-(2**63), 2**64)
NODES_MAX = 20_000


class NotPlain(Exception):
    """A value has no form in JSON."""


def plain(value, text, characters_max):
    """The JSON form of `value`, or else `text`, which is its `repr`, cut at its bound."""
    try:
        found = convert(value, [NODES_MAX])
        if len(json.dumps(found, ensure_ascii=False)) <= characters_max:
            return found
    except (NotPlain, RecursionError):
        pass
    return cut(text, characters_max)


def convert(value, left):
    left[0] -= 1
    if left[0] < 0:
        raise NotPlain
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is int and value in INTEGERS or kind is float and math.isfinite(value):
        return value
    if kind is str:
        return clean(value)
    if kind in (list, tuple):
        return [convert(item, left) for item in value]
    if isinstance(value, dict) and all(type(key) is str for key in value):
        return {clean(key): convert(item, left) for key, item in value.items()}
    raise NotPlain


def clean(text):
    """`text` without halves of surrogate pairs, which are no UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def cut(text, characters_max):
    text = clean(text)
    if len(text) <= characters_max:
        return text
    return f"{text[:characters_max]}… ({len(text)} characters)"
