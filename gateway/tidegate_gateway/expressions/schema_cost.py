"""How much work a schema is: how often its parts apply to one and the same value, through `allOf`, `$ref` and the like.

Two references to a part that refers twice to the next double with each step. The library that compiles schemas follows
every one of them, where `unevaluatedProperties` is beside them already when it compiles: a kilobyte takes it minutes.
"""

from tidegate_gateway.expressions.schema_graph import Graph
from tidegate_gateway.expressions.schema_places import Place

MOST_APPLICATIONS = 5_000
MOST_IN_CIRCLE = 20
"""The library goes round a circle more than once: one with branches multiplies with each round."""
UNEVALUATED = ("unevaluatedProperties", "unevaluatedItems")
TOO_MANY = MOST_APPLICATIONS + 1


class Cost:
    """Of a schema with the DataSchemas that it reaches, by `schema:<name>`."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._known: dict[Place, int] = {}
        self._under_way: set[Place] = set()
        self._in_circle: set[Place] = set()

    @property
    def too_high(self) -> bool:
        """Whether compiling it, or checking a document by it, would keep everybody else waiting."""
        try:
            return self._is_high()
        except RecursionError:  # hundreds of references, each to the next
            return True

    def _is_high(self) -> bool:
        schemas = self._graph.schemas
        if any(self._applications(place) > MOST_APPLICATIONS for place in schemas):
            return True
        looked_at = (place for place, schema in schemas.items() if any(name in schema for name in UNEVALUATED))
        return sum(map(self._applications, looked_at)) > MOST_APPLICATIONS

    def _applications(self, place: Place) -> int:
        """How many schemas apply where this one does, itself included; no more are counted than are too many."""
        if place in self._under_way:
            self._in_circle.add(place)
            return 1
        if place not in self._known:
            self._under_way.add(place)
            self._known[place] = self._counted(place)
            self._under_way.remove(place)
        return self._known[place]

    def _counted(self, place: Place) -> int:
        counted = 1
        for part in self._graph.in_place(place):
            counted += self._applications(part)
            if counted > MOST_APPLICATIONS:
                return TOO_MANY
        return TOO_MANY if place in self._in_circle and counted > MOST_IN_CIRCLE else counted
