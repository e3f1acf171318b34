"""Takes out of a schema what would tell, or narrow down, the value of a `writeOnly` field."""

from collections import defaultdict
from copy import deepcopy

from tidegate_gateway.config.model import Schema
from tidegate_gateway.expressions.schema_graph import Graph
from tidegate_gateway.expressions.schema_places import Place

TELLING = ("const", "enum", "default", "example", "examples", "pattern")


def without_secrets(schema: Schema) -> Schema:
    """The schema with neither values nor patterns in what applies to a `writeOnly` value, or to anything in one."""
    root, resources = deepcopy(schema.root), deepcopy(schema.resources)
    graph = Graph(root, resources)
    for place in _secret(graph):
        for word in TELLING:
            graph.schemas[place].pop(word, None)
    return Schema(root=root, resources=resources)


def _secret(graph: Graph) -> set[Place]:
    """All that `writeOnly` is said of: by a part of it, by what it is a part of, or by a schema around it.

    Properties of the same name are taken to be the same: a condition beside them may tell what is not said in them.
    """
    said = {place for place, schema in graph.schemas.items() if schema.get("writeOnly") is True}
    if not said:
        return set()
    parts = {place: set(graph.in_place(place)) for place in graph.schemas}
    wholes: defaultdict[Place, set[Place]] = defaultdict(set)
    for place, its_parts in parts.items():
        for part in its_parts:
            wholes[part].add(place)
    for place in graph.schemas:
        parts.setdefault(_around(graph, place), set()).add(place)
    secret = _reached(said, wholes)
    names = {name for place in secret if (name := _property(place))}
    secret |= {place for place in graph.schemas if _property(place) in names}
    return _reached(secret, parts) & graph.schemas.keys()


def _property(place: Place) -> str:
    """The name of the property that a schema is of, empty if it is of none."""
    around, _, name = place.pointer.rpartition("/")
    return name if around.endswith("/properties") else ""


def _reached(places: set[Place], steps: dict[Place, set[Place]]) -> set[Place]:
    found, pending = set(places), list(places)
    while pending:
        new = steps.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return found


def _around(graph: Graph, place: Place) -> Place:
    """The schema that one stands in; itself where that is none."""
    pointer = place.pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        if Place(place.uri, pointer) in graph.schemas:
            return Place(place.uri, pointer)
    return place
