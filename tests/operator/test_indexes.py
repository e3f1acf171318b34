"""The operator keeps definitions of indexes in step, and its statuses say how far they are."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.gateway.config.samples import endpoint_row, uid_of
from tests.operator.running import Site, endpoint, led, started
from tests.waiting import eventually
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import ConfigRow
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_gateway.data.indexes.definitions import request_reindex
from tidegate_gateway.data.indexes.reindex import Reindexer
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import connect
from tidegate_operator.indexes import Indexes

INDEXES = [{"name": "customer", "path": "$.customer.id"}, {"name": "total", "path": "$.total", "type": "Number"}]


def indexed(name: str, indexes: list[dict[str, str]], reindex: str = "") -> dict[str, object]:
    manifest = endpoint(name, data={"indexes": indexes})
    if reindex:
        manifest["metadata"]["annotations"] = {"tidegate.dev/reindex": reindex}
    return manifest


async def definitions(own: Site) -> set[str]:
    found = await own.pool.fetch("SELECT name FROM index_definition WHERE removed IS NULL")
    return {record["name"] for record in found}


async def test_indexes_come_go_and_are_filled(own: Site, gateway: ConfigWatch) -> None:
    async with own.operator() as operator:
        await led(await started(operator))
        await own.apply(indexed("orders", INDEXES))
        await own.until("Endpoint", "orders", IndexesReady="True/IndexesReady", Ready="True")
        shown = (await own.get("Endpoint", "orders"))["status"]["indexes"]
        assert [(one["name"], one["state"]) for one in shown] == [("customer", "Ready"), ("total", "Ready")]
        await own.apply(indexed("orders", INDEXES, reindex="monday"))
        await own.until("Endpoint", "orders", IndexesReady="Unknown/Reindexing")
        reindexer = Reindexer(own.pool)
        working = asyncio.create_task(reindexer.run())
        await own.until("Endpoint", "orders", within=40, IndexesReady="True/IndexesReady")
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await own.apply(indexed("orders", INDEXES[:1], reindex="monday"))
        await eventually(lambda: _is(own, {"customer"}))
        await own.delete("Endpoint", "orders")
        await eventually(lambda: _is(own, set()))


async def _is(own: Site, names: set[str]) -> bool:
    return await definitions(own) == names


async def test_what_goes_on_is_looked_at_by_itself_and_told_once(database_url: str) -> None:
    told: list[set[str]] = []
    async with connect(database_url) as pool:
        await make_partitions(pool, datetime.now(UTC), days_ahead=1)
        rows = [row_with_index(name) for name in ("busy", "quiet")]
        publisher = Publisher(pool)
        outcome = await publisher.publish({row.ref: row for row in rows}, await publisher.take_over())
        indexes = Indexes(pool, lambda: True, told.append)
        indexes.passed(outcome)
        watching, working = asyncio.create_task(indexes.run()), asyncio.create_task(Reindexer(pool, timedelta()).run())
        await eventually(lambda: told == [{uid_of("busy"), uid_of("quiet")}])
        await request_reindex(pool, UUID(uid_of("busy")))
        indexes.passed(outcome)
        await eventually(lambda: len(told) > 2 and progress(indexes) == {None}, within=20)
        assert told[1:] == [{uid_of("busy")}] * (len(told) - 1)
        for task in (watching, working):
            task.cancel()
        await asyncio.gather(watching, working, return_exceptions=True)


async def test_who_does_not_lead_sets_no_index_up(database_url: str) -> None:
    async with connect(database_url) as pool:
        publisher = Publisher(pool)
        row = row_with_index("orders")
        outcome = await publisher.publish({row.ref: row}, await publisher.take_over())
        indexes = Indexes(pool, lambda: False, lambda _: None)
        indexes.passed(outcome)
        watching = asyncio.create_task(indexes.run())
        await eventually(lambda: not indexes._touched.is_set())
        assert indexes.states is None
        assert await pool.fetchval("SELECT count(*) FROM index_definition") == 0
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def progress(indexes: Indexes) -> set[int | None]:
    return {state.progress for state in (indexes.states or {}).values()}


def row_with_index(name: str) -> ConfigRow:
    index = {"id": len(name), "name": "total", "method": "POST", "source": "Input", "path": "$.total"}
    return endpoint_row(name, methods={"POST": {}}, indexes=[index])
