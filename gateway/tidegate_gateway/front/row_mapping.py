"""Makes a row of each element of a body. What is the same for all rows of a request is worked out once.

A mapping can put all of a body into each row: without a bound a small body would come to more than memory holds.
"""

from collections.abc import Sequence
from typing import Any

from tidegate_gateway.config.model import Pair
from tidegate_gateway.expressions import allowance
from tidegate_gateway.expressions.context import Context
from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.mapping import compile_source
from tidegate_gateway.problems import Problem

MOST_REPEATED_BYTES = 32 * 1024 * 1024
HEADERS, QUERY = "${headers}", "${query."
WHOLE_BODY = ("${body}", "${bodyBase64}")


class RowMapping:
    """`headers` and `query`: whether it reads them."""

    def __init__(self, pairs: Sequence[Pair]) -> None:
        """MappingError: a source does not compile."""
        sources = [pair.source for pair in pairs]
        self._names = dict.fromkeys(pair.property for pair in pairs)
        reads = [(pair.property, compile_source(pair.source), _is_shared(pair.source)) for pair in pairs]
        self._once = [(name, read) for name, read, shared in reads if shared]
        self._each = [(name, read) for name, read, shared in reads if not shared]
        self._body = any(source in WHOLE_BODY for source in sources)
        self.headers = HEADERS in sources
        self.query = any(source.startswith(QUERY) for source in sources)

    def rows(self, elements: list[Any], context: Context, size: int) -> list[dict[str, Any]]:
        """The rows; the body has `size` bytes. Problem: `invalid_rows`."""
        self._check_repeated(len(elements), context, size)
        allowance.take(len(self._each) * len(elements))
        if allowance.exhausted():
            raise Problem("invalid_rows", "The mapping takes too much work.")
        shared = self._names | {name: read(context) for name, read in self._once}
        return [self._row(shared, context, element, number) for number, element in enumerate(elements)]

    def work(self, rows: int, size: int) -> int:
        """About how many bytes are gone through for so many rows."""
        return size * (1 + (rows if self._body else 0))

    def _row(self, shared: dict[str, Any], context: Context, element: Any, number: int) -> dict[str, Any]:
        context.row = element
        row = shared.copy()
        try:
            for name, read in self._each:
                row[name] = read(context)
        except EvaluationError as error:
            raise Problem("invalid_rows", f"Row {number} can't be mapped: {error.message}") from None
        return row

    def _check_repeated(self, rows: int, context: Context, size: int) -> None:
        repeated = size if self._body else 0
        if self.headers:
            repeated += sum(map(len, context.headers.values()))
        if self.query:
            repeated += sum(map(len, context.query.values()))
        if rows > 1 and rows * repeated > MOST_REPEATED_BYTES:
            raise Problem("invalid_rows", f"The mapping repeats too much in each of {rows} rows.")


def _is_shared(source: str) -> bool:
    return source in (*WHOLE_BODY, HEADERS) or source.startswith(QUERY)
