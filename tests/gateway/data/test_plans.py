"""Plans of the hot queries: by index, on the partitions they need, and never of a time when a table was empty."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.gateway.data.making import listed
from tidegate_gateway.data.candidates import Candidates
from tidegate_gateway.data.ids import LOWEST, first_id
from tidegate_gateway.data.paging import Filter, PageQuery
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import BY_ID, HIGHEST, PAGE, Reader
from tidegate_gateway.data.sql import load

QUERIES = load("tidegate_gateway.data", "pages.sql")
HISTORY = load("tidegate_gateway.data.indexes", "reindex.sql")
TODAY = datetime(2028, 3, 1, tzinfo=UTC)
A_DAY_BEFORE, A_MINUTE_BEFORE = first_id(TODAY - timedelta(days=1)), first_id(TODAY - timedelta(minutes=1))
DAYS = 9
ROWS_A_DAY = 2_000
ENDPOINTS = [uuid4() for _ in range(10)]
HOT = {
    "get": (QUERIES.get_datum, (ENDPOINTS[0], first_id(TODAY))),
    "position": (QUERIES.position, (ENDPOINTS[0], first_id(TODAY))),
    "first page": (PAGE, (ENDPOINTS[0], 0, LOWEST, LOWEST, HIGHEST, None, 30)),
    "next page": (PAGE, (ENDPOINTS[0], 3, first_id(TODAY), A_DAY_BEFORE, HIGHEST, None, 30)),
    "page after what is gone": (PAGE, (ENDPOINTS[0], 0, LOWEST, A_MINUTE_BEFORE, HIGHEST, None, 30)),
}
PARTITIONS = {"get": 1, "position": 1, "first page": DAYS, "next page": 4, "page after what is gone": 4}


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Nine partitions, from six days before TODAY to two after it, which were vacuumed while they were empty."""
    async with connect(database_url) as pool:
        await make_partitions(pool, TODAY - timedelta(days=5), days_ahead=DAYS - 2)
        await pool.execute("VACUUM ANALYZE datum")
        yield pool


def rows() -> Iterator[tuple[UUID, UUID, str, bytes]]:
    for number in range(DAYS * ROWS_A_DAY):
        at = TODAY - timedelta(days=6) + timedelta(days=1) / ROWS_A_DAY * number
        yield first_id(at), ENDPOINTS[number % len(ENDPOINTS)], "POST", b'{"number": 1}'


async def fill(pool: asyncpg.Pool) -> None:
    async with acquire(pool) as connection:
        await connection.copy_records_to_table("datum", records=rows(), columns=("id", "endpoint", "method", "input"))


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


async def plan_of(pool: asyncpg.Pool, query: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
    async with acquire(pool) as connection:
        (explained,) = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query}", *values))
    return list(nodes(explained["Plan"]))


@pytest.mark.parametrize("analyzed", [True, False])
@pytest.mark.parametrize("name", HOT)
async def test_hot_queries_use_indexes_on_the_partitions_they_need(
    pool: asyncpg.Pool, name: str, analyzed: bool
) -> None:
    await fill(pool)
    if analyzed:
        await pool.execute("ANALYZE datum")
    plan = await plan_of(pool, *HOT[name])
    kinds = {node["Node Type"] for node in plan}
    assert kinds <= {"Limit", "Merge Append", "Index Scan", "Incremental Sort", "Append", "WindowAgg", "Subquery Scan"}
    assert len({node["Relation Name"] for node in plan if "Relation Name" in node}) == PARTITIONS[name]


async def test_a_page_stops_when_it_is_full(pool: asyncpg.Pool) -> None:
    await fill(pool)
    await listed(Reader(pool), 30, ENDPOINTS[0])
    query, values = HOT["next page"]
    async with acquire(pool) as connection:
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {query}", *values)
    read = sum(node["Actual Rows"] for node in nodes(json.loads(text)[0]["Plan"]) if "Relation Name" in node)
    assert 30 <= read <= 30 + PARTITIONS["next page"]


async def test_no_plan_outlives_the_table_it_was_made_for(pool: asyncpg.Pool) -> None:
    reader = Reader(pool)
    for _ in range(10):
        assert (await reader.page(ENDPOINTS[0], PageQuery(30))).data == []
        assert await reader.get(ENDPOINTS[0], first_id(TODAY)) is None
    kept = "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement = $1"
    async with acquire(pool) as connection:
        for statement in (PAGE, QUERIES.get_datum):
            assert tuple(await connection.fetchrow(kept, statement) or ()) == (0, 10)


FILTERS = {
    "eq": Filter(1, "Text", "eq", "customer-7"),
    "gte": Filter(2, "Number", "gte", Decimal(DAYS * ROWS_A_DAY - 20)),
}


@pytest.mark.parametrize("operator", FILTERS)
async def test_a_filter_reads_what_it_finds_and_no_table(pool: asyncpg.Pool, operator: str) -> None:
    await fill(pool)
    ids = [row[0] for row in rows()]
    points: list[tuple[int, UUID, str | None, Decimal | None]]
    points = [(1, id_, f"customer-{n % 500}", None) for n, id_ in enumerate(ids)]
    points += [(2, id_, None, Decimal(n)) for n, id_ in enumerate(ids)]
    async with acquire(pool) as connection:
        columns = ("definition", "datum", "text_value", "number_value")
        await connection.copy_records_to_table("data_point", records=points, columns=columns)
        await connection.execute("ANALYZE datum, data_point")
    candidates = Candidates((FILTERS[operator],))
    statement = QUERIES.first_candidates.replace("{candidates}", candidates.statement(7))
    plan = await plan_of(pool, statement, (ENDPOINTS[0], 0, LOWEST, LOWEST, HIGHEST, 31, *candidates.parameters))
    tables = [node for node in plan if "Relation Name" in node]
    assert {node["Node Type"] for node in tables} <= {"Index Scan", "Index Only Scan"}
    assert len(tables) == DAYS
    wanted = ids[:5]
    data = await plan_of(pool, BY_ID, (ENDPOINTS[0], wanted))
    (table,) = [node for node in data if "Relation Name" in node]
    assert "Seq Scan" not in table["Node Type"]


@pytest.mark.parametrize("begin", [(0, LOWEST, LOWEST), (3, first_id(TODAY), A_DAY_BEFORE)], ids=["first", "behind"])
async def test_a_piece_of_history_reads_no_more_than_it_indexes(
    pool: asyncpg.Pool, begin: tuple[int, UUID, UUID]
) -> None:
    await fill(pool)
    await listed(Reader(pool), 30, ENDPOINTS[0])
    given = (1, ENDPOINTS[0], "POST", "Input", "Number", "$.number", None, *begin, 100)
    async with acquire(pool) as connection:
        text = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {HISTORY.index_some}", *given)
    plan = list(nodes(json.loads(text)[0]["Plan"]))
    data = [node for node in plan if node.get("Relation Name", "").startswith("datum_")]
    assert {node["Node Type"] for node in data} == {"Index Scan"}
    assert sum(node["Actual Rows"] for node in data) <= 100 + DAYS
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 100


async def test_values_go_by_index(pool: asyncpg.Pool) -> None:
    ids = [row[0] for row in rows()]
    async with acquire(pool) as connection:
        points = [(n % 2, id_, Decimal(n)) for n, id_ in enumerate(ids)]
        columns = ("definition", "datum", "number_value")
        await connection.copy_records_to_table("data_point", records=points, columns=columns)
        await connection.execute("ANALYZE data_point")
    found = await plan_of(pool, HISTORY.some_values.replace("{value}", "number_value"), (1, 500))
    gone = await plan_of(pool, HISTORY.forget_values, (1, ids[:20]))
    assert {node["Node Type"] for node in found} == {"Limit", "LockRows", "Merge Append", "Index Scan"}
    assert len({name for node in gone if (name := node.get("Relation Name", "")).startswith("data_point_")}) == 1
