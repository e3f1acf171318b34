"""A JSON Schema as a table: a row for each member that it names, at any depth, with what its value must be."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

from tidegate_gateway.api.openapi.resolving import name_of

MOST_ROWS, MOST_DEPTH, MOST_CHARACTERS, MOST_CHOICES = 200, 8, 200, 8
LIMITS = {
    "minimum": "{} or more",
    "exclusiveMinimum": "more than {}",
    "maximum": "{} or less",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minLength": "{} characters or more",
    "maxLength": "{} characters or fewer",
    "minItems": "{} elements or more",
    "maxItems": "{} elements or fewer",
    "pattern": "matches {}",
    "const": "always {}",
    "default": "{} if it is not there",
}


class Row(NamedTuple):
    """A member: `refers` is the component that has the rest, or empty."""

    name: str
    type: str
    refers: str
    required: bool
    limits: str
    description: str


def outline(schema: Any) -> list[Row]:
    """The rows, up to a bound; none for a schema that names no members."""
    return list(islice(_members(schema, "", 0), MOST_ROWS))


def type_of(schema: Any) -> str:
    """The type of a value in a word or two."""
    if not isinstance(schema, dict):
        return "anything" if schema is True else "nothing"
    if "enum" in schema:
        return _choices(schema["enum"])
    if schema.get("type") == "array":
        return f"array of {type_of(schema['items'])}" if "items" in schema else "array"
    given = schema.get("type", "object" if "properties" in schema else "anything")
    types = " or ".join(given) if isinstance(given, list) else str(given)
    return f"{types} ({_cut(str(schema['format']))})" if "format" in schema else types


def limits_of(schema: Any) -> str:
    """What a value must keep to beyond its type, in words."""
    given = schema if isinstance(schema, dict) else {}
    return _cut(", ".join(text.format(_shown(given[word])) for word, text in LIMITS.items() if word in given))


def _members(schema: Any, prefix: str, depth: int) -> Iterator[Row]:
    if not isinstance(schema, dict) or depth > MOST_DEPTH:
        return
    required = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        yield _row(prefix + name, member, required=name in required)
        yield from _within(member, prefix + name, depth + 1)
    yield from _within_parts(schema, prefix, depth + 1)


def _within(member: Any, name: str, depth: int) -> Iterator[Row]:
    if isinstance(member, dict):
        yield from _members(member, f"{name}.", depth)
        yield from _members(member.get("items"), f"{name}[].", depth)


def _within_parts(schema: dict[str, Any], prefix: str, depth: int) -> Iterator[Row]:
    for part in schema.get("allOf", ()):
        yield from _members(part, prefix, depth)


def _row(name: str, schema: Any, *, required: bool) -> Row:
    if not isinstance(schema, dict):
        return Row(name, type_of(schema), "", required, "", "")
    item = schema.get("items")
    reference = schema.get("$ref") or (item.get("$ref") if isinstance(item, dict) else None)
    type_ = "array of" if reference and "$ref" not in schema else "" if reference else type_of(schema)
    refers = name_of(reference) if isinstance(reference, str) else ""
    return Row(name, type_, refers, required, limits_of(schema), str(schema.get("description", "")))


def _choices(values: list[Any]) -> str:
    """All of them if they are few."""
    few = len(values) <= MOST_CHOICES
    return _cut(" or ".join(map(_shown, values))) if few else f"one of {len(values)} values"


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else text[: MOST_CHARACTERS - 1] + "…"
