"""The database's clock and the age of the readers' horizon, on a server of the test's own: every writer counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.vitals import database_time, horizon_age

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ"
WRITE = "SELECT pg_current_xact_id()"


@asynccontextmanager
async def session(url: str, *statements: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    for statement in statements:
        await connection.execute(statement)
    yield connection
    await connection.close()


async def test_the_clock_of_the_database_is_that_of_now(database_url: str) -> None:
    async with connect(database_url) as pool:
        assert abs(datetime.now(UTC) - await database_time(pool)) < timedelta(minutes=1)


async def test_without_a_transaction_that_writes_the_horizon_is_of_now(pg_server: PgServer) -> None:
    passed = "SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::text::xid8"
    async with connect(pg_server.url) as pool, session(pg_server.url, BEGIN, "SELECT 1"):
        written = await pool.fetchval("SELECT pg_current_xact_id()::text")
        assert await pool.fetchval(passed, written)
        assert await horizon_age(pool) == 0


async def test_the_horizon_is_as_old_as_the_oldest_transaction_that_writes(pg_server: PgServer) -> None:
    url = pg_server.url
    async with connect(url) as pool, session(url, BEGIN, WRITE) as oldest:
        old = await eventually(lambda: older_than(pool, 0.5))
        async with session(url, BEGIN, WRITE):
            assert await horizon_age(pool) >= old
            await oldest.execute("COMMIT")
            assert 0 < await horizon_age(pool) < old


async def test_a_prepared_transaction_holds_it_back_without_a_session(pg_server: PgServer) -> None:
    url = pg_server.url
    async with session(url, "ALTER SYSTEM SET max_prepared_transactions = 1"):
        await pg_server.restart()
    async with connect(url) as pool:
        async with session(url, BEGIN, WRITE, "PREPARE TRANSACTION 'forgotten'"):
            pass
        await eventually(lambda: older_than(pool, 0.1))
        async with session(url, "ROLLBACK PREPARED 'forgotten'"):
            assert await horizon_age(pool) == 0


async def older_than(pool: asyncpg.Pool, seconds: float) -> float | None:
    age = await horizon_age(pool)
    return age if age > seconds else None


async def test_without_a_database_neither_is_known(pg_server: PgServer) -> None:
    async with connect(pg_server.url) as pool:
        await pg_server.stop()
        for ask in (database_time, horizon_age):
            with pytest.raises(Unavailable):
                await ask(pool)
