"""The data checkpoint: a reader that follows `after` misses nothing and sees nothing twice, however many write.

The server is the test's own: an open transaction holds back the readers of every database of a server.
"""

import asyncio
import random
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.data.making import ENDPOINT, datum, ids, running
from tests.postgres import PgServer
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.paging import PageQuery
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

INSERT = "INSERT INTO datum (id, endpoint, method) VALUES ($1, $2, 'POST')"


@pytest.fixture
async def url(pg_server: PgServer) -> str:
    async with connect(pg_server.url) as pool:
        async with acquire(pool) as connection:
            await migrate(connection)
        await make_partitions(pool, datetime.now(UTC), days_ahead=1)
    return pg_server.url


async def test_a_datum_is_listed_once_nothing_older_can_still_be_committed(url: str) -> None:
    older, younger, youngest = datum(), datum(), datum()
    slow = await asyncpg.connect(url)
    async with connect(url) as pool, running(Writer(pool)) as writer:
        reader = Reader(pool)
        await writer.write(first := datum())
        assert ids((await reader.page(ENDPOINT, PageQuery(10))).data) == [first.id]
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(INSERT, older.id, older.endpoint)
        await writer.write(younger)
        assert await reader.get(ENDPOINT, younger.id) is not None
        assert (await reader.page(ENDPOINT, PageQuery(10, first.id))).data == []
        await transaction.commit()
        assert ids((await reader.page(ENDPOINT, PageQuery(10, first.id))).data) == [older.id, younger.id]
        await writer.write(youngest)
        assert ids((await reader.page(ENDPOINT, PageQuery(10, younger.id))).data) == [youngest.id]
    await slow.close()


async def test_what_an_older_transaction_gave_up_holds_nothing_back(url: str) -> None:
    slow = await asyncpg.connect(url)
    async with connect(url) as pool, running(Writer(pool)) as writer:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(INSERT, datum().id, ENDPOINT)
        await writer.write(younger := datum())
        assert (await Reader(pool).page(ENDPOINT, PageQuery(10))).data == []
        await transaction.rollback()
        assert ids((await Reader(pool).page(ENDPOINT, PageQuery(10))).data) == [younger.id]
    await slow.close()


async def test_an_open_transaction_that_only_reads_holds_nothing_back(url: str) -> None:
    slow = await asyncpg.connect(url)
    async with connect(url) as pool, running(Writer(pool)) as writer, slow.transaction():
        await slow.fetch("SELECT id FROM datum")
        await writer.write(one := datum())
        assert ids((await Reader(pool).page(ENDPOINT, PageQuery(10))).data) == [one.id]
    await slow.close()


async def test_a_reader_beside_many_writers_sees_each_datum_once(url: str) -> None:
    stored: set[UUID] = set()
    chance = random.Random(7)  # noqa: S311 - the same order of events each time, as far as it goes

    async def caller(writer: Writer) -> None:
        for _ in range(25):
            one = datum()
            await asyncio.sleep(chance.random() / 200)
            await writer.write(one)
            stored.add(one.id)

    async def slow_caller() -> None:
        """Transactions that stay open longer than others begin and end."""
        connection = await asyncpg.connect(url)
        for _ in range(15):
            one = datum()
            async with connection.transaction():
                await connection.execute(INSERT, one.id, one.endpoint)
                await asyncio.sleep(chance.random() / 50)
            stored.add(one.id)
        await connection.close()

    async def follow(reader: Reader, seen: list[UUID]) -> None:
        page, over = [datum().id], False
        while page or not over:
            over = writing.done()
            page = ids((await reader.page(ENDPOINT, PageQuery(7, seen[-1] if seen else None))).data)
            seen.extend(page)
            await asyncio.sleep(0.002)

    seen: list[UUID] = []
    async with connect(url) as pool, connect(url) as other, running(Writer(pool)) as one, running(Writer(other)) as two:
        callers = [caller(writer) for writer in (one, two) for _ in range(10)]
        writing = asyncio.gather(*callers, slow_caller(), slow_caller())
        await asyncio.gather(writing, follow(Reader(pool), seen))
    assert len(seen) == len(set(seen)) == len(stored)
    assert set(seen) == stored
