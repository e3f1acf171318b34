"""The operator hears of gateways when something changes that it has to act on, and of nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.gateway.config.running import NEVER, cut_listeners, running
from tests.gateway.config.samples import endpoint_row, rows_of
from tests.waiting import eventually
from tidegate_gateway.config.gateway_watch import GatewayWatch
from tidegate_gateway.config.gateways import Failure, Gateway, acknowledge, beat, leave
from tidegate_gateway.config.publish import Publisher

FAILURE = Failure("Endpoint", "acme", "one", endpoint_row("one").uid, 3, "It is so.")
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


@asynccontextmanager
async def watching(url: str, pool: asyncpg.Pool, poll_seconds: float = NEVER) -> AsyncIterator[list[list[Gateway]]]:
    """What the operator was told, after the first time."""
    told: list[list[Gateway]] = []
    watch = GatewayWatch(url, pool, told.append, poll_seconds=poll_seconds)
    watch.start()
    await eventually(lambda: told)
    yield told
    await watch.stop()


def said(told: list[list[Gateway]]) -> list[list[tuple[str, int, int]]]:
    return [[(gateway.pod, gateway.revision, len(gateway.failures)) for gateway in gateways] for gateways in told]


async def news(told: list[list[Gateway]], *gateways: tuple[str, int, int]) -> None:
    """Wait until these, by pod, revision and number of failures, are what was told last."""
    await eventually(lambda: said(told)[-1] == list(gateways))


async def test_that_there_are_none_is_the_first_news(pool: asyncpg.Pool, database_url: str) -> None:
    async with watching(database_url, pool) as told:
        assert told == [[]]


async def test_revisions_failures_and_ends_are_news(pool: asyncpg.Pool, database_url: str) -> None:
    async with watching(database_url, pool) as told:
        for revision, failures in ((1, []), (2, []), (2, [FAILURE])):
            await acknowledge(pool, "a", "1", revision, failures)
            await news(told, ("a", revision, len(failures)))
        await leave(pool, "a")
        await news(told)
        assert said(told) == [[], [("a", 1, 0)], [("a", 2, 0)], [("a", 2, 1)], []]


async def test_heartbeats_and_the_same_again_are_no_news(pool: asyncpg.Pool, database_url: str) -> None:
    async with watching(database_url, pool, poll_seconds=0.02) as told:
        await acknowledge(pool, "a", "1", 1, [])
        await eventually(lambda: len(told) == 2)
        for _ in range(5):
            await beat(pool, "a", 1)
            await acknowledge(pool, "a", "1", 1, [])
        await acknowledge(pool, "b", "1", 1, [])
        await news(told, ("a", 1, 0), ("b", 1, 0))
        assert len(told) == 3


async def test_a_gateway_that_died_silently_is_noticed_by_the_poll(pool: asyncpg.Pool, database_url: str) -> None:
    await acknowledge(pool, "a", "1", 1, [])
    async with watching(database_url, pool, poll_seconds=0.02) as told:
        await pool.execute("UPDATE gateway SET heartbeat = heartbeat - interval '1 minute'")
        await news(told)


async def test_it_works_where_nothing_can_listen(pool: asyncpg.Pool) -> None:
    async with watching(NOWHERE, pool, poll_seconds=0.02) as told:
        await acknowledge(pool, "a", "1", 1, [])
        await news(told, ("a", 1, 0))


async def test_a_listening_connection_that_is_lost_is_made_anew(pool: asyncpg.Pool, database_url: str) -> None:
    async with watching(database_url, pool) as told:
        assert await cut_listeners(pool) == 1
        await acknowledge(pool, "a", "1", 1, [])
        await news(told, ("a", 1, 0))


async def test_it_follows_a_real_gateway(pool: asyncpg.Pool, database_url: str) -> None:
    async with watching(database_url, pool) as told:
        async with running(database_url, pool, "mine"):
            await Publisher(pool).publish(rows_of([endpoint_row("one", retention_days=13)]), 1)
            await news(told, ("mine", 1, 1))
        await news(told)
