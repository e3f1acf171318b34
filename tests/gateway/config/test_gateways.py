"""Gateways say what they serve, are live while their heart beats, and are taken off the list when they end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.gateway.config.running import at, gateway, running
from tests.gateway.config.samples import endpoint_row, rows_of
from tests.waiting import eventually
from tidegate_gateway.config.gateways import Failure, acknowledge, beat, leave, live, purge
from tidegate_gateway.config.publish import Publisher

ONE = endpoint_row("one")
FAILURE = Failure("Endpoint", "acme", "one", ONE.uid, 3, "It is so.")


@asynccontextmanager
async def hearing(url: str) -> AsyncIterator[list[str]]:
    """The pods that the operator is told of."""
    heard: list[str] = []
    connection = await asyncpg.connect(url)
    await connection.add_listener("tidegate_gateway", lambda *told: heard.append(str(told[3])))
    yield heard
    await connection.close()


async def set_back(pool: asyncpg.Pool, pod: str, seconds: float) -> None:
    await pool.execute(
        "UPDATE gateway SET heartbeat = heartbeat - make_interval(secs => $2) WHERE pod = $1", pod, seconds
    )


async def test_what_a_gateway_says_is_what_is_read(pool: asyncpg.Pool) -> None:
    await acknowledge(pool, "b", "1.2.3", 7, [FAILURE])
    await acknowledge(pool, "a", "1.2.4", 8, [])
    first, second = await live(pool)
    assert (first.pod, first.version, first.revision, first.failures) == ("a", "1.2.4", 8, ())
    assert (second.pod, second.version, second.revision, second.failures) == ("b", "1.2.3", 7, (FAILURE,))
    assert 0 <= first.heartbeat_age_seconds < 15


async def test_what_it_says_next_replaces_that_and_is_a_heartbeat(pool: asyncpg.Pool) -> None:
    await acknowledge(pool, "a", "1", 7, [FAILURE])
    await set_back(pool, "a", 60)
    await acknowledge(pool, "a", "2", 8, [])
    (there,) = await live(pool)
    assert (there.version, there.revision, there.failures) == ("2", 8, ())


async def test_a_heart_that_has_not_beaten_for_15_seconds_is_dead(pool: asyncpg.Pool) -> None:
    await acknowledge(pool, "a", "1", 7, [])
    await set_back(pool, "a", 10)
    assert [there.heartbeat_age_seconds > 10 for there in await live(pool)] == [True]
    await set_back(pool, "a", 5)
    assert await live(pool) == []
    assert await beat(pool, "a", 7)
    assert len(await live(pool)) == 1


@pytest.mark.parametrize(
    ("pod", "revision", "known"), [("a", 7, True), ("a", 6, True), ("a", 8, False), ("b", 7, False)]
)
async def test_a_beat_of_what_the_database_does_not_know_is_none(
    pool: asyncpg.Pool, pod: str, revision: int, known: bool
) -> None:
    await acknowledge(pool, "a", "1", 7, [])
    assert await beat(pool, pod, revision) is known


async def test_failures_of_a_newer_version_are_read(pool: asyncpg.Pool) -> None:
    await acknowledge(pool, "a", "1", 7, [FAILURE])
    await pool.execute("UPDATE gateway SET failures = jsonb_set(failures, '{0,severity}', '3')")
    assert (await live(pool))[0].failures == (FAILURE,)


async def test_the_dead_of_yesterday_are_purged(pool: asyncpg.Pool) -> None:
    for pod, seconds in (("new", 0.0), ("dead", 86_000.0), ("old", 86_401.0)):
        await acknowledge(pool, pod, "1", 7, [])
        await set_back(pool, pod, seconds)
    assert await purge(pool) == ["old"]
    assert await purge(pool) == []


async def test_the_operator_hears_acknowledgements_and_ends_but_no_heartbeats(
    pool: asyncpg.Pool, database_url: str
) -> None:
    async with hearing(database_url) as heard:
        await acknowledge(pool, "a", "1", 7, [])
        for _ in range(3):
            await beat(pool, "a", 7)
        await leave(pool, "a")
        await leave(pool, "a")
        await acknowledge(pool, "b", "1", 7, [])
        await eventually(lambda: heard[-1:] == ["b"])
        assert heard == ["a", "a", "b"]


async def test_a_gateway_says_what_it_serves_after_each_swap(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    async with running(database_url, pool, "mine") as watch:
        (there,) = await live(pool)
        assert (there.pod, there.version, there.revision, there.failures) == ("mine", "1.2.3", 1, ())
        await publisher.publish({}, 1)
        await at(watch, 2)
        await eventually(lambda: pool.fetchval("SELECT revision = 2 FROM gateway"))
    assert await live(pool) == []


async def test_it_says_nothing_before_it_has_loaded_everything(pool: asyncpg.Pool, database_url: str) -> None:
    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with pool.acquire() as connection:
        lock = connection.transaction()
        await lock.start()
        await connection.execute("LOCK TABLE config IN ACCESS EXCLUSIVE MODE")
        watch = gateway(database_url, pool, heartbeat_seconds=0.01)
        watch.start()
        await eventually(lambda: connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
        assert (watch.loaded, await live(pool)) == (False, [])
        await lock.rollback()
    await eventually(lambda: live(pool))
    assert watch.loaded
    await watch.stop()


async def test_a_gateway_that_never_loaded_ends_without_a_word(pool: asyncpg.Pool, database_url: str) -> None:
    watch = gateway(database_url, pool)
    await watch.stop()
    watch.start()
    await watch.stop()
    assert not await pool.fetchval("SELECT count(*) FROM gateway")


async def test_its_heart_beats_and_nobody_is_woken_by_that(pool: asyncpg.Pool, database_url: str) -> None:
    async with hearing(database_url) as heard, running(database_url, pool, "mine", heartbeat_seconds=0.02):
        first = await pool.fetchval("SELECT heartbeat FROM gateway")
        await set_back(pool, "mine", 60)
        await eventually(lambda: pool.fetchval("SELECT heartbeat > $1 FROM gateway", first))
        await acknowledge(pool, "other", "1", 1, [])
        await eventually(lambda: heard[-1:] == ["other"])
        assert heard == ["mine", "other"]
        await leave(pool, "other")


async def test_a_row_that_is_gone_is_written_anew(pool: asyncpg.Pool, database_url: str) -> None:
    await Publisher(pool).publish(rows_of([ONE]), 1)
    async with running(database_url, pool, heartbeat_seconds=0.02):
        await pool.execute("DELETE FROM gateway")
        await eventually(lambda: live(pool))
        await pool.execute("UPDATE gateway SET revision = 0")
        await eventually(lambda: pool.fetchval("SELECT revision = 1 FROM gateway"))


async def test_an_acknowledgement_that_failed_is_made_up_for(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    async with running(database_url, pool, poll_seconds=0.05) as watch:
        await pool.execute("ALTER TABLE gateway RENAME TO hidden")
        await publisher.publish(rows_of([ONE]), 1)
        await at(watch, 1)
        assert watch.snapshot.endpoints.keys() == {"acme/main/one"}
        await pool.execute("ALTER TABLE hidden RENAME TO gateway")
        await eventually(lambda: pool.fetchval("SELECT revision = 1 FROM gateway"))


async def test_a_heart_that_could_not_beat_tries_again_sooner(pool: asyncpg.Pool, database_url: str) -> None:
    async with running(database_url, pool, "mine", heartbeat_seconds=0.02):
        await pool.execute("ALTER TABLE gateway RENAME TO hidden")
        await set_aside(pool)
        await pool.execute("ALTER TABLE hidden RENAME TO gateway")
        await set_back(pool, "mine", 60)
        await eventually(lambda: live(pool))


async def set_aside(pool: asyncpg.Pool) -> None:
    """Let at least one heartbeat fail."""
    aborted = "SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()"
    before = await pool.fetchval(aborted)
    await eventually(lambda: pool.fetchval(f"SELECT ({aborted}) > $1", before))


async def test_a_first_start_sweeps_the_list(pool: asyncpg.Pool, database_url: str) -> None:
    await acknowledge(pool, "old", "1", 7, [])
    await set_back(pool, "old", 90_000)
    async with running(database_url, pool):
        await eventually(lambda: pool.fetchval("SELECT count(*) = 1 FROM gateway"))


async def test_two_gateways_are_two_rows(pool: asyncpg.Pool, database_url: str) -> None:
    async with running(database_url, pool, "a"), running(database_url, pool, "b"):
        assert [there.pod for there in await live(pool)] == ["a", "b"]
    assert await live(pool) == []
