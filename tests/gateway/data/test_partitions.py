"""Partitions: one a UTC day, without a gap, made beside readers and writers that go on."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from tests.gateway.data.making import datum, held_up
from tidegate_gateway.data.ids import EPOCH, first_id, time_of
from tidegate_gateway.data.partitions import bounds, make_partition, make_partitions
from tidegate_gateway.data.pool import acquire, connect

DAY = timedelta(days=1)
DAYS = st.dates(date(1970, 1, 1), date(2199, 12, 31)) | st.sampled_from(
    [date(2028, 2, 28), date(2028, 2, 29), date(2100, 2, 28), date(2027, 12, 31), date(2028, 12, 31)]
)
WHERE = "SELECT tableoid::regclass::text FROM datum WHERE id = $1"


@given(DAYS)
def test_a_partition_begins_where_the_one_before_ends(day: date) -> None:
    assert bounds(day)[1] == bounds(day + DAY)[0]


@given(DAYS, st.integers(0, DAY // timedelta(microseconds=1) - 1))
def test_whatever_is_made_on_a_day_is_within_its_bounds(day: date, microseconds: int) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(microseconds=microseconds)
    lower, upper = bounds(day)
    assert lower <= uuid7(nanoseconds=(at - EPOCH) // timedelta(microseconds=1) * 1000) < upper
    assert time_of(lower).date() == day


async def test_they_are_made_from_yesterday_to_days_ahead_and_only_once(database_url: str) -> None:
    now = datetime(2028, 2, 28, 23, 30, tzinfo=UTC)
    async with connect(database_url) as pool:
        made = await make_partitions(pool, now, days_ahead=3)
        assert made == [date(2028, 2, 27), date(2028, 2, 28), date(2028, 2, 29), date(2028, 3, 1), date(2028, 3, 2)]
        assert await make_partitions(pool, now, days_ahead=3) == []
        assert await make_partitions(pool, now + DAY, days_ahead=3) == [date(2028, 3, 3)]


async def test_the_day_is_that_of_utc(database_url: str) -> None:
    now = datetime.fromisoformat("2027-12-31T22:00:00-05:00")
    async with connect(database_url) as pool:
        assert date(2028, 1, 2) in await make_partitions(pool, now, days_ahead=1)


async def test_each_millisecond_around_midnight_finds_its_partition(database_url: str) -> None:
    midnight = datetime(2028, 1, 1, tzinfo=UTC)
    first = first_id(midnight)
    before = type(first)(int=first.int - 1)
    async with connect(database_url) as pool:
        await make_partitions(pool, midnight, days_ahead=0)
        async with acquire(pool) as connection:
            for id_, partition in ((before, "datum_20271231"), (first, "datum_20280101")):
                await connection.execute("INSERT INTO datum (id, endpoint, method) VALUES ($1, $1, 'POST')", id_)
                assert await connection.fetchval(WHERE, id_) == partition


@pytest.mark.parametrize(("table", "indexes"), [("datum", 3), ("data_point", 4)])
async def test_a_partition_has_the_indexes_and_defaults_of_the_table(
    database_url: str, table: str, indexes: int
) -> None:
    async with connect(database_url) as pool:
        (*_, day) = await make_partitions(pool, datetime.now(UTC))
        async with acquire(pool) as connection:
            part = f"{table}_{day:%Y%m%d}"
            made = await connection.fetch("SELECT FROM pg_indexes WHERE tablename = $1", part)
            defaults = """SELECT attname, pg_get_expr(adbin, adrelid) AS value FROM pg_attrdef
                JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE adrelid = $1::text::regclass"""
            assert await connection.fetch(defaults, part) == await connection.fetch(defaults, table)
    assert len(made) == indexes


async def test_what_an_older_version_left_out_is_made(database_url: str) -> None:
    async with connect(database_url) as pool:
        now = datetime.now(UTC)
        await make_partitions(pool, now, days_ahead=0)
        await pool.execute(f"DROP TABLE data_point_{now:%Y%m%d}")
        assert await make_partitions(pool, now, days_ahead=0) == [now.date()]
        assert await make_partitions(pool, now, days_ahead=0) == []


async def test_nobody_waits_for_a_partition_and_it_waits_for_nobody(database_url: str) -> None:
    async with connect(database_url) as pool:
        await make_partitions(pool, datetime.now(UTC), days_ahead=0)
        async with acquire(pool) as reader, reader.transaction(), held_up(database_url, datum()):
            await reader.fetch("SELECT id FROM datum")
            async with asyncio.timeout(2):
                assert len(await make_partitions(pool, datetime.now(UTC), days_ahead=2)) == 2
            await reader.fetch("SELECT id FROM datum")


async def test_several_makers_at_once_make_one(database_url: str) -> None:
    async with connect(database_url) as pool:

        async def make() -> bool:
            async with acquire(pool) as connection:
                return await make_partition(connection, date(2030, 1, 1))

        assert sorted(await asyncio.gather(*(make() for _ in range(6)))) == [False] * 5 + [True]


@pytest.mark.parametrize("day", [date(1970, 1, 1), date(2038, 1, 19), date(9998, 12, 31)])
async def test_days_far_from_now_can_be_made(pool: asyncpg.Pool, day: date) -> None:
    async with acquire(pool) as connection:
        assert await make_partition(connection, day)
