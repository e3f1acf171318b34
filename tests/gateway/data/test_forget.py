"""What is not to be kept goes right after the answer, and never keeps anybody waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from tests.gateway.data.making import datum, write_all
from tests.waiting import eventually
from tidegate_gateway.data import forget
from tidegate_gateway.data.datum import Datum, IndexPoint
from tidegate_gateway.data.deleting import AT_ONCE
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.forget import Forgetter
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.writer import Writer

POINT = IndexPoint(1, "$.id", "Number")


async def stored(writer: Writer, count: int) -> list[Datum]:
    data = [datum(points=(POINT,)) for _ in range(count)]
    assert set(await write_all(writer, data)) == {None}
    return data


async def left(pool: asyncpg.Pool) -> int:
    data: int = await pool.fetchval("SELECT count(*) FROM datum")
    assert await pool.fetchval("SELECT count(*) FROM data_point") == data
    return data


@asynccontextmanager
async def at_work(forgetter: Forgetter) -> AsyncIterator[None]:
    task = asyncio.create_task(forgetter.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_forgotten_goes_right_away_with_its_values(pool: asyncpg.Pool, writer: Writer) -> None:
    first, *others, _ = await stored(writer, AT_ONCE + 10)
    forgetter = Forgetter(pool)

    async with at_work(forgetter):
        forgetter.forget(first.id)
        for other in others:
            forgetter.forget(other.id)
        await eventually(lambda: pool.fetchval("SELECT count(*) = 1 FROM datum"))
    assert await left(pool) == 1


async def test_what_could_not_be_deleted_is_deleted_later(
    pool: asyncpg.Pool, database_url: str, writer: Writer
) -> None:
    (one,) = await stored(writer, 1)
    away = connect(database_url, size=1)
    await away
    forgetter = Forgetter(away)
    forgetter.forget(one.id)
    async with away.acquire():
        await forgetter.close()  # no connection is free
        with pytest.raises(Unavailable):
            await forgetter.run()
    assert await left(pool) == 1
    async with at_work(forgetter):
        await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM datum"))
    await away.close()


async def test_what_is_left_at_the_end_is_deleted_then(pool: asyncpg.Pool, writer: Writer) -> None:
    forgetter = Forgetter(pool)
    for one in await stored(writer, 3):
        forgetter.forget(one.id)
    await forgetter.close()
    assert await left(pool) == 0
    await forgetter.close()


async def test_it_waits_for_nobody(pool: asyncpg.Pool, writer: Writer, database_url: str) -> None:
    held, free = await stored(writer, 2)
    blocking = await asyncpg.connect(database_url)
    forgetter = Forgetter(pool)
    for one in (held, free):
        forgetter.forget(one.id)
    async with blocking.transaction(), asyncio.timeout(5):
        await blocking.execute("SELECT FROM datum WHERE id = $1 FOR UPDATE", held.id)
        await forgetter.close()
    await blocking.close()
    assert [record["id"] for record in await pool.fetch("SELECT id FROM datum")] == [held.id]


async def test_memory_is_bounded(pool: asyncpg.Pool, writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "MOST_PENDING", 2)
    forgetter = Forgetter(pool)
    for one in await stored(writer, 3):
        forgetter.forget(one.id)
    await forgetter.close()
    assert await left(pool) == 1
