"""Endpoints with retention and their data, as they are after weeks."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import asyncpg

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.data.making import datum, write_all
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.datum import Datum, IndexPoint
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.writer import Writer

DAY = timedelta(days=1)
POINT = IndexPoint(1, "$.n", "Number")
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^(datum|data_point)_[0-9]{8}$'"


class Site:
    """Each datum has one indexed value."""

    def __init__(self, pool: asyncpg.Pool, writer: Writer) -> None:
        self.pool, self._writer, self._publisher = pool, writer, Publisher(pool)
        self._numbers = count()

    async def publish(self, **days: int | None) -> None:
        """Endpoints by name, with how long their data are kept; those that are not named are deleted."""
        rows = [make_row(endpoint(name, retention_days=kept), uid_of(name), 1) for name, kept in days.items()]
        await self._publisher.publish({row.ref: row for row in rows}, await self._publisher.take_over())

    async def store(self, name: str, *ages: float, status: int | None = None) -> list[Datum]:
        """Data of so many days ago."""
        now, of = datetime.now(UTC), UUID(uid_of(name))
        data = [
            datum(b'{"n": 1}', id_=self._id(now - age * DAY), endpoint=of, points=(POINT,), status=status)
            for age in ages
        ]
        assert await write_all(self._writer, data) == [None] * len(data)
        return data

    async def left(self) -> set[UUID]:
        """The ids of all data; their values must be there, and no others."""
        data = {record["id"] for record in await self.pool.fetch("SELECT id FROM datum")}
        assert data == {record["datum"] for record in await self.pool.fetch("SELECT datum FROM data_point")}
        return data

    async def tables(self, age: int | None = None) -> set[str]:
        """The partitions that there are, attached or not: all, or those of so many days ago."""
        found: set[str] = {record["relname"] for record in await self.pool.fetch(TABLES)}
        return found if age is None else {name for name in found if name.endswith(day_of(age))}

    def _id(self, at: datetime) -> UUID:
        return UUID(int=first_id(at).int + next(self._numbers))


def day_of(age: int) -> str:
    """The day so many days ago, as partitions have it."""
    return f"{datetime.now(UTC) - age * DAY:%Y%m%d}"
