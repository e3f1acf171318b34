"""Addresses that data came from are counted without keeping anybody waiting."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest

from tests.gateway.data.making import ENDPOINT
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.sources import MOST_KEPT, MOST_PENDING, Source, Sources, list_sources

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Goes on a second each time it is read."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


async def test_each_address_has_its_times_and_its_number(pool: asyncpg.Pool) -> None:
    sources = Sources(pool, Clock())
    for address in ("192.0.2.1", "2001:db8::1", "192.0.2.1", None):
        sources.seen(ENDPOINT, address)
    sources.seen(uuid4(), "192.0.2.9")
    await sources.flush()
    sources.seen(ENDPOINT, "192.0.2.1")
    await sources.close()
    second = timedelta(seconds=1)
    assert await list_sources(pool, ENDPOINT) == [
        Source("192.0.2.1", NOON + second, NOON + 5 * second, 3),
        Source("2001:db8::1", NOON + 2 * second, NOON + 2 * second, 1),
    ]


async def test_two_gateways_add_up(pool: asyncpg.Pool) -> None:
    for clock in (Clock(), Clock()):
        sources = Sources(pool, clock)
        sources.seen(ENDPOINT, "192.0.2.1")
        await sources.flush()
        await sources.flush()
    assert [one.requests for one in await list_sources(pool, ENDPOINT)] == [2]


async def test_two_gateways_that_count_too_many_at_once_wait_for_nobody(pool: asyncpg.Pool, database_url: str) -> None:
    addresses = [f"10.0.{number >> 8}.{number & 255}" for number in range(2 * MOST_KEPT)]
    async with connect(database_url) as other:
        gateways = Sources(pool), Sources(other)
        for _ in range(5):
            for sources, order in zip(gateways, (addresses, addresses[::-1]), strict=True):
                for address in order:
                    sources.seen(ENDPOINT, address)
            await asyncio.gather(*(sources.flush() for sources in gateways))
    assert MOST_KEPT <= len(await list_sources(pool, ENDPOINT)) <= 2 * MOST_KEPT


async def test_what_another_gateway_counts_right_now_stays(pool: asyncpg.Pool, database_url: str) -> None:
    sources, other = Sources(pool, Clock()), await asyncpg.connect(database_url)
    for number in range(MOST_KEPT):
        sources.seen(ENDPOINT, f"10.0.{number >> 8}.{number & 255}")
    await sources.flush()
    async with other.transaction(), asyncio.timeout(5):
        await other.execute("SELECT FROM source_address WHERE address = '10.0.0.0' FOR UPDATE")
        for last in (1, 2):
            sources.seen(ENDPOINT, f"192.0.2.{last}")
        await sources.flush()
    await other.close()
    found = {one.address for one in await list_sources(pool, ENDPOINT)}
    assert len(found) == MOST_KEPT + 1
    assert {"10.0.0.0", "192.0.2.1", "192.0.2.2"} <= found
    assert "10.0.0.1" not in found


async def test_what_could_not_be_written_is_written_later(pool: asyncpg.Pool, database_url: str) -> None:
    away = connect(database_url)
    await away
    sources = Sources(away, Clock())
    sources.seen(ENDPOINT, "192.0.2.1")
    away.terminate()
    with pytest.raises(Unavailable):
        await sources.flush()
    sources.seen(ENDPOINT, "192.0.2.1")
    await sources.close()
    sources._pool = pool
    await sources.flush()
    assert [one.requests for one in await list_sources(pool, ENDPOINT)] == [2]


async def test_memory_and_the_table_are_bounded(pool: asyncpg.Pool) -> None:
    dropped: list[None] = []
    sources = Sources(pool, Clock(), lambda: dropped.append(None))
    for number in range(MOST_PENDING + 3):
        sources.seen(ENDPOINT, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(dropped) == 3
    await sources.flush()
    found = await list_sources(pool, ENDPOINT)
    assert len(found) == MOST_KEPT
    assert min(one.last_seen for one in found) == NOON + timedelta(seconds=MOST_PENDING - MOST_KEPT + 1)
