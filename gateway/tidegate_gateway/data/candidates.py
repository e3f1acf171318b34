"""Which data a filtered page looks at: those with the value of one filter, or all in order, as is less work.

Whichever it is, the work is bounded: a page looks at so many data and leaves the rest to the next one.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from tidegate_gateway.data.paging import Filter
from tidegate_gateway.data.pool import Connection
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "pages.sql")
FEW = 2000  # so many values are sorted sooner than pages are looked through for them
COLUMNS = {
    "Text": ("text_value", "index_text(${}::text)"),
    "Boolean": ("text_value", "${}::text"),
    "Number": ("number_value", "${}::numeric"),
    "Timestamp": ("time_value", "${}::timestamptz"),
}
COMPARISONS = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class Candidates(NamedTuple):
    """Those with the values that filters on one definition ask for; all data where there are no filters."""

    filters: tuple[Filter, ...] = ()

    def statement(self, first: int) -> str:
        """The query for their ids in the order of readers; its own parameters are numbered from `first` on."""
        if not self.filters:
            return QUERIES.by_order
        condition = _condition(self.filters, first + 1)
        return QUERIES.by_value.replace("{definition}", f"${first}").replace("{condition}", condition)

    @property
    def parameters(self) -> tuple[Any, ...]:
        """The values of its own parameters."""
        return (self.filters[0].definition, *(one.value for one in self.filters)) if self.filters else ()


async def choose(connection: Connection, filters: Sequence[Filter], bounds: tuple[Any, Any]) -> Candidates:
    """The candidates for some filters; `bounds` are the lowest id and the one behind the highest."""
    for equal in (one for one in filters if one.operator == "eq"):
        return Candidates((equal,))
    ranged = [one for one in filters if one.operator in COMPARISONS]
    for definition in dict.fromkeys(one.definition for one in ranged):
        own = tuple(one for one in ranged if one.definition == definition)
        statement = QUERIES.count_values.replace("{condition}", _condition(own, 5))
        values = (one.value for one in own)
        if await connection.fetchval(statement, definition, *bounds, FEW + 1, *values) <= FEW:
            return Candidates(own)
    return Candidates()


def _condition(filters: Sequence[Filter], first: int) -> str:
    """Of names and operators of our own alone; values are parameters, numbered from `first` on."""
    return " AND ".join(_comparison(one, number) for number, one in enumerate(filters, first))


def _comparison(one: Filter, number: int) -> str:
    column, parameter = COLUMNS[one.type]
    return f"{column} {COMPARISONS[one.operator]} {parameter.format(number)}"
