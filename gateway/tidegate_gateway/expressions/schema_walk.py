"""A walk over the subschemas of a JSON Schema document, and what it refers to. It reads; it never follows a `$ref`."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

PREFIX = "schema:"
MAX_DEPTH = 200

_ONE = (
    "additionalProperties",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_LISTED = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("$defs", "definitions", "dependentSchemas", "patternProperties", "properties")
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


class Subschema(NamedTuple):
    """One schema object, the JSON pointer of its place, and the URI that its references are relative to."""

    pointer: str
    schema: dict[str, Any]
    base: str


class Reference(NamedTuple):
    """A `$ref` or its kin: the pointer of its place, its text, and that text made absolute."""

    pointer: str
    text: str
    target: str


def subschemas(document: Any, place: str = "", base: str = "") -> Iterator[Subschema]:
    """Every schema object of a document; what stands in `enum`, `const`, `default` and the like is data, not schema.

    A part of a document is walked with the pointer of its place, and the URI that its references are relative to.
    """
    pending: list[tuple[str, Any, str]] = [(place, document, base)]
    while pending:
        place, schema, base = pending.pop()
        if not isinstance(schema, dict):
            continue
        base = joined(base, schema.get("$id"))
        yield Subschema(place, schema, base)
        pending.extend((f"{place}{step}", child, base) for step, child in reversed(list(_children(schema))))


def references(schema: Any) -> set[str]:
    """The names of the DataSchemas that the document refers to, by `schema:<name>`."""
    targets = (document_of(found.target) for found in all_references(schema))
    return {target.removeprefix(PREFIX) for target in targets if target.startswith(PREFIX)}


def all_references(document: Any) -> Iterator[Reference]:
    """Each reference of a document, in order."""
    for place, schema, base in subschemas(document):
        for keyword in REFERENCES:
            if isinstance(text := schema.get(keyword), str):
                yield Reference(f"{place}/{keyword}", text, joined(base, text))


def joined(base: str, reference: Any) -> str:
    """`reference` as an absolute URI; what can't be joined stays as it is."""
    if not isinstance(reference, str):
        return base
    try:
        return urljoin(base, reference) if base and not reference.startswith(PREFIX) else reference
    except ValueError:
        return reference


def document_of(uri: str) -> str:
    """A URI without its fragment."""
    return uri.partition("#")[0]


def too_deep(document: Any) -> bool:
    """Whether lists and objects nest deeper than MAX_DEPTH."""
    level, depth = [document], 0
    while level and depth <= MAX_DEPTH:
        level = [child for value in level if isinstance(value, (dict, list)) for child in _members(value)]
        depth += 1
    return bool(level)


def escaped(step: str | int) -> str:
    """One step of a JSON pointer."""
    return "/" + str(step).replace("~", "~0").replace("/", "~1")


def _members(value: dict[str, Any] | list[Any]) -> Any:
    return value.values() if isinstance(value, dict) else value


def _children(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for keyword, value in schema.items():
        if keyword in _ONE:
            yield f"/{keyword}", value
        elif keyword in _LISTED and isinstance(value, list):
            yield from ((f"/{keyword}/{index}", child) for index, child in enumerate(value))
        elif keyword in _NAMED and isinstance(value, dict):
            yield from ((f"/{keyword}{escaped(name)}", child) for name, child in value.items())
