"""The operator keeps definitions of indexes in step, and its statuses say how far they are."""

import asyncio

from tests.operator.running import Site, endpoint, led, started
from tests.waiting import eventually
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_gateway.data.indexes.reindex import Reindexer

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
