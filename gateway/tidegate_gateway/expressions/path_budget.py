"""A bound on the work of jsonpath-ng: the same tree, in which every selector pays for what it looks at.

`$..a..b` and filters in filters multiply; without a budget one document could hold a gateway's loop for minutes.
"""

import threading
from collections.abc import Callable
from typing import Any

from jsonpath_ng.ext.filter import And, Expression, Filter, Or
from jsonpath_ng.jsonpath import (
    Child,
    DatumInContext,
    Descendants,
    Fields,
    Index,
    JSONPath,
    Root,
    Slice,
    This,
    Wildcard,
)

from tidegate_gateway.expressions import allowance
from tidegate_gateway.expressions.errors import EvaluationError, PathError

STEPS = 100_000
"""A quarter of a second of jsonpath-ng. `$..name` takes one step for each value of the document."""
MAX_DEPTH = 100

Found = list[DatumInContext]


class Meter(threading.local):
    """The steps that are left of one evaluation, each thread its own."""

    left = 0

    def spend(self, steps: int) -> None:
        """Raises EvaluationError when the budget is used up."""
        self.left -= steps
        if self.left < 0:
            raise EvaluationError("The path looks at too much of this document: name what it looks for more closely.")


def bounded(tree: JSONPath) -> Callable[[Any], Found]:
    """`tree.find` under a budget of STEPS, or what is allowed. Raises PathError for a tree that is nested too deep."""
    meter = Meter()
    metered = _Rebuild(meter).node(tree, 0)

    def find(document: Any) -> Found:
        meter.left = given = allowance.most(STEPS)
        try:
            return metered.find(document)
        finally:
            allowance.take(given - meter.left)

    return find


class _Paid(JSONPath):
    """A part of the tree that pays `price(datum, found)`. As `left`, `Filter` finds the `$` that may stand in it."""

    def __init__(self, part: JSONPath, meter: Meter, price: Callable[[Any, Found], int]) -> None:
        self.left = part
        self._meter = meter
        self._price = price

    def find(self, data: Any) -> Found:
        found = self.left.find(data)
        self._meter.spend(self._price(data, found))
        return found


class _Rebuild:
    """The same tree again, with selectors that pay."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def node(self, tree: JSONPath, depth: int) -> JSONPath:
        """A path, a selector or a condition."""
        if depth > MAX_DEPTH:
            raise PathError(f"Shorten the path: it has more than {MAX_DEPTH} parts.", 0)
        match tree:
            case Child(left=left, right=right):
                return Child(self.node(left, depth + 1), self.node(right, depth + 1))
            case Descendants(left=left, right=right):
                return Descendants(self.node(left, depth + 1), self.node(right, depth + 1))
            case Fields() | Index():
                return _Paid(tree, self._meter, _matches)
            case Wildcard() | Slice():
                return _Paid(tree, self._meter, _breadth)
            case Filter(expressions=expressions):
                return _Paid(Filter(self._each(expressions, depth)), self._meter, _breadth)
            case _:
                return self._condition(tree, depth)

    def _condition(self, tree: JSONPath, depth: int) -> JSONPath:
        match tree:
            case Root() | This():
                return tree
            case And(operands=operands):
                return And(self._each(operands, depth))
            case Or(operands=operands):
                return Or(self._each(operands, depth))
            case Expression(target=target, op=op, value=JSONPath() as value):
                return Expression(self._weighed(target, depth), op, self._weighed(value, depth))
            case Expression(target=target, op=op, value=value):
                return Expression(self.node(target, depth + 1), op, value)
        raise PathError("Simplify the path: a part of it is not available here.", 0)

    def _each(self, parts: list[JSONPath], depth: int) -> list[JSONPath]:
        return [self.node(part, depth + 1) for part in parts]

    def _weighed(self, tree: JSONPath, depth: int) -> JSONPath:
        """A side of a comparison of two paths: whole values are compared, so each costs its size."""
        return _Paid(self.node(tree, depth + 1), self._meter, _weight)


def _matches(data: Any, found: Found) -> int:
    return 1 + len(found)


def _breadth(data: Any, found: Found) -> int:
    value = data.value if isinstance(data, DatumInContext) else data
    return 1 + (len(value) if isinstance(value, (dict, list)) else 0)


def _weight(data: Any, found: Found) -> int:
    """How many values there are in what was found, nested ones too."""
    pending, seen = [match.value for match in found], 1
    while pending:
        value = pending.pop()
        seen += 1
        if isinstance(value, (dict, list)):
            pending.extend(value.values() if isinstance(value, dict) else value)
    return seen
