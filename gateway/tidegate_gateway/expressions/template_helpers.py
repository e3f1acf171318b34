"""The helpers that a template may call. Each makes a value of values; none reaches a file, the network or Python."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_handlebars import HelperOptions
from pydantic_handlebars._compiler import HelperFunc
from pydantic_handlebars._helpers import get_extra_helpers, get_standard_helpers

from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.text import as_text, dumps

MAX_OUTPUT = 8 * 1024 * 1024
"""Characters of a rendered template, and of what a helper makes on the way."""


class _Nothing(str):
    """A null that a loop runs over: the library takes None for "no element" and shows the surroundings instead."""

    __slots__ = ()


_NULL = _Nothing()


def too_long() -> EvaluationError:
    """What a template says that makes too much."""
    return EvaluationError("The template makes too much text: let it write fewer or shorter values.")


def _json(*values: Any, options: HelperOptions) -> str:
    value = values[0] if values else None
    return _bounded("null" if value is _NULL else dumps(value).decode())


def _join(*values: Any, options: HelperOptions) -> str:
    elements = [as_text(value) for value in values[0]] if values and isinstance(values[0], list) else []
    separator = as_text(values[1]) if len(values) > 1 else ","
    if sum(map(len, elements)) + len(separator) * len(elements) > MAX_OUTPUT:
        raise too_long()
    return separator.join(elements)


def _lowercase(*values: Any, options: HelperOptions) -> str:
    return as_text(values[0]).lower() if values else ""


def _uppercase(*values: Any, options: HelperOptions) -> str:
    return as_text(values[0]).upper() if values else ""


def _trim(*values: Any, options: HelperOptions) -> str:
    return as_text(values[0]).strip() if values else ""


def _bounded(text: str) -> str:
    if len(text) > MAX_OUTPUT:
        raise too_long()
    return text


def _each(*values: Any, options: HelperOptions) -> str:
    """`{{#each rows}}`: elements of a list, members of an object, else the other branch; the first value is `this`."""
    context, over = values
    members = list(_members(over))
    if not members:
        return options.inverse(context)
    last = len(members) - 1
    return "".join(
        options.fn(
            _NULL if member is None else member,
            data={"key": key, "index": index, "first": index == 0, "last": index == last},
            block_params=[member, key],
        )
        for index, (key, member) in enumerate(members)
    )


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


_LIBRARY = {**get_standard_helpers(), **get_extra_helpers()}
_FROM_LIBRARY = ("lookup", "eq", "ne", "gt", "gte", "lt", "lte", "and", "or", "not", "default")

HELPERS: Mapping[str, HelperFunc] = {
    "json": _json,
    "join": _join,
    "lowercase": _lowercase,
    "uppercase": _uppercase,
    "trim": _trim,
    **{name: _LIBRARY[name] for name in _FROM_LIBRARY},
}
"""Those that stand in `{{…}}` and `(…)`."""

BLOCKS: Mapping[str, HelperFunc] = {"each": _each, **{name: _LIBRARY[name] for name in ("if", "unless", "with")}}
"""Those that stand in `{{#…}}`."""
