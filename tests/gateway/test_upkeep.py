"""What a gateway does about its database: partitions ahead, and no work with a clock that is wrong."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.gateway.logs import Logs
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.data.errors import SchemaTooNew
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.upkeep import CLOCKS_APART, Upkeep

DAY = timedelta(days=1)
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'datum'::regclass"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with connect(database_url) as pool:
        yield pool


def now() -> datetime:
    return datetime.now(UTC)


class Clock:
    """A clock that can be set."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return now() + self.ahead


@asynccontextmanager
async def running(upkeep: Upkeep) -> AsyncIterator[asyncio.Event]:
    usable = asyncio.Event()
    task = asyncio.create_task(upkeep.run(usable.set))
    try:
        yield usable
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_partitions_are_made_ahead_of_the_clock(pool: asyncpg.Pool, logs: Logs) -> None:
    at = now()
    async with running(Upkeep(pool, lambda: at)) as usable:
        await usable.wait()
        (line,) = await eventually(lambda: logs.lines("partitions made"))
        assert (line["days"][0], line["days"][-1]) == tuple(str((at + DAY * days).date()) for days in (-1, 7))
        assert await pool.fetchval(PARTITIONS) == len(line["days"]) == 9


async def test_partitions_that_cannot_be_made_keep_nobody_from_serving(pool: asyncpg.Pool, logs: Logs) -> None:
    await pool.execute("ALTER TABLE datum RENAME TO elsewhere")
    upkeep = Upkeep(pool, now)
    async with running(upkeep) as usable:
        await usable.wait()
        (line,) = await eventually(lambda: logs.lines("partitions not made"))
        assert (line["level"], upkeep.problem) == ("warning", None)


async def test_until_the_database_has_answered_there_is_a_problem(pool: asyncpg.Pool) -> None:
    upkeep = Upkeep(pool, now)
    assert upkeep.problem == "The database has not answered yet."
    async with running(upkeep) as usable:
        await usable.wait()
        assert upkeep.problem is None


async def test_what_waiting_cannot_mend_is_raised(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO migration (name, checksum) VALUES ('9999_future', '')")
    with pytest.raises(SchemaTooNew):
        await Upkeep(pool, now).run(lambda: None)


@pytest.mark.parametrize(
    ("minutes", "sentence"),
    [
        (6, r"The clock of this gateway is 3\d\d s ahead of the database's: set it right\. It serves again when"),
        (-6, r"The clock of this gateway is 3\d\d s behind the database's: set it right\. It serves again when"),
    ],
)
async def test_a_clock_that_is_off_is_a_problem_until_it_is_right(
    pool: asyncpg.Pool, logs: Logs, minutes: int, sentence: str
) -> None:
    clock = Clock(timedelta(minutes=minutes))
    upkeep = Upkeep(pool, clock, look_seconds=0.01)
    async with running(upkeep) as usable:
        await usable.wait()
        assert re.match(sentence, upkeep.problem or "")
        assert re.match(sentence, logs.lines("not serving")[0]["problem"])
        assert await pool.fetchval(PARTITIONS) == 0
        clock.ahead = timedelta()
        await eventually(lambda: upkeep.problem is None)
        await eventually(lambda: logs.lines("partitions made"))
        clock.ahead = timedelta(minutes=minutes)
        assert re.match(sentence, await eventually(lambda: upkeep.problem))
        assert len(logs.lines("serving")) == 1


@pytest.mark.parametrize("side", [-1, 1])
async def test_clocks_that_are_a_little_apart_are_no_problem(pool: asyncpg.Pool, side: int) -> None:
    upkeep = Upkeep(pool, Clock(side * (CLOCKS_APART - timedelta(minutes=1))))
    async with running(upkeep) as usable:
        await usable.wait()
        assert upkeep.problem is None


async def test_a_database_that_goes_away_leaves_the_verdict_on_the_clock(pg_server: PgServer, logs: Logs) -> None:
    async with connect(pg_server.url) as pool:
        async with acquire(pool) as connection:
            await migrate(connection)
        clock = Clock(timedelta(minutes=6))
        upkeep = Upkeep(pool, clock, look_seconds=0.01)
        async with running(upkeep) as usable:
            await usable.wait()
            await pg_server.stop()
            clock.ahead = timedelta()
            await eventually(lambda: logs.lines("database not looked at"))
            assert "ahead of the database's" in (upkeep.problem or "")
            await pg_server.start()
            await eventually(lambda: upkeep.problem is None)


async def test_the_age_of_the_readers_horizon_is_kept_up_with(pg_server: PgServer, logs: Logs) -> None:
    async with connect(pg_server.url) as pool:
        async with acquire(pool) as connection:
            await migrate(connection)
        upkeep = Upkeep(pool, now, look_seconds=0.01)
        assert upkeep.horizon_seconds == 0
        async with running(upkeep) as usable:
            await usable.wait()
            await eventually(lambda: logs.lines("partitions made"))
            async with acquire(pool) as connection, connection.transaction():
                await connection.fetchval("SELECT pg_current_xact_id()")
                await eventually(lambda: upkeep.horizon_seconds > 0.1)
            await eventually(lambda: upkeep.horizon_seconds == 0)
