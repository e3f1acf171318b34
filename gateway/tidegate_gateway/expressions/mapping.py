"""Mapping pairs: each `from` becomes one closure when the resource is reconciled, and a row is what they all return.

A `from` is a placeholder `${…}`, a JSONPath that begins with `$`, or the name of a property. Nothing is ever parsed
while a request is served, and a name or path that is not there gives None.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tidegate_gateway.expressions.context import ENDPOINT_NAMES, TASK_NAMES, Context, Read
from tidegate_gateway.expressions.errors import MappingError, PathError
from tidegate_gateway.expressions.jsonpath import compile_keys, compile_value
from tidegate_gateway.expressions.request_placeholders import compile_placeholder

__all__ = ["ENDPOINT_NAMES", "TASK_NAMES", "Context", "Read", "compile_mapping", "compile_source"]

_ROOT = re.compile(r"[^.\[]*")
_NOT_IN_NAMES = re.compile(r"""[$\[\]{}()*?'"\\\x00-\x1f\x7f]""")


def compile_mapping(
    pairs: Iterable[tuple[str, str]], names: Mapping[str, Read] = ENDPOINT_NAMES
) -> Callable[[Context], dict[str, Any]]:
    """Pairs of (property, from) as one function that makes a row. Raises MappingError; evaluation, EvaluationError."""
    sources = tuple((name, compile_source(source, names)) for name, source in pairs)
    return lambda context: {name: read(context) for name, read in sources}


def compile_source(text: str, names: Mapping[str, Read] = ENDPOINT_NAMES) -> Read:
    """One `from`; `names` are those that come before the row's properties. Raises MappingError with the place."""
    if text.startswith("${"):
        return compile_placeholder(text)
    if text.startswith("$"):
        return _on_row(compile_value(text))
    root = _ROOT.match(text)
    if root and root[0] in names:
        return _named(root[0], text, names)
    return _on_row(compile_keys(_property_names(text)))


def _on_row(value: Callable[[Any], Any]) -> Read:
    return lambda context: value(context.row)


def _named(name: str, text: str, names: Mapping[str, Read]) -> Read:
    """`rows[*].id`: a path whose `$` is what the name reads."""
    read = names[name]
    if text == name:
        return read
    try:
        value = compile_value(f"${text.removeprefix(name)}")
    except PathError as error:
        raise PathError(error.message, (error.position or 0) + len(name) - 1) from None
    return lambda context: value(read(context))


def _property_names(text: str) -> tuple[str, ...]:
    """The names in `customer.address.city`."""
    if odd := _NOT_IN_NAMES.search(text):
        raise MappingError(_odd(odd[0]), odd.start())
    names = tuple(text.split("."))
    position = 0
    for name in names:
        if name.strip() != name or not name:
            raise MappingError(
                "Write property names without empty parts and outer spaces, as in customer.id.", position
            )
        position += len(name) + 1
    return names


def _odd(character: str) -> str:
    if character == "$":
        return "Let the placeholder or path stand alone: nothing may come before it."
    return "Write a JSONPath, as in $.lines[0].id or $['a.b']: in a plain name this character can't stand."
