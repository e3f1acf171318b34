"""What a mistake of type, bound or spelling is called: one sentence each that says what to do."""

import difflib
from collections.abc import Callable, Collection, Mapping
from typing import Any

Sentence = Callable[[Any, Mapping[str, Any]], str]
"""Takes the value as written and what the check knows of its bound."""


def unknown_field(name: object, known: Collection[str]) -> str:
    """For a field that does not exist."""
    close = closest(str(name), known)
    if close is not None:
        return f"There is no such field: did you mean {close}?"
    return f"There is no such field; there are {', '.join(known)}."


def wrong_choice(value: object, choices: Collection[str]) -> str:
    """For a value out of an enumeration."""
    listed = ", ".join(choices)
    if not isinstance(value, str):
        return f"Give one of {listed}, not {_kind(value)}."
    close = closest(value, choices)
    return f"Give one of {listed}." if close is None else f"Give one of {listed}: did you mean {close}?"


def closest(text: str, known: Collection[str]) -> str | None:
    """What was probably meant, upper and lower case aside."""
    lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(text.lower(), lower, n=1, cutoff=0.6)
    return lower[found[0]] if found else None


def sentence(error: str, value: object, context: Mapping[str, Any]) -> str:
    """For every other kind of mistake, by Pydantic's name of it."""
    return _SENTENCES[error](value, context)


def _kind(value: object) -> str:
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        (int, "a number"),
        (float, "a number with a fraction"),
        (str, "a text"),
        (dict, "an object"),
        ((list, tuple), "a list"),
    )
    if value is None:
        return "null"
    return next((name for kind, name in names if isinstance(value, kind)), "a date or another YAML type")


def _give(what: str) -> Sentence:
    return lambda value, _: f"Give {what}, not {_kind(value)}."


def _text(value: object, _: Mapping[str, Any]) -> str:
    hint = "" if value is None or isinstance(value, dict | list | tuple) else ": put it in quotes"
    return f"Give a text, not {_kind(value)}{hint}."


def _count(number: int, one: str) -> str:
    return f"{number} {one}" if number == 1 else f"{number} {one}s"


def _number(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 1e6 else f"{bound:.0f}"


_SENTENCES: Mapping[str, Sentence] = {
    "missing": lambda _value, _context: "This field is required: add it.",
    "string_type": _text,
    "int_type": _give("a whole number"),
    "int_from_float": _give("a whole number"),
    "float_type": _give("a number"),
    "finite_number": lambda _value, _context: "Give a finite number.",
    "bool_type": _give("true or false"),
    "dict_type": _give("an object"),
    "model_type": _give("an object"),
    "model_attributes_type": _give("an object"),
    "tuple_type": _give("a list"),
    "string_too_long": lambda value, context: (
        f"Make it shorter: at most {_count(context['max_length'], 'character')}; it has {len(value)}."
    ),
    "string_unicode": lambda _value, _context: "Take the lone surrogate out of the text: it is half a character.",
    "string_too_short": lambda _value, _context: "Give a text that is not empty.",
    "too_long": lambda _value, context: (
        f"Remove some: at most {context['max_length']} may be here, and there are {context['actual_length']}."
    ),
    "too_short": lambda _value, _context: "Add one: the list may not be empty.",
    "greater_than": lambda _value, context: f"Give a number above {_number(context['gt'])}.",
    "greater_than_equal": lambda _value, context: f"Give at least {_number(context['ge'])}.",
    "less_than_equal": lambda _value, context: f"Give at most {_number(context['le'])}.",
}
