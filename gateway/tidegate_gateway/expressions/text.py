"""Values as text: how a document's value is written into a string, and how a person's text is shown in a message."""

import json
from typing import Any

import orjson

_SHOWN = 60


def shown(text: str) -> str:
    """A person's own text, quoted for a message: one printable line, cut to what helps."""
    cut = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return json.dumps(printable(cut), ensure_ascii=False)


def printable(text: str) -> str:
    """A text on one line, with a mark for what cannot be shown."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)


def as_text(value: Any) -> str:
    """A JSON value inside a text: a string as it is, null as nothing, anything else as JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else dumps(value).decode()


def dumps(value: Any) -> bytes:
    """A JSON value as compact UTF-8; integers of any length stay exact. ValueError for what is no JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return _exact(value)


def _exact(value: Any) -> bytes:
    """The same for numbers beyond 64 bits."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, RecursionError):
        raise ValueError("this is no JSON value") from None


def offset_of(text: str, line: int, column: int) -> int:
    """How many characters come before a place; lines and columns count from 1."""
    before = sum(len(one) + 1 for one in text.split("\n")[: max(0, line - 1)])
    return min(len(text), max(0, before + column - 1))
