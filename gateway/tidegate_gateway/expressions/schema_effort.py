"""How much there would be to tell of one document: how often schemas apply to values in it, and may be broken.

The library goes through all of it to tell what is wrong, copies the value for each violation, and lets nobody else have
a turn meanwhile. Where schemas apply twice to what is within a value, that doubles with each level of the document. So
it is counted first: each schema once for each value, however often it applies.
"""

from enum import Enum, auto
from functools import cached_property
from typing import Any

from tidegate_gateway.expressions.schema_graph import ROOT, Graph
from tidegate_gateway.expressions.schema_inner import Applied, Group, Inner
from tidegate_gateway.expressions.text import dumps

MOST_EFFORT = 80_000  # steps, of a microsecond or two
MOST_AT_ONCE = 50_000
"""How often schemas may apply where the first violation is looked for: that copies next to nothing."""
COPIED = 75
"""So many bytes of JSON are copied with the effort of one step; of one text it is more."""
COPIED_OF_TEXT = 1_000
SEEN = 500  # bytes of JSON with the effort of one step
POINTED = 100  # characters of a pointer with the effort of one step: a long name stands in that of all within it
MOST_LOOKED_AT = 50_000


class Told(Enum):
    """What can be told of a document that breaks a schema."""

    ALL = auto()
    FIRST = auto()
    NOTHING = auto()


class Effort:
    """What may be spent on telling what is wrong with one request, be it one document or many rows."""

    def __init__(self) -> None:
        self.left = MOST_EFFORT

    def affords(self, effort: int) -> bool:
        """Whether so much is left; it is spent then."""
        if effort > self.left:
            return False
        self.left -= effort
        return True


class Copies:
    """The effort of copying a value once, by the size of its JSON; to look at that is an effort too."""

    def __init__(self, effort: Effort) -> None:
        self._known: dict[int, int] = {}
        self._effort = effort

    def of(self, value: Any) -> int:
        """The effort. The value must stay what it is, and be held by somebody, as long as this is asked."""
        if isinstance(value, str):
            return len(value) // COPIED_OF_TEXT
        if not isinstance(value, (dict, list)):
            return 0
        if id(value) not in self._known:
            size = len(dumps(value))
            self._effort.left -= size // SEEN
            self._known[id(value)] = size // COPIED
        return self._known[id(value)]


class Survey:
    """Of documents by one schema."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def told(self, instance: Any, effort: Effort) -> Told:
        """What can be told of this document, with the effort that is left; spends it."""
        work = _Work(self._graph, effort)
        if not work.is_known(instance):
            return Told.NOTHING if self._multiplies else Told.FIRST
        if effort.affords(work.steps):
            return Told.ALL
        return Told.FIRST if work.applications <= MOST_AT_ONCE else Told.NOTHING

    @cached_property
    def _multiplies(self) -> bool:
        """Whether a value within another may be met more than once by schemas that lead on, or that can't be said."""
        inner, looked_at = Inner(self._graph), 0
        for place in self._graph.schemas:
            group = inner.group({place: 1})
            for kind in group.kinds():
                looked_at += group.size
                if looked_at > MOST_LOOKED_AT or _times(inner, group.within(kind)) > 1:
                    return True
        return False


def _times(inner: Inner, applied: Applied) -> int:
    return sum(times for place, times in applied.items() if inner.leads(place))


class _Work:
    """What it takes to find all that is wrong with a document: how often schemas apply, and the steps of telling."""

    def __init__(self, graph: Graph, effort: Effort) -> None:
        self._inner, self._copies, self._effort = Inner(graph), Copies(effort), effort
        self._pending: list[tuple[Any, Group, int]] = []
        self._groups: dict[tuple[Group, str | int | None], Group | None] = {}
        self.applications = self.steps = 0

    def is_known(self, instance: Any) -> bool:
        """Counts it all; false where there is not the effort left to do so."""
        self._pending.append((instance, self._inner.group({ROOT: 1}), 0))
        while self._pending and self._effort.left > 0:
            self._look_at(*self._pending.pop())
        return self._effort.left > 0

    def _look_at(self, value: Any, group: Group, length: int) -> None:
        rules = group.rules.others + group.rules.names * isinstance(value, dict)
        self.applications += group.applications
        self.steps += group.applications + rules * (1 + self._copies.of(value) + length // POINTED)
        if group.leads_in and isinstance(value, (dict, list)):
            for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
                if within := self._within(group, group.kind(key)):
                    self._pending.append((inner, within, length + len(key) if isinstance(key, str) else length))
                self._effort.left -= 1
                if self._effort.left <= 0:
                    return

    def _within(self, group: Group, kind: str | int | None) -> Group | None:
        """What applies to members or elements of a kind, None if nothing does."""
        key = (group, kind)
        if key not in self._groups:
            places = group.within(kind)
            made = self._inner.group(places) if places else None
            self._effort.left -= group.size + (made.size if made else 0)
            self._groups[key] = made
        return self._groups[key]
