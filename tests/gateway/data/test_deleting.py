"""Whoever deletes reads what goes and nothing else, however many days of data there are."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.gateway.data.making import WAITING
from tidegate_gateway.data.deleting import QUERIES, delete_free
from tidegate_gateway.data.ids import LOWEST, first_id
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import Connection, acquire, connect
from tidegate_gateway.data.sql import load

ITEMS, RETENTION = (load("tidegate_gateway.data", f"{name}.sql") for name in ("items", "retention"))
FIRST = datetime(2028, 3, 1, tzinfo=UTC)
DAYS, ROWS_A_DAY = 40, 4_000
ENDPOINTS = [uuid4() for _ in range(10)]
PART = "datum_20280302"
IDS = [first_id(FIRST + timedelta(days=1, seconds=number)) for number in range(20)]
BEHIND = (ENDPOINTS[0], 0, LOWEST)
STATEMENTS: dict[str, tuple[str, tuple[object, ...], set[str]]] = {
    "free": (QUERIES.take_free, (IDS,), {PART}),
    "values": (QUERIES.delete_values, (IDS,), {"data_point_20280302"}),
    "data": (QUERIES.delete_data, (IDS,), {PART}),
    "expired": (RETENTION.take_expired, (*BEHIND, first_id(FIRST + timedelta(days=1.5)), 100), {PART}),
    "present": (RETENTION.endpoints_in, (ENDPOINTS,), {PART}),
    "needed": (RETENTION.is_needed, (FIRST,), {PART, "config"}),
}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    """Forty days of data, each with a value, of ten endpoints."""
    async with connect(database_url) as pool:
        await make_partitions(pool, FIRST, days_ahead=DAYS - 1)
        async with acquire(pool) as connection:
            at = [FIRST + timedelta(days=day, seconds=n) for day in range(DAYS) for n in range(ROWS_A_DAY)]
            data = [(first_id(time), ENDPOINTS[n % 10], "POST", b"{}") for n, time in enumerate(at)]
            await connection.copy_records_to_table("datum", records=data, columns=("id", "endpoint", "method", "input"))
            values = [(1, id_, n) for n, (id_, *_) in enumerate(data)]
            columns = ("definition", "datum", "number_value")
            await connection.copy_records_to_table("data_point", records=values, columns=columns)
            await connection.execute("ANALYZE datum, data_point", timeout=60)
            yield connection


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def plan_of(connection: Connection, statement: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
    filled = statement.replace("{partition}", PART).replace("{before}", RETENTION.before)
    (explained,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {filled}", *values))
    return list(nodes(explained["Plan"]))


async def test_only_the_day_at_hand_is_read_and_by_its_indexes(connection: Connection) -> None:
    for name, (statement, values, relations) in STATEMENTS.items():
        plan = await plan_of(connection, statement, values)
        scans = [node for node in plan if node["Node Type"].endswith("Scan") and "Relation Name" in node]
        assert {node["Relation Name"] for node in scans} == relations, name
        kinds = {node["Node Type"] for node in scans if node["Relation Name"] != "config"}
        assert kinds <= {"Index Scan", "Index Only Scan", "Bitmap Heap Scan"}, name


async def test_who_deletes_all_goes_through_the_data_in_order_and_stops(connection: Connection) -> None:
    begun = await connection.fetchval(ITEMS.begun)
    given = (*BEHIND, begun, 100)
    plan = await plan_of(connection, ITEMS.take_some, given)
    assert {node["Node Type"] for node in plan} == {"Limit", "LockRows", "Merge Append", "Index Scan"}
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {ITEMS.take_some}", *given)
    read = [node["Actual Rows"] for node in nodes(json.loads(explained)[0]["Plan"]) if "Relation Name" in node]
    assert 100 <= sum(read) <= 100 + DAYS


async def test_what_others_hold_is_left_and_the_rest_goes(connection: Connection, database_url: str) -> None:
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("SELECT FROM datum WHERE id = $1 FOR UPDATE", IDS[0])
        await delete_free(connection, IDS)
        assert await other.fetchval(WAITING) == 0
    await other.close()
    left: list[UUID] = []
    for table, column in (("datum", "id"), ("data_point", "datum")):
        rows = await connection.fetch(f"SELECT {column} FROM {table} WHERE {column} = ANY ($1)", IDS)
        left += [row[column] for row in rows]
    assert left == [IDS[0]] * 2
