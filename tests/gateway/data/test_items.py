"""Changes to single data: none is lost, none is half, whoever else writes."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

from tests.gateway.data.making import ENDPOINT, WAITING, datum, ids, listed, running, write_all
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.data.datum import Datum, IndexPoint, StoredDatum
from tidegate_gateway.data.deleting import AT_ONCE
from tidegate_gateway.data.errors import Unavailable, Unstorable, WriterFull
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.data.items import ATTEMPTS, Edited, Items
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.queues import Queues
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

DEFINITIONS = """
INSERT INTO index_definition (id, endpoint, name, method, source, path, type, removed)
VALUES
    (2, $1, 'late', 'POST', 'Input', '$.n', 'Number', NULL),
    (3, $1, 'result', 'POST', 'Output', '$.n', 'Number', NULL),
    (4, $1, 'removed', 'POST', 'Input', '$.n', 'Number', now()),
    (5, $1, 'put', 'PUT', 'Input', '$.n', 'Number', NULL)
"""
TOTAL = IndexPoint(1, "$.total", "Number")


class Refused(Exception):
    """What a caller's own check raises."""


@pytest.fixture
def items(pool: asyncpg.Pool) -> Items:
    return Items(pool)


@pytest.fixture
async def one(writer: Writer) -> Datum:
    """A datum that is stored."""
    stored = datum(b'{"total": 1}', points=(TOTAL,))
    await writer.write(stored)
    return stored


async def test_a_datum_is_changed_in_place(items: Items, reader: Reader, one: Datum) -> None:
    async def change(found: StoredDatum) -> Edited:
        assert (found.id, found.version, found.input) == (one.id, 1, b'{"total": 1}')
        return Edited(b'{"total":  1.50, "n":12345678901234567890123}')

    changed = await items.edit(ENDPOINT, one.id, change)
    assert changed == await reader.get(ENDPOINT, one.id)
    assert changed
    assert (changed.version, changed.input) == (2, b'{"n": 12345678901234567890123, "total": 1.50}')


async def test_it_keeps_its_place_and_is_found_by_its_new_values(
    items: Items, reader: Reader, writer: Writer, pool: asyncpg.Pool, one: Datum
) -> None:
    later = datum()
    await writer.write(later)

    async def change(_: StoredDatum) -> Edited:
        return Edited(b'{"total": 7}', (TOTAL,))

    await items.edit(ENDPOINT, one.id, change)
    assert ids(await listed(reader, 2)) == [one.id, later.id]
    found = "SELECT number_value, p.written = d.written FROM data_point AS p JOIN datum AS d ON d.id = p.datum"
    assert [tuple(record) for record in await pool.fetch(found)] == [(7, True)]


async def test_fifty_writers_through_two_gateways_lose_nothing(
    database_url: str, items: Items, reader: Reader, one: Datum
) -> None:
    async def add(to: Items, name: str) -> None:
        async def change(found: StoredDatum) -> Edited:
            return Edited(orjson.dumps({**orjson.loads(found.input or b""), name: True}))

        assert await to.edit(ENDPOINT, one.id, change)

    async with connect(database_url) as other_pool:
        other = Items(other_pool)
        await asyncio.gather(*(add((items, other)[number % 2], f"p{number}") for number in range(50)))
    stored = await reader.get(ENDPOINT, one.id)
    assert stored
    assert stored.version == 51
    assert orjson.loads(stored.input or b"") == {"total": 1} | {f"p{number}": True for number in range(50)}


async def test_what_a_change_raises_leaves_the_datum_as_it_was(items: Items, reader: Reader, one: Datum) -> None:
    async def refuse(_: StoredDatum) -> Edited:
        raise Refused

    async def break_it(_: StoredDatum) -> Edited:
        return Edited(b"[")

    with pytest.raises(Refused):
        await items.edit(ENDPOINT, one.id, refuse)
    with pytest.raises(Unstorable):
        await items.edit(ENDPOINT, one.id, break_it)
    stored = await reader.get(ENDPOINT, one.id)
    assert stored
    assert (stored.version, stored.input) == (1, b'{"total": 1}')


async def test_what_is_not_there_is_not_changed(items: Items, one: Datum) -> None:
    async def never(_: StoredDatum) -> Edited:
        raise AssertionError

    assert await items.edit(ENDPOINT, new_id(), never) is None
    assert await items.edit(uuid4(), one.id, never) is None
    assert await items.delete(uuid4(), one.id) is False


async def test_a_caller_who_goes_lets_the_next_one_in(items: Items, one: Datum) -> None:
    entered = asyncio.Event()

    async def wait(_: StoredDatum) -> Edited:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def change(_: StoredDatum) -> Edited:
        return Edited(b"{}")

    first = asyncio.create_task(items.edit(ENDPOINT, one.id, wait))
    await entered.wait()
    second = asyncio.create_task(items.edit(ENDPOINT, one.id, change))
    first.cancel()
    changed = await second
    assert changed
    assert changed.version == 2


async def test_a_datum_goes_with_its_values(items: Items, reader: Reader, pool: asyncpg.Pool, one: Datum) -> None:
    def refuse(found: StoredDatum) -> None:
        assert found.version == 1
        raise Refused

    with pytest.raises(Refused):
        await items.delete(ENDPOINT, one.id, refuse)
    assert await reader.get(ENDPOINT, one.id)
    assert await items.delete(ENDPOINT, one.id) is True
    assert await reader.get(ENDPOINT, one.id) is None
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 0
    assert await items.delete(ENDPOINT, one.id) is False


async def test_all_data_of_one_endpoint_go(items: Items, writer: Writer, pool: asyncpg.Pool) -> None:
    mine = [datum(b'{"total": 1}', points=(TOTAL,)) for _ in range(AT_ONCE + 10)]
    others = [datum(endpoint=uuid4()) for _ in range(3)]
    assert set(await write_all(writer, mine + others)) == {None}
    assert await items.delete_all(ENDPOINT) == len(mine)
    left = await pool.fetch("SELECT id FROM datum")
    assert {record["id"] for record in left} == {other.id for other in others}
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 0
    assert await items.delete_all(ENDPOINT) == 0


async def test_without_a_database_nothing_is_changed(database_url: str, one: Datum) -> None:
    async def change(_: StoredDatum) -> Edited:
        return Edited(b"{}")

    async with connect(database_url) as pool:
        await pool.expire_connections()
        pool.terminate()
        with pytest.raises(Unavailable):
            await Items(pool).edit(ENDPOINT, one.id, change)


async def test_a_queue_has_an_end_and_leaves_nothing_behind() -> None:
    queues, id_, go = Queues(most_waiting=1), new_id(), asyncio.Event()

    async def take() -> None:
        async with queues.turn(id_):
            await go.wait()

    tasks = [asyncio.create_task(take()) for _ in range(3)]
    await eventually(lambda: sum(task.done() for task in tasks) == 1)
    go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), type(None), WriterFull]
    assert len(queues) == 0


async def test_a_datum_is_indexed_under_what_the_database_knows_too(
    items: Items, pool: asyncpg.Pool, writer: Writer
) -> None:
    late, result = IndexPoint(2, "$.n", "Number"), IndexPoint(3, "$.n", "Number")
    stored = datum(b'{"total": 1, "n": 1}', points=(TOTAL, late, result, IndexPoint(4, "$.n", "Number")))
    await writer.write(stored)
    await pool.execute(DEFINITIONS, ENDPOINT)

    async def change(_: StoredDatum) -> Edited:
        return Edited(b'{"total": "none", "n": 7}', (TOTAL,))

    await items.edit(ENDPOINT, stored.id, change)
    found = await pool.fetch("SELECT definition, number_value FROM data_point ORDER BY definition")
    assert [tuple(record) for record in found] == [(2, 7), (3, 1)]


async def test_values_that_are_not_of_their_type_are_counted(pool: asyncpg.Pool, one: Datum) -> None:
    told: list[Mapping[int, int]] = []

    async def change(found: StoredDatum) -> Edited:
        return Edited(b'{"total": "none"}' if found.version == 1 else b'{"total": 2}', (TOTAL,))

    items = Items(pool, told.append)
    await items.edit(ENDPOINT, one.id, change)
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 0
    await items.edit(ENDPOINT, one.id, change)
    assert await pool.fetchval("SELECT number_value FROM data_point") == 2
    assert told == [{1: 1}]


async def test_writers_of_one_datum_hold_one_connection(database_url: str, writer: Writer, one: Datum) -> None:
    other, entered, go = datum(), asyncio.Event(), asyncio.Event()
    await writer.write(other)

    async def slow(_: StoredDatum) -> Edited:
        entered.set()
        await go.wait()
        return Edited(b"{}")

    async def quick(_: StoredDatum) -> Edited:
        return Edited(b"{}")

    async with connect(database_url, size=2) as two:
        items = Items(two)
        waiting = asyncio.gather(
            *(items.edit(ENDPOINT, one.id, slow) for _ in range(63)), items.delete(ENDPOINT, one.id)
        )
        await entered.wait()
        assert await items.edit(ENDPOINT, other.id, quick)
        assert not waiting.done()
        go.set()
        assert all(await waiting)


async def test_nothing_is_held_while_a_change_is_made(database_url: str, items: Items, one: Datum) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def slow(found: StoredDatum) -> Edited:
        entered.set()
        await go.wait()
        return Edited(b'{"seen": %d}' % found.version)

    slowly = asyncio.create_task(items.edit(ENDPOINT, one.id, slow))
    await entered.wait()
    async with connect(database_url, size=1) as pool:
        assert await Items(pool).edit(ENDPOINT, one.id, noted)
    go.set()
    changed = await slowly
    assert changed
    assert (changed.version, changed.input) == (3, b'{"seen": 2}')


async def noted(found: StoredDatum) -> Edited:
    return Edited(b'{"noted": %d}' % found.version)


async def test_whoever_is_always_slower_has_a_turn_all_the_same(database_url: str, items: Items, one: Datum) -> None:
    async with connect(database_url, size=2) as pool:
        others = Items(pool)
        faster: list[asyncio.Task[StoredDatum | None]] = []

        async def slow(found: StoredDatum) -> Edited:
            faster.append(asyncio.create_task(others.edit(ENDPOINT, one.id, noted)))
            if len(faster) <= ATTEMPTS:
                await faster[-1]
            return Edited(b'{"seen": %d}' % found.version)

        changed = await items.edit(ENDPOINT, one.id, slow)
        assert changed
        assert (changed.version, changed.input) == (ATTEMPTS + 2, b'{"seen": %d}' % (ATTEMPTS + 1))
        assert all(await asyncio.gather(*faster))


async def test_a_path_that_postgresql_fails_over_fails_no_change(pool: asyncpg.Pool, one: Datum) -> None:
    counted: dict[int, int] = {}
    poison = IndexPoint(7, '$.v ? (@.datetime() < "2020-01-01 00:00:00+00".datetime())', "Text")

    async def change(_: StoredDatum) -> Edited:
        return Edited(b'{"v": "2019-01-01"}', (poison,))

    changed = await Items(pool, counted.update).edit(ENDPOINT, one.id, change)
    assert changed
    assert (changed.version, changed.input, counted) == (2, b'{"v": "2019-01-01"}', {7: 1})


async def test_what_is_indexed_while_it_is_changed_leaves_no_old_value(pool: asyncpg.Pool, items: Items) -> None:
    """History is being indexed, the change waits for that, and takes the value away."""
    async with running(Writer(pool)) as writer:
        await writer.write(one := datum(b'{"n": 5}'))
    await pool.execute(DEFINITIONS, ENDPOINT)

    async def change(_: StoredDatum) -> Edited:
        return Edited(b"{}", (IndexPoint(2, "$.n", "Number"),))

    async with asyncio.TaskGroup() as group, acquire(pool) as connection, connection.transaction():
        await connection.fetch("SELECT FROM datum WHERE id = $1 FOR SHARE", one.id)
        await connection.execute("INSERT INTO data_point (definition, datum, number_value) VALUES (2, $1, 5)", one.id)
        group.create_task(items.edit(ENDPOINT, one.id, change))
        await eventually(lambda: pool.fetchval(WAITING))
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 0


async def test_what_comes_while_all_are_deleted_stays(
    items: Items, writer: Writer, pool: asyncpg.Pool, database_url: str, one: Datum
) -> None:
    blocking = await asyncpg.connect(database_url)
    async with blocking.transaction():
        await blocking.execute("SELECT FROM datum FOR UPDATE")
        work = asyncio.create_task(items.delete_all(ENDPOINT))
        await eventually(lambda: pool.fetchval(WAITING))
        later = datum()
        await writer.write(later)
    await blocking.close()
    assert await work == 1
    assert [record["id"] for record in await pool.fetch("SELECT id FROM datum")] == [later.id]


async def test_two_who_delete_all_count_each_once(items: Items, writer: Writer, pool: asyncpg.Pool) -> None:
    await write_all(writer, [datum() for _ in range(2 * AT_ONCE + 3)])
    counts = await asyncio.gather(*(items.delete_all(ENDPOINT) for _ in range(3)))
    assert sum(counts) == 2 * AT_ONCE + 3
    assert await pool.fetchval("SELECT count(*) FROM datum") == 0


async def test_a_database_that_goes_meanwhile_keeps_the_datum_as_it_was(pg_server: PgServer) -> None:
    async with connect(pg_server.url) as pool:
        async with acquire(pool) as connection:
            await migrate(connection)
        await make_partitions(pool, datetime.now(UTC), days_ahead=0)
        async with running(Writer(pool)) as writer:
            await writer.write(one := datum())

        async def change(_: StoredDatum) -> Edited:
            await pg_server.kill()
            return Edited(b"{}")

        with pytest.raises(Unavailable):
            await Items(pool).edit(ENDPOINT, one.id, change)
        await pg_server.start()
        found = await eventually(lambda: Reader(pool).get(ENDPOINT, one.id))
    assert (found.version, found.input) == (1, b'{"id": 1}')


async def test_who_leaves_a_queue_keeps_no_place_in_it() -> None:
    queues, id_ = Queues(most_waiting=1), new_id()
    async with queues.turn(id_):
        for _ in range(3):
            waiting = asyncio.create_task(_take(queues, id_))
            await asyncio.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
    assert len(queues) == 0
    await _take(queues, id_)


async def _take(queues: Queues, id_: UUID) -> None:
    async with queues.turn(id_):
        pass
