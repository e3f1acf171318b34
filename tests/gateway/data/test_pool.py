"""Connections: JSON as bytes, errors of the room, sessions as they should be, with and without PgBouncer."""

import asyncio

import asyncpg
import pytest

from tests.gateway.data.making import datum, listed, running, write_all
from tests.gateway.data.proxy import proxy_to
from tests.waiting import eventually
from tidegate_gateway.data import pool as pools
from tidegate_gateway.data.errors import Unavailable, Unstorable
from tidegate_gateway.data.pool import Connection, acquire, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

SETTINGS = "SELECT name, setting FROM pg_settings WHERE source = 'client'"


async def settings_of(connection: Connection) -> dict[str, str]:
    return {row["name"]: row["setting"] for row in await connection.fetch(SETTINGS)}


async def test_jsonb_is_bytes_both_ways_also_in_arrays(pool: asyncpg.Pool) -> None:
    async with acquire(pool) as connection:
        one = await connection.fetchval("SELECT $1::jsonb", b'{"b":1.10,"a":[]}')
        several = await connection.fetchval("SELECT $1::jsonb[]", [b"1", None, b'"\xc3\xa9"'])
    assert one == b'{"a": [], "b": 1.10}'
    assert several == [b"1", None, b'"\xc3\xa9"']


async def test_a_session_cannot_hold_the_horizon_back_and_plans_for_the_values_at_hand(pool: asyncpg.Pool) -> None:
    async with acquire(pool) as connection:
        settings = await settings_of(connection)
    assert settings["application_name"] == "tidegate"
    assert settings["idle_in_transaction_session_timeout"] == "10000"
    assert settings["statement_timeout"] == "300000"
    assert settings["plan_cache_mode"] == "force_custom_plan"


async def test_behind_pgbouncer_nothing_stays_in_a_session(database_url: str) -> None:
    async with connect(database_url, pgbouncer=True, size=1) as pool, acquire(pool) as connection:
        fresh = await settings_of(connection)
    async with connect(database_url, pgbouncer=True, size=3) as pool:
        async with running(Writer(pool, lanes=1)) as writer:
            assert await write_all(writer, [datum() for _ in range(3)]) == [None] * 3
            assert len(await listed(Reader(pool), 3)) == 3
        async with acquire(pool) as one, acquire(pool) as other, acquire(pool) as third:
            for connection in (one, other, third):
                assert await connection.fetch("SELECT name FROM pg_prepared_statements") == []
                assert (
                    await connection.fetch(
                        "SELECT * FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                    )
                    == []
                )
                assert await settings_of(connection) == fresh
    assert "idle_in_transaction_session_timeout" not in fresh


async def test_returning_a_connection_costs_no_round_trip(pool: asyncpg.Pool, database_url: str) -> None:
    async with acquire(pool) as connection:
        pid = connection.get_server_pid()
        await connection.execute("SELECT 'the last word'")
    observer = await asyncpg.connect(database_url)
    said = await observer.fetchval("SELECT query FROM pg_stat_activity WHERE pid = $1", pid)
    await observer.close()
    assert said == "SELECT 'the last word'"


async def test_errors_inside_are_those_of_the_room(pool: asyncpg.Pool) -> None:
    with pytest.raises(Unstorable):
        async with acquire(pool) as connection:
            await connection.fetchval("SELECT $1::jsonb", b"{")
    async with acquire(pool) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_connection_that_failed_is_not_used_again(pool: asyncpg.Pool) -> None:
    async with acquire(pool) as connection:
        before = connection.get_server_pid()
    with pytest.raises(Unavailable):
        async with acquire(pool) as connection:
            await connection.execute("SELECT nothing")
    async with acquire(pool) as connection:
        assert connection.get_server_pid() != before


async def test_no_connection_to_be_had_is_unavailable(database_url: str) -> None:
    async with connect(database_url, size=1) as pool, acquire(pool):
        with pytest.raises(Unavailable):
            async with acquire(pool, seconds=0.05):
                pass


async def test_a_statement_that_takes_too_long_is_cancelled_over_there(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "COMMAND_SECONDS", 0.2)
    async with connect(database_url) as pool:
        with pytest.raises(Unavailable):
            async with acquire(pool) as connection:
                await connection.execute("SELECT pg_sleep(600)")
        sleeping = (
            "SELECT count(*) = 0 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid()"
        )
        async with acquire(pool) as connection:
            await eventually(lambda: connection.fetchval(sleeping))


async def test_a_server_that_falls_silent_is_unavailable_in_bounded_time(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "COMMAND_SECONDS", 0.2)
    async with proxy_to(database_url) as proxy, connect(proxy.url) as pool:
        async with acquire(pool) as connection:
            await connection.execute("SELECT 1")
        proxy.sound.clear()
        async with asyncio.timeout(5):
            with pytest.raises(Unavailable):
                async with acquire(pool) as connection:
                    await connection.execute("SELECT 1")
            with pytest.raises(Unavailable):
                async with acquire(pool, seconds=0.2) as connection:
                    pass
        proxy.sound.set()
        async with acquire(pool) as connection:
            assert await connection.fetchval("SELECT 1") == 1


@pytest.mark.parametrize("ticks", [0, 1, 2, 3, 50])
async def test_a_caller_who_goes_away_is_cancelled_and_leaves_a_pool_that_works(pool: asyncpg.Pool, ticks: int) -> None:
    async def wait() -> None:
        async with acquire(pool) as connection:
            waiting.set()
            await connection.execute("SELECT pg_sleep(600)")

    waiting = asyncio.Event()
    caller = asyncio.create_task(wait())
    await waiting.wait()
    for _ in range(ticks):
        await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    async with acquire(pool) as connection:
        assert await connection.fetchval("SELECT 1") == 1
