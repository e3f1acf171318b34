"""Whole days of data go without keeping anybody waiting, and whatever a kill leaves half done is finished."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.gateway.data.making import WAITING, ids, running
from tests.gateway.data.sites import Site, day_of
from tests.gateway.logs import Logs
from tests.waiting import eventually
from tidegate_gateway.data import days
from tidegate_gateway.data.days import drop_day, finish, list_days
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.paging import PageQuery
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.retention import Gone, Retention
from tidegate_gateway.data.sql import load
from tidegate_gateway.data.writer import Writer

QUERIES = load("tidegate_gateway.data", "days.sql")
OLD = 50
DETACHING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%DETACH%CONCURRENTLY'"
DETACHING += " AND wait_event_type = 'Lock'"


@pytest.fixture
async def place(pool: asyncpg.Pool) -> AsyncIterator[Site]:
    """Its data are fifty days old, and go after one."""
    async with running(Writer(pool)) as writer:
        place = Site(pool, writer)
        await place.publish(day=1)
        await place.store("day", OLD, OLD)
        yield place


async def drop(pool: asyncpg.Pool) -> bool:
    async with acquire(pool) as connection:
        return await drop_day(connection, (await list_days(connection))[0])


async def finished(pool: asyncpg.Pool) -> bool:
    async with acquire(pool) as connection:
        return await finish(connection)


@asynccontextmanager
async def somebody_reads(url: str, table: str = "datum") -> AsyncIterator[None]:
    """A transaction that has read a table, and goes on."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.fetch(f"SELECT FROM {table}")
            yield
    finally:
        await connection.close()


async def test_days_are_listed_the_oldest_first_and_those_that_are_over(place: Site) -> None:
    await place.store("day", 2)
    async with acquire(place.pool) as connection:
        found = await list_days(connection)
    assert [(day.name, day.over) for day in found] == [
        (f"datum_{day_of(age)}", over) for age, over in ((OLD, True), (2, True), (1, False), (0, False), (-1, False))
    ]
    assert found[0].begin == datetime.strptime(day_of(OLD), "%Y%m%d").replace(tzinfo=UTC)


async def test_readers_and_writers_go_on_while_a_day_is_still_read(place: Site, database_url: str) -> None:
    async with connect(database_url) as other, somebody_reads(database_url):
        work = asyncio.create_task(drop(other))
        await eventually(lambda: place.pool.fetchval(DETACHING))
        async with asyncio.timeout(5):
            kept = await place.store("day", 0, 3, 1)
            assert {row["id"] for row in await place.pool.fetch("SELECT id FROM datum")} == set(ids(kept))
            await Reader(place.pool).page(kept[0].endpoint, PageQuery(10))
        assert await place.pool.fetchval(WAITING) == 1
        assert not work.done()
    assert await work
    assert not await place.tables(OLD)
    assert await place.left() == set(ids(kept))


async def test_who_gives_up_leaves_it_to_the_next_round(
    place: Site, database_url: str, monkeypatch: pytest.MonkeyPatch, logs: Logs
) -> None:
    for name in ("DETACH_SECONDS", "FINALIZE_SECONDS"):
        monkeypatch.setattr(days, name, 0.3)
    await place.store("day", OLD + 1, 3)
    retention = Retention(place.pool, "one")
    async with somebody_reads(database_url):
        assert await retention.round() == Gone(partitions=1)
        assert await retention.round() == Gone()
        assert len(await place.tables(OLD + 1)) == 2
    assert {line["partition"] for line in logs.lines("expired day cannot go yet")} == {f"datum_{day_of(OLD + 1)}"}
    assert await retention.round() == Gone(partitions=2)
    assert not {name for age in (OLD + 1, OLD, 3) for name in await place.tables(age)}
    assert not await place.left()


async def test_a_connection_that_is_killed_loses_nothing(place: Site, database_url: str) -> None:
    other = connect(database_url)
    await other
    async with somebody_reads(database_url):
        work = asyncio.create_task(drop(other))
        waiting = await eventually(lambda: place.pool.fetchval(DETACHING))
        await place.pool.execute("SELECT pg_terminate_backend($1)", waiting)
        with pytest.raises(Unavailable):
            await work
    other.terminate()
    kept = await place.store("day", 0)
    assert await finished(place.pool)
    assert not await place.tables(OLD)
    assert await place.left() == set(ids(kept))


@pytest.mark.parametrize("steps", range(1, 6))
async def test_whatever_was_done_is_finished(place: Site, database_url: str, steps: int) -> None:
    day, points = f"datum_{day_of(OLD)}", f"data_point_{day_of(OLD)}"
    for statement, parent, partition in (
        (QUERIES.detach, "datum", day),
        (QUERIES.drop_partition, "datum", day),
        ("INTERRUPTED", "data_point", points),
        (QUERIES.finalize, "data_point", points),
        (QUERIES.drop_partition, "data_point", points),
    )[:steps]:
        if parent == "datum" and statement == QUERIES.detach:
            await mark(place.pool, day, points)
        if statement == "INTERRUPTED":
            await interrupted(database_url, parent, partition)
        else:
            await place.pool.execute(statement.replace("{parent}", parent).replace("{partition}", partition))
    assert await finished(place.pool)
    assert not await place.tables(OLD)
    assert await finished(place.pool)


async def test_what_was_only_marked_is_judged_anew(place: Site) -> None:
    await mark(place.pool, *await place.tables(OLD))
    assert await finished(place.pool)
    assert len(await place.left()) == 2


async def mark(pool: asyncpg.Pool, *partitions: str) -> None:
    for partition in partitions:
        await pool.execute(QUERIES.mark.replace("{partition}", partition))


async def interrupted(url: str, parent: str, partition: str) -> None:
    """Detaches as far as somebody does who is interrupted while the table is still read."""
    connection = await asyncpg.connect(url)
    statement = QUERIES.detach.replace("{parent}", parent).replace("{partition}", partition)
    async with somebody_reads(url, parent):
        with pytest.raises(TimeoutError):
            await connection.execute(statement, timeout=0.3)
        await connection.close()


async def test_what_somebody_else_detached_stays(place: Site, database_url: str) -> None:
    await place.store("day", OLD - 1)
    tables = await place.tables(OLD)
    for name in tables:
        await place.pool.execute(f"ALTER TABLE {name[:-9]} DETACH PARTITION {name}")
    assert await Retention(place.pool, "one").round() == Gone(partitions=1)
    assert await place.tables(OLD) == tables


async def test_what_somebody_else_is_about_to_detach_keeps_days_but_no_data(place: Site, database_url: str) -> None:
    await place.publish(day=1, ever=None)
    await place.store("ever", 3)
    await place.store("day", OLD - 1, 3)
    await interrupted(database_url, "datum", f"datum_{day_of(OLD)}")
    gone = await Retention(place.pool, "one").round()
    assert gone
    assert gone.rows == 1
    assert len(await place.tables(OLD)) == len(await place.tables(OLD - 1)) == 2


async def test_a_day_that_an_older_version_made_has_no_values(place: Site) -> None:
    await place.pool.execute(f"DROP TABLE data_point_{day_of(OLD)}")
    assert await Retention(place.pool, "one").round() == Gone(partitions=1)
    assert not await place.tables(OLD)
