"""The marks of what was withdrawn: kept while anybody may need them, and no longer."""

import json

import asyncpg
import pytest

from tests.gateway.config.running import stored
from tests.gateway.config.samples import endpoint_row, rows_of, uid_of
from tidegate_gateway.config.gateways import acknowledge
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.data.ids import new_id

ONE, TWO = endpoint_row("one"), endpoint_row("two")


@pytest.fixture
async def publisher(pool: asyncpg.Pool) -> Publisher:
    """One that has withdrawn `one`, and serves `two`, as of revision 2."""
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    await publisher.publish(rows_of([TWO]), 1)
    return publisher


async def age(pool: asyncpg.Pool, hours: int) -> None:
    await pool.execute("UPDATE config SET withdrawn = withdrawn - $1 * interval '1 hour'", hours)


async def test_a_mark_goes_after_a_day(pool: asyncpg.Pool, publisher: Publisher) -> None:
    await age(pool, 23)
    assert await publisher.purge() == 0
    await age(pool, 2)
    assert await publisher.purge() == 1
    assert await stored(pool) == {"two": (1, False)}


async def test_an_endpoint_with_data_keeps_its_mark_for_its_retention(pool: asyncpg.Pool, publisher: Publisher) -> None:
    await age(pool, 25)
    await pool.execute("CREATE TABLE datum_any PARTITION OF datum DEFAULT")
    await pool.execute("INSERT INTO datum (id, endpoint, method) VALUES ($1, $2, 'POST')", new_id(), uid_of("one"))
    assert await publisher.purge() == 0
    await pool.execute("DELETE FROM datum")
    assert await publisher.purge() == 1


async def test_a_gateway_that_has_not_heard_of_it_still_will(pool: asyncpg.Pool, publisher: Publisher) -> None:
    await age(pool, 25)
    await acknowledge(pool, "pod", "1", 1, ())
    assert await publisher.purge() == 0
    await acknowledge(pool, "pod", "1", 2, ())
    assert await publisher.purge() == 1


async def test_what_came_back_is_no_mark(pool: asyncpg.Pool, publisher: Publisher) -> None:
    await age(pool, 25)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    assert await publisher.purge() == 0
    assert await pool.fetchval("SELECT count(*) FROM config WHERE withdrawn IS NOT NULL") == 0
    await publisher.publish(rows_of([TWO]), 1)
    assert await publisher.purge() == 0


async def test_a_resource_that_was_purged_can_be_published_anew(pool: asyncpg.Pool, publisher: Publisher) -> None:
    await age(pool, 25)
    await publisher.purge()
    outcome = await publisher.publish(rows_of([ONE, TWO]), 1)
    assert (outcome.revision, outcome.changed) == (3, 1)
    assert json.loads((await publisher.load())[ONE.ref].document) == json.loads(ONE.document)
