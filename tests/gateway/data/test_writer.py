"""The writer: batches are batches, and each caller gets the answer to its own datum, after the commit of it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.gateway.data.making import datum, held_up, ids, running, write_all
from tests.waiting import eventually
from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import Unavailable, Unstorable, WriterFull
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

BAD_ROWS = {
    "no JSON": datum(b'{"id": '),
    "two texts": datum(b"1 2"),
    "no UTF-8": datum(b'"\xff"'),
    "U+0000": datum(rb'"\u0000"'),
    "a lone surrogate": datum(rb'"\ud800"'),
    "a number beyond numeric": datum(b"1e200000"),
    "too deep": datum(b"[" * 50_000 + b"]" * 50_000),
    "a bad output": datum(output=b"}"),
    "no address": datum(source="fe80::1%eth0"),
    "a status beyond its column": datum(status=40_000),
    "a surrogate in a text": datum(token="\ud800"),
    "a foreign id": datum(id_=uuid4()),
}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def stored(connection: asyncpg.Connection) -> set[UUID]:
    return {row["id"] for row in await connection.fetch("SELECT id FROM datum")}


async def test_a_datum_is_stored_as_it_is(writer: Writer, reader: Reader) -> None:
    given = datum(b'{"n": 1.10}', method="PUT", token="crm", source="2001:db8::1", status=200, output=b"[1]")
    await writer.write(given)
    found = await reader.get(given.endpoint, given.id)
    assert found is not None
    assert (found.id, found.method, found.token, found.source, found.status, found.version) == (
        given.id,
        "PUT",
        "crm",
        "2001:db8::1",
        200,
        1,
    )
    assert (found.input, found.output) == (b'{"n": 1.10}', b"[1]")


async def test_everything_that_may_be_absent_may_be_absent(writer: Writer, reader: Reader) -> None:
    given = datum(None, source=None)
    await writer.write(given)
    found = await reader.get(given.endpoint, given.id)
    assert found is not None
    assert (found.token, found.source, found.status, found.input, found.output) == (None,) * 5


async def test_the_answer_comes_after_the_commit(writer: Writer, connection: asyncpg.Connection) -> None:
    async def write_and_look() -> bool:
        one = datum()
        await writer.write(one)
        async with looking:
            return bool(await connection.fetchval("SELECT true FROM datum WHERE id = $1", one.id))

    looking = asyncio.Lock()
    assert await asyncio.gather(*(write_and_look() for _ in range(30))) == [True] * 30


async def test_many_callers_need_few_transactions(writer: Writer, connection: asyncpg.Connection) -> None:
    async def caller() -> None:
        for _ in range(20):
            await writer.write(datum())

    await asyncio.gather(*(caller() for _ in range(20)))
    assert len(await stored(connection)) == 400
    assert await connection.fetchval("SELECT count(DISTINCT written) FROM datum") <= 400 / 4


async def test_the_observer_hears_of_each_commit(pool: asyncpg.Pool) -> None:
    heard: list[tuple[int, float]] = []
    async with running(Writer(pool, lanes=1, observe=lambda *batch: heard.append(batch))) as writer:
        await write_all(writer, [datum() for _ in range(7)])
        await writer.write(datum())
    assert [rows for rows, _ in heard] == [7, 1]
    assert all(0 < seconds < 10 for _, seconds in heard)


async def test_batches_are_bounded_in_rows_and_bytes(pool: asyncpg.Pool) -> None:
    sizes: list[int] = []
    bounded = Writer(pool, lanes=1, batch_size=4, batch_bytes=10_000, observe=lambda rows, _: sizes.append(rows))
    async with running(bounded) as writer:
        await write_all(writer, [datum() for _ in range(10)])
        await write_all(writer, [datum(b'"' + b"x" * 6_000 + b'"') for _ in range(3)])
    assert sizes == [4, 4, 2, 1, 1, 1]


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
async def test_a_bad_row_fails_alone(writer: Writer, connection: asyncpg.Connection, bad: Datum) -> None:
    good = [datum() for _ in range(9)]
    answers = await write_all(writer, [*good[:4], bad, *good[4:]])
    assert isinstance(answers.pop(4), Unstorable)
    assert answers == [None] * 9
    assert await stored(connection) == set(ids(good))


async def test_several_bad_rows_fail_alone(writer: Writer, connection: asyncpg.Connection) -> None:
    data = [datum(b"{" if number % 7 == 0 else b"{}") for number in range(40)]
    answers = await write_all(writer, data)
    assert [number for number, answer in enumerate(answers) if isinstance(answer, Unstorable)] == list(range(0, 40, 7))
    assert await stored(connection) == {one.id for one, answer in zip(data, answers, strict=True) if answer is None}


async def test_an_id_that_is_there_already_is_refused_and_not_taken_for_stored(
    writer: Writer, connection: asyncpg.Connection
) -> None:
    first = datum(b"1")
    await writer.write(first)
    with pytest.raises(Unstorable, match=r"PostgreSQL cannot store this datum \(23505\)\."):
        await writer.write(datum(b"2", id_=first.id))
    assert await connection.fetchval("SELECT input FROM datum") == "1"


async def test_a_mistake_of_ours_leaves_the_writer_at_work(pool: asyncpg.Pool) -> None:
    def mistaken(_rows: int, _seconds: float) -> None:
        raise ZeroDivisionError

    async with running(Writer(pool, lanes=1, observe=mistaken)) as writer:
        for _ in range(3):
            await writer.write(datum())


async def test_a_full_writer_says_so_at_once(pool: asyncpg.Pool, database_url: str) -> None:
    held, *queued = [datum() for _ in range(4)]
    async with running(Writer(pool, lanes=1, queue_size=3)) as writer:
        async with held_up(database_url, held) as somebody_waits:
            callers = [asyncio.create_task(writer.write(held))]
            await somebody_waits()
            callers += [asyncio.create_task(writer.write(one)) for one in queued]
            await eventually(lambda: writer.queued == 3)
            async with asyncio.timeout(1):
                with pytest.raises(WriterFull):
                    await writer.write(datum())
        await asyncio.gather(*callers)


async def test_one_lane_goes_on_while_the_other_waits(writer: Writer, database_url: str) -> None:
    held = datum()
    async with held_up(database_url, held) as somebody_waits:
        waiting = asyncio.create_task(writer.write(held))
        await somebody_waits()
        async with asyncio.timeout(2):
            for _ in range(5):
                await writer.write(datum())
        assert not waiting.done()
    await waiting


async def test_a_caller_who_goes_away_disturbs_nobody(
    writer: Writer, database_url: str, connection: asyncpg.Connection
) -> None:
    held, gone, there = datum(), datum(), datum()
    async with held_up(database_url, held) as somebody_waits:
        callers = [asyncio.create_task(writer.write(one)) for one in (held, gone, there)]
        await somebody_waits()
        callers[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await callers[1]
    await asyncio.gather(callers[0], callers[2])
    assert await stored(connection) == {held.id, gone.id, there.id}


async def test_closing_writes_what_is_there(
    pool: asyncpg.Pool, database_url: str, connection: asyncpg.Connection
) -> None:
    held, *queued = [datum() for _ in range(20)]
    writer = Writer(pool, lanes=1, batch_size=5)
    writer.start()
    async with held_up(database_url, held) as somebody_waits:
        callers = [asyncio.create_task(writer.write(one)) for one in (held, *queued)]
        await somebody_waits()
        assert writer.queued == 15
        closing = asyncio.create_task(writer.close())
        await asyncio.sleep(0)
        with pytest.raises(Unavailable):
            await writer.write(datum())
        assert not closing.done()
    await closing
    assert [caller.done() for caller in callers] == [True] * 20
    await asyncio.gather(*callers)
    assert await stored(connection) == {held.id, *ids(queued)}


async def test_a_closed_writer_gives_its_connections_back(database_url: str) -> None:
    async with connect(database_url, size=2) as pool:
        async with running(Writer(pool)) as writer:
            await write_all(writer, [datum() for _ in range(3)])
        async with asyncio.timeout(2), pool.acquire(), pool.acquire():
            pass


@pytest.mark.parametrize("at", [datetime(2019, 3, 31, 23, 59, 59, 999_000, UTC), datetime(2063, 4, 5, tzinfo=UTC)])
async def test_a_day_without_a_partition_loses_nothing(
    writer: Writer, reader: Reader, connection: asyncpg.Connection, at: datetime
) -> None:
    late = [datum(id_=UUID(int=first_id(at).int + number)) for number in range(3)]
    today = [datum() for _ in range(3)]
    assert await write_all(writer, [*late, *today]) == [None] * 6
    assert await connection.fetchval("SELECT tableoid::regclass::text FROM datum WHERE id = $1", late[0].id) == (
        f"datum_{at:%Y%m%d}"
    )
    assert await reader.get(late[2].endpoint, late[2].id) is not None


async def test_several_gateways_that_miss_a_partition_at_once_lose_nothing(database_url: str) -> None:
    async def gateway() -> list[BaseException | None]:
        async with connect(database_url) as pool, running(Writer(pool)) as writer:
            return await write_all(writer, [datum() for _ in range(10)])

    assert await asyncio.gather(*(gateway() for _ in range(4))) == [[None] * 10] * 4


async def test_what_waited_too_long_is_not_stored_any_more(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Readers that go on from a time would miss it."""
    writer = Writer(pool)
    waiting = asyncio.create_task(writer.write(datum()))
    await asyncio.sleep(0)
    monkeypatch.setattr("tidegate_gateway.data.writer.LATEST_SECONDS", 0.0)
    async with running(writer):
        with pytest.raises(Unavailable):
            await waiting
    assert await pool.fetchval("SELECT count(*) FROM datum") == 0
