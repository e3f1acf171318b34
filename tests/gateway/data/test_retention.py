"""Data go when they are old, and nothing else does, whoever dies in between and whoever reads and writes meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.data.making import datum, held_up, ids, running, write_all
from tests.waiting import eventually
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.datum import Datum, IndexPoint
from tidegate_gateway.data.forget import Forgetter
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.retention import BATCH, Gone, Retention
from tidegate_gateway.data.sql import load
from tidegate_gateway.data.writer import Writer

QUERIES = load("tidegate_gateway.data", "retention.sql")
DAY = timedelta(days=1)
POINT = IndexPoint(1, "$.n", "Number")


class Site:
    """Endpoints with retention, and their data."""

    def __init__(self, pool: asyncpg.Pool, writer: Writer) -> None:
        self.pool, self._writer, self._publisher = pool, writer, Publisher(pool)

    async def publish(self, **days: int | None) -> None:
        """Endpoints by name, with how long their data are kept; those that are not named are deleted."""
        rows = [make_row(endpoint(name, retention_days=kept), uid_of(name), 1) for name, kept in days.items()]
        await self._publisher.publish({row.ref: row for row in rows}, await self._publisher.take_over())

    async def store(self, name: str, *ages: float, status: int | None = None) -> list[Datum]:
        """Data of so many days ago."""
        now = datetime.now(UTC)
        data = [
            datum(b'{"n": 1}', id_=_id(now - age * DAY, n), endpoint=UUID(uid_of(name)), points=(POINT,), status=status)
            for n, age in enumerate(ages)
        ]
        assert await write_all(self._writer, data) == [None] * len(data)
        return data

    async def left(self) -> set[UUID]:
        """The ids of all data; their values must be there, and no others."""
        data = {record["id"] for record in await self.pool.fetch("SELECT id FROM datum")}
        assert data == {record["datum"] for record in await self.pool.fetch("SELECT datum FROM data_point")}
        return data

    async def partitions(self) -> int:
        query = "SELECT count(*) FROM pg_class WHERE relname ~ '^(datum|data_point)_[0-9]{8}$'"
        count: int = await self.pool.fetchval(query)
        return count


def _id(at: datetime, number: int) -> UUID:
    return UUID(int=first_id(at).int + number)


@pytest.fixture
async def place(pool: asyncpg.Pool) -> AsyncIterator[Site]:
    async with running(Writer(pool)) as writer:
        yield Site(pool, writer)


@pytest.fixture
def retention(pool: asyncpg.Pool) -> Retention:
    return Retention(pool, "one")


async def test_old_data_go_one_by_one_where_others_stay(place: Site, retention: Retention) -> None:
    await place.publish(month=30, ever=None, day=1)
    kept = (
        await place.store("month", 29, 1, 0)
        + await place.store("ever", 40, 31, 29, 1.1, 0)
        + await place.store("day", 0.5)
    )
    await place.store("month", 31, 40)
    await place.store("day", 1.1, 29)
    assert await retention.round() == Gone(rows=4)
    assert await place.left() == set(ids(kept))
    assert await retention.round() == Gone()


async def test_a_day_that_nobody_needs_goes_at_once(place: Site, retention: Retention) -> None:
    await place.publish(month=30, day=1)
    kept = await place.store("month", 5) + await place.store("day", 0.1)
    await place.store("month", 50, 50)
    await place.store("day", 50, 40)
    before = await place.partitions()
    gone = await retention.round()
    assert gone
    assert (gone.rows, gone.partitions) == (0, 2)
    assert await place.left() == set(ids(kept))
    assert await place.partitions() == before - 4


async def test_many_data_go_in_batches(place: Site, retention: Retention) -> None:
    await place.publish(day=1, ever=None)
    await place.store("day", *[3.0] * (BATCH + 5))
    kept = await place.store("ever", 3)
    assert await retention.round() == Gone(rows=BATCH + 5)
    assert await place.left() == set(ids(kept))


async def test_a_deleted_endpoints_data_go_after_its_retention(place: Site, retention: Retention) -> None:
    await place.publish(gone=2, ever=None)
    kept = await place.store("gone", 1) + await place.store("ever", 3)
    await place.store("gone", 3)
    await place.publish(ever=None)
    assert await retention.round() == Gone(rows=1)
    assert await place.left() == set(ids(kept))


async def test_what_is_not_kept_goes_but_for_what_runs(place: Site, retention: Retention) -> None:
    await place.publish(none=0)
    kept = await place.store("none", 0) + await place.store("none", 0.01, status=100)
    await place.store("none", 0.02, status=200)
    await place.store("none", 0.03)
    assert await retention.round() == Gone(rows=2)
    assert await place.left() == set(ids(kept))


async def test_data_of_nobody_known_stay(place: Site, retention: Retention) -> None:
    await place.publish(day=1)
    kept = await place.store("unknown", 50)
    assert await retention.round() == Gone()
    assert await place.left() == set(ids(kept))


async def test_one_gateway_does_it_until_it_is_gone(place: Site, retention: Retention, pool: asyncpg.Pool) -> None:
    await place.publish(day=1)
    other = Retention(pool, "two")
    assert await retention.round() == Gone()
    assert await other.round() is None
    assert await retention.round() == Gone()
    await pool.execute("UPDATE job_lease SET until = now() - interval '1 second'")
    assert await other.round() == Gone()
    assert await retention.round() is None


@pytest.mark.parametrize("then", ["", "dropped"])
async def test_what_a_kill_left_half_done_is_finished(
    place: Site, retention: Retention, pool: asyncpg.Pool, database_url: str, then: str
) -> None:
    await place.publish(day=1)
    await place.store("day", 50)
    day = f"{datetime.now(UTC) - 50 * DAY:%Y%m%d}"
    statement = QUERIES.detach.replace("{parent}", "datum").replace("{partition}", f"datum_{day}")
    if then:
        await pool.execute(statement)
    else:
        reader = await asyncpg.connect(database_url)
        async with reader.transaction():
            await reader.fetch("SELECT id FROM datum")
            with pytest.raises(asyncpg.QueryCanceledError):
                await _with_timeout(database_url, statement)
        await reader.close()
    await retention.round()
    names = await pool.fetch("SELECT relname FROM pg_class WHERE relname ~ $1", f"^(datum|data_point)_{day}$")
    await retention.round()
    assert {record["relname"] for record in names} <= {f"data_point_{day}"}
    assert await pool.fetchval("SELECT count(*) FROM datum") == 0


async def _with_timeout(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET statement_timeout = '300ms'")
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_writers_and_readers_go_on_meanwhile(place: Site, database_url: str, pool: asyncpg.Pool) -> None:
    await place.publish(day=1, ever=None)
    await place.store("day", *[3.0] * 10)
    kept = await place.store("ever", 3)
    async with connect(database_url) as other, held_up(database_url, datum()):
        await make_partitions(other, datetime.now(UTC), days_ahead=0)
        assert await Retention(other, "one").round() == Gone(rows=10)
        kept += await place.store("ever", 0)
    assert await place.left() == set(ids(kept))


async def test_what_is_forgotten_goes_right_away(place: Site, pool: asyncpg.Pool) -> None:
    kept, gone = await place.store("none", 0, 0)
    forgetter = Forgetter(pool)
    forgetter.forget(gone.id)
    task = asyncio.create_task(forgetter.run())

    async def only_one_left() -> Any:
        return await place.left() == {kept.id}

    await eventually(only_one_left)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
