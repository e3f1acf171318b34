"""Changes to single data: none is lost, none is half, whoever else writes."""

import asyncio
from uuid import uuid4

import asyncpg
import orjson
import pytest

from tests.gateway.data.making import ENDPOINT, datum, ids, listed, write_all
from tests.waiting import eventually
from tidegate_gateway.data.datum import Datum, IndexPoint, StoredDatum
from tidegate_gateway.data.deleting import AT_ONCE
from tidegate_gateway.data.errors import Unavailable, Unstorable, WriterFull
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.data.items import Edited, Items
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.queues import Queues
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

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
