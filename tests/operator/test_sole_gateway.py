"""Of all who would serve from one database one passes, and stays the one whatever happens to its session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest

from tests.waiting import eventually
from tidegate_gateway.data.errors import BadDatabaseUrl
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.errors import CommandError
from tidegate_operator.commands.sole_gateway import SoleGateway

HOLDERS = """SELECT array_agg(pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database
WHERE locktype = 'advisory' AND granted AND datname = current_database()"""
SERVES = r"^The database of TIDEGATE_DATABASE_URL serves another `tidegate up` already, whose endpoints would be "


@asynccontextmanager
async def started(url: str, pod: str) -> AsyncIterator[SoleGateway]:
    sole = SoleGateway(Database(url), pod, probe_seconds=0.05)
    try:
        await sole.start()
        yield sole
    finally:
        await sole.stop()


@asynccontextmanager
async def kept(sole: SoleGateway) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(sole.keep())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def sql(empty_database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def test_of_two_at_once_one_passes(empty_database_url: str) -> None:
    async with AsyncExitStack() as stack:
        enter = [stack.enter_async_context(started(empty_database_url, pod)) for pod in ("one", "two", "three")]
        ends = await asyncio.gather(*enter, return_exceptions=True)
        refusals = [end for end in ends if isinstance(end, CommandError)]
        assert len(refusals) == 2, ends
        with pytest.raises(CommandError, match=SERVES):
            raise refusals[0]
    async with started(empty_database_url, "four"):
        pass


async def test_a_session_that_ends_is_replaced(
    empty_database_url: str, sql: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with started(empty_database_url, "one") as sole, kept(sole) as task:
        [before] = await sql.fetchval(HOLDERS)
        await sql.execute("SELECT pg_terminate_backend($1)", before)

        async def others() -> bool:
            return before not in (await sql.fetchval(HOLDERS) or [before])

        await eventually(others)
        with pytest.raises(CommandError, match=SERVES):
            async with started(empty_database_url, "two"):
                pass
        assert not task.done()


async def test_who_finds_the_database_taken_meanwhile_ends(
    empty_database_url: str, sql: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with started(empty_database_url, "one") as sole:
        await sql.execute("SELECT pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid", await sql.fetchval(HOLDERS))

        async def another() -> AsyncExitStack:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(started(empty_database_url, "two"))
                return stack.pop_all()

        async with await eventually(another), kept(sole) as task:
            with pytest.raises(CommandError, match="has taken the database of TIDEGATE_DATABASE_URL meanwhile"):
                await asyncio.wait_for(task, 30)


async def test_behind_pgbouncer_there_must_be_a_way_to_postgresql_itself(empty_database_url: str) -> None:
    with pytest.raises(CommandError, match="set TIDEGATE_DATABASE_LISTEN_URL"):
        await SoleGateway(Database(empty_database_url, pgbouncer=True), "one").start()


async def test_a_bad_url_is_a_sentence_without_the_url() -> None:
    with pytest.raises(BadDatabaseUrl) as found:
        await SoleGateway(Database("postgresql://me:pa@ss:wo/rd@host/x"), "one").start()
    assert "wo/rd" not in str(found.value)
