"""Data go when they are old, and nothing else does, whoever reads and writes meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import uid_of
from tests.gateway.data.making import WAITING, ids, running
from tests.gateway.data.sites import DAY, Site, day_of
from tests.gateway.logs import Logs
from tests.waiting import eventually
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.deleting import AT_ONCE
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.items import Edited, Items
from tidegate_gateway.data.paging import PageQuery
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.retention import Gone, Retention
from tidegate_gateway.data.sources import Sources, list_sources
from tidegate_gateway.data.writer import Writer

ON_DELETE = """
CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {statement}; RETURN NULL; END $$;
CREATE TRIGGER meanwhile AFTER DELETE ON datum FOR EACH STATEMENT EXECUTE FUNCTION meanwhile();
"""
STEAL = "UPDATE job_lease SET holder = 'two', until = now() + interval '1 hour'"
KEEP = """UPDATE config SET configuration = jsonb_set(configuration, '{retentionDays}', '365')"""


@pytest.fixture
async def place(pool: asyncpg.Pool) -> AsyncIterator[Site]:
    async with running(Writer(pool)) as writer:
        yield Site(pool, writer)


@pytest.fixture
def retention(pool: asyncpg.Pool) -> Retention:
    return Retention(pool, "one")


def one_by_one(rows: int, *names: str) -> Gone:
    return Gone(rows, endpoints={UUID(uid_of(name)) for name in names})


async def test_old_data_go_one_by_one_where_others_stay(place: Site, retention: Retention) -> None:
    await place.publish(month=30, ever=None, day=1)
    kept = (
        await place.store("month", 29, 1, 0)
        + await place.store("ever", 40, 31, 29, 1.1, 0)
        + await place.store("day", 0.5)
    )
    await place.store("month", 31, 40)
    await place.store("day", 1.1, 29)
    assert await retention.round() == one_by_one(4, "month", "day")
    assert await place.left() == set(ids(kept))
    assert await retention.round() == Gone()


async def test_a_day_that_nobody_needs_goes_as_a_whole(place: Site, retention: Retention) -> None:
    await place.publish(month=30, day=1)
    kept = await place.store("month", 5) + await place.store("day", 0.1)
    await place.store("month", 50, 50)
    await place.store("day", 50, 40)
    before = await place.tables()
    assert await retention.round() == Gone(partitions=2)
    assert await place.left() == set(ids(kept))
    assert {name[-8:] for name in before - await place.tables()} == {day_of(50), day_of(40)}


async def test_a_day_goes_once_it_has_been_over_for_a_day_and_not_before(place: Site, retention: Retention) -> None:
    await place.publish(none=0)
    await place.store("none", 3, 2, 1)
    assert await retention.round() == Gone(1, 2, 0, {UUID(uid_of("none"))})
    assert await place.tables(1)
    assert not await place.tables(2)
    assert not await place.left()


async def test_a_day_without_data_goes(place: Site, retention: Retention) -> None:
    await place.publish(ever=None, day=1)
    kept = await place.store("ever", 4)
    await place.store("day", 5, 4)
    await place.pool.execute("DELETE FROM data_point")
    await place.pool.execute("DELETE FROM datum WHERE endpoint = $1", UUID(uid_of("day")))
    assert await retention.round() == Gone(partitions=1)
    assert not await place.tables(5)
    assert {row["id"] for row in await place.pool.fetch("SELECT id FROM datum")} == set(ids(kept))


async def test_what_still_runs_keeps_its_day(place: Site, retention: Retention) -> None:
    await place.publish(day=1)
    kept = [one for status in (1, 100, 101, 999) for one in await place.store("day", 50, status=status)]
    await place.store("day", 50, status=200)
    await place.store("day", 50, status=None)
    assert await retention.round() == one_by_one(2, "day")
    assert await place.left() == set(ids(kept))


async def test_many_data_go_in_batches(place: Site, retention: Retention) -> None:
    await place.publish(day=1, ever=None)
    await place.store("day", *[3.0] * (2 * AT_ONCE + 5))
    kept = await place.store("ever", 3)
    assert await retention.round() == one_by_one(2 * AT_ONCE + 5, "day")
    assert await place.left() == set(ids(kept))


async def test_a_deleted_endpoints_data_go_after_its_retention(place: Site, retention: Retention) -> None:
    await place.publish(gone=2, ever=None)
    kept = await place.store("gone", 1) + await place.store("ever", 3)
    await place.store("gone", 3)
    await place.publish(ever=None)
    assert await retention.round() == one_by_one(1, "gone")
    assert await place.left() == set(ids(kept))


async def test_what_is_not_kept_goes_after_a_minute_but_for_what_runs(place: Site, retention: Retention) -> None:
    await place.publish(none=0)
    kept = await place.store("none", 0) + await place.store("none", 0.01, status=100)
    await place.store("none", 0.02, status=200)
    await place.store("none", 0.03)
    await retention.round()
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


async def test_of_two_gateways_at_once_one_does_it(place: Site, database_url: str) -> None:
    await place.publish(day=1, ever=None)
    kept = await place.store("ever", 3)
    await place.store("day", 50, 3, 3)
    async with connect(database_url) as one, connect(database_url) as two:
        rounds = await asyncio.gather(Retention(one, "one").round(), Retention(two, "two").round())
    assert [found for found in rounds if found] == [Gone(2, 1, 0, {UUID(uid_of("day"))})]
    assert await place.left() == set(ids(kept))


async def test_who_has_lost_the_lease_stops(place: Site, retention: Retention, pool: asyncpg.Pool) -> None:
    await place.publish(day=1, ever=None)
    await place.store("ever", 3)
    await place.store("day", *[3.0] * (AT_ONCE + 5))
    await pool.execute(ON_DELETE.replace("{statement}", STEAL))
    assert await retention.round() == one_by_one(AT_ONCE, "day")
    assert len(await place.left()) == 6


async def test_a_longer_retention_counts_at_once(place: Site, retention: Retention, pool: asyncpg.Pool) -> None:
    await place.publish(day=1, other=1, ever=None)
    kept = await place.store("ever", 50, 5) + await place.store("day", 5, 4) + await place.store("other", 5)
    await place.store("day", 50)
    await pool.execute(ON_DELETE.replace("{statement}", KEEP))
    assert await retention.round() == one_by_one(1, "day")
    assert await place.left() == set(ids(kept))


async def test_what_somebody_changes_is_left_to_the_next_round(place: Site, pool: asyncpg.Pool) -> None:
    await place.publish(day=1, ever=None)
    await place.store("ever", 3)
    changing, _ = await place.store("day", 3, 3)
    retention = Retention(pool, "one")
    async with acquire(pool) as connection, connection.transaction():
        await connection.execute("UPDATE datum SET input = '{}' WHERE id = $1", changing.id)
        assert await retention.round() == one_by_one(1, "day")
    assert await retention.round() == one_by_one(1, "day")


async def test_nobody_waits_for_it(place: Site, pool: asyncpg.Pool, database_url: str) -> None:
    await place.publish(day=1, ever=None)
    kept = await place.store("ever", 3)
    await place.store("day", *[3.0] * 10)
    blocking = await asyncpg.connect(database_url)
    async with connect(database_url) as other:
        async with blocking.transaction():
            await blocking.execute(f"LOCK TABLE data_point_{day_of(3)} IN SHARE MODE")
            work = asyncio.create_task(Retention(other, "one").round())
            await eventually(lambda: pool.fetchval(WAITING))
            async with asyncio.timeout(5):
                kept += await place.store("ever", 0, 2)
                await Items(pool).edit(kept[0].endpoint, kept[-1].id, _emptied)
                await Reader(pool).page(kept[0].endpoint, PageQuery(10))
            assert await pool.fetchval(WAITING) == 1
        assert await work == one_by_one(10, "day")
    await blocking.close()
    assert await pool.fetchval("SELECT count(*) FROM datum") == len(kept)


async def _emptied(_: StoredDatum) -> Edited:
    return Edited(b"{}")


async def test_what_went_is_told_and_logged(place: Site, pool: asyncpg.Pool, logs: Logs) -> None:
    await place.publish(day=1, ever=None)
    await place.store("ever", 3)
    await place.store("day", 50, 3)
    await pool.execute("ANALYZE datum")
    told: list[tuple[int, int]] = []
    await Retention(pool, "one", lambda *gone: told.append(gone)).round()
    assert told == [(1, 1)]
    (line,) = logs.lines("data expired")
    assert (line["data"], line["endpoints"], line["partitions"], line["about"]) == (1, 1, 1, 1)


async def test_without_a_database_it_is_begun_again_later(database_url: str) -> None:
    pool = connect(database_url)
    await pool
    pool.terminate()
    with pytest.raises(Unavailable):
        await Retention(pool, "one").run()


async def test_addresses_go_with_the_last_of_their_endpoint(place: Site, retention: Retention) -> None:
    await place.publish(day=1)
    sources, day, unknown = Sources(place.pool), UUID(uid_of("day")), UUID(uid_of("unknown"))
    for endpoint in (day, unknown):
        sources.seen(endpoint, "192.0.2.1")
    await sources.flush()
    await place.publish()
    await retention.round()
    assert len(await list_sources(place.pool, day)) == 1
    assert await list_sources(place.pool, unknown) == []


async def test_ages_are_those_of_the_clock_of_the_database(place: Site, retention: Retention) -> None:
    await place.publish(day=1, ever=None)
    kept = await place.store("day", 0.999) + await place.store("ever", 1)
    await place.store("day", 1.001)
    now: datetime = await place.pool.fetchval("SELECT now()")
    assert abs(now - datetime.now(UTC)) < DAY / 1000
    assert await retention.round() == one_by_one(1, "day")
    assert await place.left() == set(ids(kept))
