"""How much work a schema is: how often its parts apply to one and the same value, through `allOf`, `$ref` and the like.

Two references to a part that refers twice to the next double with each step. The library that compiles schemas follows
every one of them, where `unevaluatedProperties` is beside them already when it compiles: a kilobyte takes it minutes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tidegate_gateway.expressions.schema_walk import PREFIX, escaped, subschemas

MOST_APPLICATIONS = 5_000
IN_PLACE = ("if", "then", "else", "not")
IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")
REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")

Place = tuple[str, str]  # the document's URI, and the JSON pointer in it


class Cost:
    """Of a schema with the DataSchemas that it reaches, by `schema:<name>`."""

    def __init__(self, root: Any, resources: Mapping[str, Any]) -> None:
        documents = {"": root, **resources}
        self._schemas: dict[Place, dict[str, Any]] = {
            (uri, found.pointer): found.schema for uri, document in documents.items() for found in subschemas(document)
        }
        self._known: dict[Place, int] = {}

    @property
    def too_high(self) -> bool:
        """Whether compiling it, or checking a document by it, would keep everybody else waiting."""
        try:
            return self._is_high()
        except RecursionError:  # hundreds of references, each to the next
            return True

    def _is_high(self) -> bool:
        if any(self._applications(place) > MOST_APPLICATIONS for place in self._schemas):
            return True
        looked_at = (place for place, schema in self._schemas.items() if any(name in schema for name in UNEVALUATED))
        return sum(map(self._applications, looked_at)) > MOST_APPLICATIONS

    def _applications(self, place: Place) -> int:
        """How many schemas apply where this one does, itself included; no more are counted than are too many."""
        if place not in self._known:
            self._known[place] = 1  # for whoever comes back here in a circle
            parts = (self._applications(part) for part in self._in_place(place))
            self._known[place] = min(1 + sum(parts), MOST_APPLICATIONS + 1)
        return self._known[place]

    def _in_place(self, place: Place) -> Iterator[Place]:
        uri, pointer = place
        schema = self._schemas.get(place, {})
        yield from ((uri, f"{pointer}/{name}") for name in IN_PLACE if name in schema)
        for name in IN_PLACE_LISTS:
            if isinstance(parts := schema.get(name), list):
                yield from ((uri, f"{pointer}/{name}/{index}") for index in range(len(parts)))
        if isinstance(dependent := schema.get("dependentSchemas"), dict):
            yield from ((uri, f"{pointer}/dependentSchemas{escaped(name)}") for name in dependent)
        yield from (_target(uri, schema[name]) for name in REFERENCES if isinstance(schema.get(name), str))


def _target(uri: str, reference: str) -> Place:
    """What a reference means; an anchor or an `$id` counts as its whole document."""
    document, _, fragment = reference.partition("#")
    uri = document if document.startswith(PREFIX) else uri
    return uri, fragment if fragment.startswith("/") else ""
