"""A schema and the DataSchemas that it reaches, as one graph: which parts there are, and which apply through which."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tidegate_gateway.expressions.schema_places import Place, places, target
from tidegate_gateway.expressions.schema_walk import REFERENCES, Subschema, escaped, subschemas

ROOT = Place("", "")
IN_PLACE = ("if", "then", "else", "not")
IN_PLACE_LISTS = ("allOf", "anyOf", "oneOf")


class Missing(NamedTuple):
    """A reference that meets nothing: where it stands, and its text."""

    place: Place
    text: str


class Graph:
    """`schemas` are all the objects that are schemas; `missing` are references that meet neither an object nor a bool.

    A reference may lead where no schema is looked for, such as `#/x-parts/a`: what it leads to is taken in as well.
    """

    def __init__(self, root: Any, resources: Mapping[str, Any]) -> None:
        self._documents = {"": root, **resources}
        self._found: dict[Place, Subschema] = {}
        self._known: dict[str, Place] = {}
        self._dynamic: dict[str, list[Place]] = {}
        self.missing: list[Missing] = []
        for uri, document in self._documents.items():
            self._take(Place(uri, ""), document, "")
        self._follow()
        self.schemas = {place: found.schema for place, found in self._found.items()}

    def is_root(self, uri: str) -> bool:
        """Whether a document is the same as the root, as it is where schemas refer to each other in a circle."""
        return bool(self._documents[uri] == self._documents[""])

    def in_place(self, place: Place) -> Iterator[Place]:
        """The schemas that apply to the same value as this one does, a schema as often as it is applied."""
        schema = self.schemas.get(place, {})
        yield from (below(place, name) for name in IN_PLACE if name in schema)
        for name in IN_PLACE_LISTS:
            if isinstance(parts := schema.get(name), list):
                yield from (below(place, name, index) for index in range(len(parts)))
        if isinstance(dependent := schema.get("dependentSchemas"), dict):
            yield from (below(place, "dependentSchemas", name) for name in dependent)
        yield from self._targets(place)

    def _targets(self, place: Place) -> Iterator[Place]:
        """What a schema refers to; a dynamic reference may come to mean any dynamic anchor of its name."""
        for word, text in self._references(place):
            name = text.rpartition("#")[2]
            if word == "$dynamicRef" and name in self._dynamic:
                yield from self._dynamic[name]
            elif found := self._target(place, text):
                yield found

    def _references(self, place: Place) -> Iterator[tuple[str, str]]:
        schema = self._found[place].schema if place in self._found else {}
        return ((word, schema[word]) for word in REFERENCES if isinstance(schema.get(word), str))

    def _target(self, place: Place, text: str) -> Place | None:
        return target(text, self._found[place].base or place.uri, self._known)

    def _take(self, place: Place, schema: Any, base: str) -> list[Place]:
        """Takes a part of a document in, with all that is within it; what of that was new."""
        self._known |= places(schema, place, base)
        walked = {Place(place.uri, found.pointer): found for found in subschemas(schema, place.pointer, base)}
        new = [one for one in walked if one not in self._found]
        self._found |= {one: walked[one] for one in new}
        for one in new:
            if isinstance(name := walked[one].schema.get("$dynamicAnchor"), str):
                self._dynamic.setdefault(name, []).append(one)
        return new

    def _follow(self) -> None:
        pending = list(self._found)
        while pending:
            place = pending.pop()
            for word, text in self._references(place):
                found = self._target(place, text)
                met = self._at(found) if found else None
                if found is None or not isinstance(met, (dict, bool)):
                    self.missing.append(Missing(below(place, word), text))
                elif found not in self._found:
                    pending += self._take(found, met, self._base_above(found))

    def _at(self, place: Place) -> Any:
        """What stands at a place, None if nothing does."""
        found = self._documents[place.uri]
        for step in place.pointer.split("/")[1:]:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            elif isinstance(found, dict):
                found = found.get(name)
            else:
                return None
        return found

    def _base_above(self, place: Place) -> str:
        """The URI that references are relative to in the nearest schema around a place."""
        pointer = place.pointer
        while pointer and Place(place.uri, pointer) not in self._found:
            pointer = pointer.rpartition("/")[0]
        around = self._found.get(Place(place.uri, pointer))
        return around.base if around else ""


def below(place: Place, *steps: str | int) -> Place:
    """The place some steps further down."""
    return Place(place.uri, place.pointer + "".join(map(escaped, steps)))
