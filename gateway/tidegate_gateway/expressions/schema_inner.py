"""Which schemas apply together to a value, and to the values within it: all conditions are taken to hold."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tidegate_gateway.expressions.schema_graph import IN_PLACE, IN_PLACE_LISTS, Graph, below
from tidegate_gateway.expressions.schema_places import Place
from tidegate_gateway.expressions.schema_walk import REFERENCES

Applied = Mapping[Place, int]
OF_MEMBERS = ("properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "propertyNames")
OF_ELEMENTS = ("prefixItems", "items", "contains", "unevaluatedItems")
# What leads on to other schemas; all else may be broken by itself.
LEADING = frozenset((*OF_MEMBERS, *OF_ELEMENTS, *IN_PLACE, *IN_PLACE_LISTS, *REFERENCES, "dependentSchemas"))
NAMES = frozenset(("required", "dependentRequired"))
# These tell of themselves as well that something within them is broken.
TELLING = frozenset(("anyOf", "oneOf", "not", "contains", "propertyNames"))
SILENT = frozenset(
    ("$defs", "definitions", "title", "description", "default", "examples", "$id", "$anchor", "$comment")
)


class Inner:
    """Of one schema, with what it reaches. What it has found it keeps: it is for one use, and one thread."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._closures: dict[Place, Applied] = {}

    def group(self, places: Applied) -> "Group":
        """The schemas at these places, and all that apply through them, so many times each."""
        found: Counter[Place] = Counter()
        for place, times in places.items():
            for part, again in self._closure(place).items():
                found[part] += times * again
        return Group([(place, self._graph.schemas.get(place), times) for place, times in found.items()])

    def leads(self, place: Place) -> bool:
        """Whether the schema at a place leads on to others."""
        return not LEADING.isdisjoint(self._graph.schemas.get(place, {}))

    def _closure(self, place: Place) -> Applied:
        """What applies through one schema, that included; round a circle it goes once."""
        if place not in self._closures:
            self._closures[place] = {}
            found = Counter({place: 1})
            for part in self._graph.in_place(place):
                found.update(self._closure(part))
            self._closures[place] = found
        return self._closures[place]


class Rules(NamedTuple):
    """How many violations schemas may have by themselves: of missing names, and of all else."""

    names: int
    others: int


class Group:
    """Schemas that apply together: `size` is how many, `applications` how often; None stands for `true` or `false`."""

    def __init__(self, schemas: list[tuple[Place, Mapping[str, Any] | None, int]]) -> None:
        self.size, self.applications = len(schemas), sum(times for _, _, times in schemas)
        rules = [(_rules(schema), times) for _, schema, times in schemas]
        self.rules = Rules(sum(one.names * n for one, n in rules), sum(one.others * n for one, n in rules))
        self._leading = [(place, schema, times) for place, schema, times in schemas if schema and _leads_in(schema)]
        named = (_named(schema, "properties") for _, schema, _ in self._leading)
        self._names = {name for properties in named for name in properties}
        self._longest = max((len(_listed(schema, "prefixItems")) for _, schema, _ in self._leading), default=0)

    @property
    def leads_in(self) -> bool:
        """Whether any of them says something of values within a value."""
        return bool(self._leading)

    def kind(self, key: str | int) -> str | int | None:
        """What stands for a member or an element: to all of the same kind the same schemas apply."""
        if isinstance(key, int):
            return min(key, self._longest)
        return key if key in self._names else None

    def kinds(self) -> Iterator[str | int | None]:
        """All kinds there are."""
        yield from (None, *self._names, *range(self._longest + 1))

    def within(self, kind: str | int | None) -> Applied:
        """The schemas that they apply to members or elements of a kind, so many times each."""
        found: Counter[Place] = Counter()
        for place, schema, times in self._leading:
            for part in _elements(place, schema, kind) if isinstance(kind, int) else _members(place, schema, kind):
                found[part] += times
        return found


def _members(place: Place, schema: Mapping[str, Any], name: str | None) -> Iterator[Place]:
    """The schemas that a schema applies to a member; of patterns all, whether they match or not."""
    named = name is not None and name in _named(schema, "properties")
    if named:
        yield below(place, "properties", str(name))
    elif "additionalProperties" in schema:
        yield below(place, "additionalProperties")
    yield from (below(place, "patternProperties", pattern) for pattern in _named(schema, "patternProperties"))
    yield from (below(place, word) for word in ("unevaluatedProperties", "propertyNames") if word in schema)


def _elements(place: Place, schema: Mapping[str, Any], index: int) -> Iterator[Place]:
    if index < len(_listed(schema, "prefixItems")):
        yield below(place, "prefixItems", index)
    elif "items" in schema:
        yield below(place, "items")
    yield from (below(place, word) for word in ("contains", "unevaluatedItems") if word in schema)


def _leads_in(schema: Mapping[str, Any]) -> bool:
    return any(word in schema for word in (*OF_MEMBERS, *OF_ELEMENTS))


def _rules(schema: Mapping[str, Any] | None) -> Rules:
    if schema is None:
        return Rules(0, 1)
    lists = [schema.get("required"), *_named(schema, "dependentRequired").values()]
    others = schema.keys() - LEADING - SILENT - NAMES
    return Rules(sum(len(one) for one in lists if isinstance(one, list)), len(others) + len(TELLING & schema.keys()))


def _named(schema: Mapping[str, Any], word: str) -> Mapping[str, Any]:
    found = schema.get(word)
    return found if isinstance(found, dict) else {}


def _listed(schema: Mapping[str, Any], word: str) -> list[Any]:
    found = schema.get(word)
    return found if isinstance(found, list) else []
