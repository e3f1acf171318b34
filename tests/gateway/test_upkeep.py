import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.gateway.logs import Logs
from tests.waiting import eventually
from tidegate_gateway.data.errors import SchemaTooNew
from tidegate_gateway.data.pool import connect
from tidegate_gateway.upkeep import Upkeep

NOW = datetime(2031, 12, 30, 23, 59, tzinfo=UTC)
PARTITIONS = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'datum'::regclass"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with connect(database_url) as pool:
        yield pool


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
    async with running(Upkeep(pool, lambda: NOW)) as usable:
        await usable.wait()
        (line,) = await eventually(lambda: logs.lines("partitions made"))
        assert (line["days"][0], line["days"][-1]) == ("2031-12-29", "2032-01-06")
        assert await pool.fetchval(PARTITIONS) == len(line["days"]) == 9


async def test_partitions_that_cannot_be_made_keep_nobody_from_serving(pool: asyncpg.Pool, logs: Logs) -> None:
    await pool.execute("ALTER TABLE datum RENAME TO elsewhere")
    upkeep = Upkeep(pool, lambda: NOW)
    async with running(upkeep) as usable:
        await usable.wait()
        (line,) = await eventually(lambda: logs.lines("partitions not made"))
        assert (line["level"], upkeep.problem) == ("warning", None)


async def test_until_the_database_has_answered_there_is_a_problem(pool: asyncpg.Pool) -> None:
    upkeep = Upkeep(pool, lambda: NOW)
    assert upkeep.problem == "The database has not answered yet."
    async with running(upkeep) as usable:
        await usable.wait()
        assert upkeep.problem is None


async def test_what_waiting_cannot_mend_is_raised(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO migration (name, checksum) VALUES ('9999_future', '')")
    with pytest.raises(SchemaTooNew):
        await Upkeep(pool, lambda: NOW).run(lambda: None)
