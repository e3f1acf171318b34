"""What a page of stored data is asked for, and what it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple
from uuid import UUID

from tidegate_gateway.data.datum import StoredDatum

Operator = Literal["eq", "ne", "gt", "gte", "lt", "lte"]
PointType = Literal["Text", "Number", "Boolean", "Timestamp"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on an index: a Text or Boolean compares with a str, a Number with a Decimal, a Timestamp with a
    datetime. Data without the value fail every one."""

    definition: int
    type: PointType
    operator: Operator
    value: str | Decimal | datetime


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Up to `limit` data behind the datum `after`, received from `since` on and before `until`."""

    limit: int = 30
    after: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    statuses: Sequence[int] = ()
    filters: tuple[Filter, ...] = ()


class Page(NamedTuple):
    """Data in the order of readers; `following` is the id behind which there may be more, None at the end.

    Filters that little passes are looked for a while only: a page that goes on may have few data, and none.
    """

    data: list[StoredDatum]
    following: UUID | None
