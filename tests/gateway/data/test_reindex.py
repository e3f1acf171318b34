"""Definitions of indexes follow the configuration, and history is indexed without holding anybody up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.data.making import WAITING, datum, ids, listed, running, write_all
from tests.waiting import eventually
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.datum import IndexPoint
from tidegate_gateway.data.errors import TooSlow
from tidegate_gateway.data.indexes.definitions import IndexState, index_states, request_reindex, sync_definitions
from tidegate_gateway.data.indexes.pace import FIRST, MOST, next_size
from tidegate_gateway.data.indexes.reindex import Reindexer
from tidegate_gateway.data.items import Edited, Items
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

ORDERS = UUID(uid_of("orders"))
AT_ONCE = timedelta(0)


def index(id_: int, name: str = "total", path: str = "$.total", **changes: Any) -> dict[str, Any]:
    return {"id": id_, "name": name, "method": "POST", "source": "Input", "path": path, "type": "Number"} | changes


class Site:
    """Publishes Endpoints as the operator does."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool, self._publisher = pool, Publisher(pool)
        self._epoch: int | None = None

    async def publish(self, *indexes: dict[str, Any], reindex: str | None = None) -> None:
        self._epoch = self._epoch or await self._publisher.take_over()
        row = make_row(endpoint(methods={"POST": {}}, indexes=indexes, reindex=reindex), str(ORDERS), 1)
        await self._publisher.publish({row.ref: row}, self._epoch)
        await sync_definitions(self.pool)

    async def withdraw(self) -> None:
        await self._publisher.publish({}, self._epoch or 0)
        await sync_definitions(self.pool)

    async def states(self) -> list[IndexState]:
        found = await index_states(self.pool, datetime.now(UTC), [ORDERS])
        return list(found.get(ORDERS, []))

    async def values(self) -> dict[int, int]:
        found = await self.pool.fetch("SELECT definition, count(*) AS values FROM data_point GROUP BY 1")
        return {record["definition"]: record["values"] for record in found}


@pytest.fixture
def place(pool: asyncpg.Pool) -> Site:
    return Site(pool)


async def stored(writer: Writer, count: int, *points: IndexPoint, method: str = "POST") -> None:
    data = [datum(b'{"total": %d}' % n, endpoint=ORDERS, points=points, method=method) for n in range(count)]
    assert set(await write_all(writer, data)) == {None}


async def finished(place: Site, reindexer: Reindexer) -> None:
    """Work until nothing is being indexed: other tests' transactions may hold the end back."""

    async def work() -> bool:
        await reindexer.step()
        return all(state.progress is None for state in await place.states())

    await eventually(work, within=30)


async def test_definitions_come_and_go_with_the_configuration(place: Site) -> None:
    await place.publish(index(1), index(2, "number", "$.n"))
    assert await place.states() == [IndexState(2, "number", 0, None), IndexState(1, "total", 0, None)]
    await place.publish(index(1))
    assert [state.definition for state in await place.states()] == [1]
    await place.publish(index(1), index(2, "number", "$.n"))
    assert [state.definition for state in await place.states()] == [2, 1]
    await place.withdraw()
    assert await place.states() == []


async def test_a_sync_that_has_nothing_to_do_writes_nothing(place: Site) -> None:
    await place.publish(index(1), reindex="a")
    versions = "SELECT xmin::text, xmax::text FROM index_definition"  # neither written nor held
    before = await place.pool.fetch(versions)
    await sync_definitions(place.pool)
    assert await place.pool.fetch(versions) == before


async def test_history_is_indexed_when_it_is_asked_for(place: Site, writer: Writer) -> None:
    await stored(writer, FIRST + 10)
    await stored(writer, 5, method="PUT")
    await place.publish(index(1))
    reindexer = Reindexer(place.pool, AT_ONCE)
    await reindexer.step()
    assert await place.values() == {}
    assert await request_reindex(place.pool, ORDERS) == 1
    assert [state.progress for state in await place.states()] == [0]
    await finished(place, reindexer)
    assert await place.values() == {1: FIRST + 10}
    await eventually(lambda: _counted(place, reindexer, FIRST + 10))


async def _counted(place: Site, reindexer: Reindexer, rows: int) -> bool:
    await reindexer.step()
    return [state.rows for state in await place.states()] == [rows]


async def test_a_new_value_of_the_annotation_asks_for_it_once(place: Site, writer: Writer) -> None:
    await stored(writer, 3)
    await place.publish(index(1), reindex="today")
    reindexer = Reindexer(place.pool, AT_ONCE)
    await finished(place, reindexer)
    assert await place.values() == {1: 3}
    await place.publish(index(1), index(2, "number", "$.total"), reindex="today")
    await finished(place, reindexer)
    assert await place.values() == {1: 3}
    await place.publish(index(1), index(2, "number", "$.total"), reindex="tomorrow")
    await finished(place, reindexer)
    assert await place.values() == {1: 3, 2: 3}


async def test_values_of_a_definition_that_is_gone_go(place: Site, writer: Writer) -> None:
    await place.publish(index(1), index(2, "text", type="Text"))
    await stored(writer, FIRST + 1, IndexPoint(1, "$.total", "Number"), IndexPoint(2, "$.total", "Text"))
    await place.publish(index(3, "total", "$.sum"))
    reindexer = Reindexer(place.pool, AT_ONCE)
    while await reindexer.step():
        pass
    assert await place.values() == {}
    known = "SELECT count(*) FROM index_definition"
    assert await place.pool.fetchval(known) == 3
    await place.pool.execute("UPDATE index_definition SET removed = removed - interval '2 hours', counted = NULL")
    await reindexer.step()
    assert await place.pool.fetchval(known) == 1


async def test_what_one_leaves_another_takes_up(database_url: str, place: Site, writer: Writer) -> None:
    await stored(writer, 3 * FIRST)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    first = asyncio.create_task(Reindexer(place.pool, AT_ONCE).run())
    await eventually(place.values)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    done = await place.values()
    async with connect(database_url) as pool:
        await finished(place, Reindexer(pool, AT_ONCE))
    assert (await place.values())[1] == 3 * FIRST
    assert done[1] >= FIRST


async def test_two_do_not_work_on_one_at_once(database_url: str, place: Site, writer: Writer) -> None:
    await stored(writer, 2 * FIRST)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    async with connect(database_url) as pool:
        reindexers = Reindexer(place.pool, AT_ONCE), Reindexer(pool, AT_ONCE)

        async def both() -> bool:
            await asyncio.gather(*(one.step() for one in reindexers))
            return all(state.progress is None for state in await place.states())

        await eventually(both)
    assert await place.values() == {1: 2 * FIRST}


async def test_a_change_meanwhile_is_not_overtaken(place: Site, writer: Writer, reader: Reader) -> None:
    one = datum(b'{"total": 1}', endpoint=ORDERS)
    await writer.write(one)
    await listed(reader, 1, ORDERS)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)

    reindexer = Reindexer(place.pool, AT_ONCE)

    async def change(_: object) -> Edited:
        await reindexer.step()
        return Edited(b'{"total": 2}', (IndexPoint(1, "$.total", "Number"),))

    await Items(place.pool).edit(ORDERS, one.id, change)
    await finished(place, reindexer)
    assert await place.pool.fetchval("SELECT number_value FROM data_point") == 2


async def test_what_is_changed_right_now_is_indexed_as_it_becomes(place: Site, writer: Writer, reader: Reader) -> None:
    one = datum(b'{"total": 1}', endpoint=ORDERS)
    await writer.write(one)
    await listed(reader, 1, ORDERS)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    changed = "UPDATE datum SET input = '{\"total\": 2}' WHERE id = $1"
    reindexer = Reindexer(place.pool, AT_ONCE)
    async with asyncio.TaskGroup() as group, held(place.pool, changed, one.id):
        group.create_task(reindexer.step())
        await somebody_waits(place.pool)
    await finished(place, reindexer)
    assert await place.pool.fetchval("SELECT number_value FROM data_point") == 2


async def test_gateways_that_have_not_heard_yet_are_waited_for(place: Site, pool: asyncpg.Pool) -> None:
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    patient = Reindexer(place.pool, timedelta(hours=1))
    await patient.step()
    async with running(Writer(pool)) as late:
        await stored(late, 2)
    await eventually(lambda: _indexed(place, patient, 2))
    assert [state.progress is None for state in await place.states()] == [False]


async def _indexed(place: Site, reindexer: Reindexer, count: int) -> bool:
    await reindexer.step()
    return await place.values() == {1: count}


async def test_a_path_that_postgresql_fails_over_keeps_no_other_from_its_work(place: Site, writer: Writer) -> None:
    await write_all(writer, [datum(b'{"total": "2019-01-01", "n": 1}', endpoint=ORDERS)])
    poison = '$.total ? (@.datetime() < "2020-01-01 00:00:00+00".datetime())'
    await place.publish(index(1, "poison", poison), index(2, "number", "$.n"))
    await request_reindex(place.pool, ORDERS)
    reindexer = Reindexer(place.pool, AT_ONCE)

    async def indexed() -> bool:
        await reindexer.step()
        return await place.values() == {2: 1}

    await eventually(indexed)


@asynccontextmanager
async def held(pool: asyncpg.Pool, statement: str, *values: object) -> AsyncIterator[None]:
    """While it lasts, somebody else has done this in a transaction that is open; then it is committed."""
    async with acquire(pool) as connection, connection.transaction():
        await connection.execute(statement, *values)
        yield


async def somebody_waits(pool: asyncpg.Pool) -> None:
    await eventually(lambda: pool.fetchval(WAITING))


HOLD = "SELECT FROM datum WHERE id = $1 FOR UPDATE"


async def test_a_wish_during_a_batch_begins_at_the_beginning(place: Site, writer: Writer, reader: Reader) -> None:
    data = [datum(b'{"total": 1}', endpoint=ORDERS) for _ in range(3)]
    assert await write_all(writer, data) == [None] * 3
    await listed(reader, 3, ORDERS)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    async with asyncio.TaskGroup() as group, held(place.pool, HOLD, max(ids(data))):
        group.create_task(Reindexer(place.pool, timedelta(hours=1)).step())
        await somebody_waits(place.pool)
        group.create_task(request_reindex(place.pool, ORDERS))
        await eventually(lambda: _is(2, place.pool, WAITING))
    assert await place.pool.fetchval("SELECT position IS NULL FROM index_definition")
    await finished(place, Reindexer(place.pool, AT_ONCE))
    assert await place.values() == {1: 3}


async def _is(wanted: int, pool: asyncpg.Pool, query: str) -> bool:
    return bool(await pool.fetchval(query) == wanted)


async def test_what_is_committed_during_the_last_batch_is_not_left_out(
    place: Site, writer: Writer, reader: Reader
) -> None:
    first = datum(b'{"total": 1}', endpoint=ORDERS)
    await writer.write(first)
    await listed(reader, 1, ORDERS)
    await place.publish(index(1))
    await request_reindex(place.pool, ORDERS)
    late = "INSERT INTO datum (id, endpoint, method, input) VALUES ($1, $2, 'POST', $3)"
    reindexer = Reindexer(place.pool, AT_ONCE)
    held_first = held(place.pool, HOLD, first.id)
    held_late = held(place.pool, late, datum().id, ORDERS, b'{"total": 2}')
    async with asyncio.TaskGroup() as group, held_first, held_late:
        group.create_task(reindexer.step())
        await somebody_waits(place.pool)
    await finished(place, reindexer)
    assert await place.values() == {1: 2}


async def test_a_definition_that_comes_back_keeps_its_values(place: Site, writer: Writer) -> None:
    await place.publish(index(1))
    await stored(writer, 3, IndexPoint(1, "$.total", "Number"))
    await place.publish()
    async with held(place.pool, "UPDATE index_definition SET removed = NULL"):
        await Reindexer(place.pool, AT_ONCE).step()
    assert await place.values() == {1: 3}


async def test_values_that_come_late_go_too(place: Site, writer: Writer) -> None:
    await place.publish(index(1))
    await place.publish()
    reindexer = Reindexer(place.pool, AT_ONCE)
    assert not await reindexer.step()
    await stored(writer, 3, IndexPoint(1, "$.total", "Number"))
    assert not await reindexer.step()
    assert await place.values() == {1: 3}
    await place.pool.execute("UPDATE index_definition SET counted = counted - interval '11 minutes'")
    assert await reindexer.step()
    assert await place.values() == {}


async def test_what_cannot_be_counted_in_time_keeps_nothing_else_from_it(
    place: Site, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await place.publish(index(1), index(2, "number", "$.n"))
    await stored(writer, 3, IndexPoint(1, "$.total", "Number"), IndexPoint(2, "$.total", "Number"))
    monkeypatch.setattr("tidegate_gateway.data.indexes.reindex.STEP_SECONDS", 0.2)
    async with held(place.pool, "LOCK TABLE data_point IN ACCESS EXCLUSIVE MODE"):
        with pytest.raises(TooSlow):
            await Reindexer(place.pool).step()
    await Reindexer(place.pool).step()
    assert {state.name: state.rows for state in await place.states()} == {"total": 0, "number": 3}


@pytest.mark.parametrize(
    ("size", "seconds", "following"),
    [
        (500, 0.2, 500),
        (500, 0.01, 1000),
        (MOST, 0.01, MOST),
        (500, 2.0, 50),
        (500, 1000.0, 1),
        (1, 0.0, 2),
    ],
)
def test_transactions_stay_short(size: int, seconds: float, following: int) -> None:
    assert next_size(size, seconds) == following
