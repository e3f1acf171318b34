"""Ten million stored data: filters by index, and pages deep in the list beside the first one."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import asyncpg

from bench.database import QUERIES, database
from bench.latencies import quantile
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.paging import Filter, PageQuery
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.reader import Reader

DATA, DAYS, CUSTOMERS, AT_ONCE = 10_000_000, 30, 100_000, 500_000
DEEP_PAGE, LIMIT, TIMES = 1000, 30, 300
CUSTOMER, TOTAL = 1, 2
ENDPOINT = uuid4()
Ask = Callable[[int], Awaitable[object]]


async def run() -> str:
    """The table, in milliseconds."""
    async with database() as own, connect(own.url) as pool:
        await _fill(pool)
        reader = Reader(pool)
        deep = await _after(pool, DEEP_PAGE * LIMIT)
        asks: dict[str, Ask] = {
            "the first page": lambda _: reader.page(ENDPOINT, PageQuery(LIMIT)),
            f"page {DEEP_PAGE:,}": lambda _: reader.page(ENDPOINT, PageQuery(LIMIT, deep)),
            "customer=…, a hundred data": lambda n: reader.page(ENDPOINT, _customer(n)),
            "total[gte]=…, half of all": lambda n: reader.page(ENDPOINT, _total(0.5, n)),
            "total[gte]=…, one in ten thousand": lambda n: reader.page(ENDPOINT, _total(0.0001, n)),
            "total[gte]=…, one in a thousand": lambda n: reader.page(ENDPOINT, _total(0.001, n)),
        }
        lines = [f"| {what} | {await _timed(ask)} |" for what, ask in asks.items()]
    head = f"| {DATA:,} data of {DAYS} days, {LIMIT} a page | p50 / p99 ms |\n| --- | ---: |\n"
    return head + "\n".join(lines)


async def _fill(pool: asyncpg.Pool) -> None:
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    await make_partitions(pool, begin + timedelta(days=1), days_ahead=DAYS)
    for first in range(0, DATA, AT_ONCE):
        ids = [first_id(begin + timedelta(days=DAYS) / DATA * number) for number in range(first, first + AT_ONCE)]
        data = ((id_, ENDPOINT, "POST", b'{"n": 1}') for id_ in ids)
        points = (
            point
            for number, id_ in enumerate(ids, first)
            for point in ((CUSTOMER, id_, _name(number), None), (TOTAL, id_, None, _spread(number)))
        )
        async with acquire(pool) as connection, connection.transaction():
            await connection.copy_records_to_table(
                "datum", records=data, columns=("id", "endpoint", "method", "input"), timeout=600
            )
            columns = ("definition", "datum", "text_value", "number_value")
            await connection.copy_records_to_table("data_point", records=points, columns=columns, timeout=600)
    async with acquire(pool) as connection:
        await connection.execute(QUERIES.analyze, timeout=600)


def _name(number: int) -> str:
    return f"customer-{number % CUSTOMERS}"


def _spread(number: int) -> Decimal:
    """From 0 to DATA, in an order that has nothing to do with time."""
    return Decimal(number * 7_368_787 % DATA)


def _customer(number: int) -> PageQuery:
    return PageQuery(LIMIT, filters=(Filter(CUSTOMER, "Text", "eq", _name(number * 7919)),))


def _total(part: float, number: int) -> PageQuery:
    least = Decimal(int(DATA * (1 - part)) + number)
    return PageQuery(LIMIT, filters=(Filter(TOTAL, "Number", "gte", least),))


async def _after(pool: asyncpg.Pool, number: int) -> UUID:
    async with acquire(pool) as connection:
        found: UUID = await connection.fetchval(QUERIES.datum_number, ENDPOINT, number, timeout=60)
    return found


async def _timed(ask: Ask) -> str:
    seconds = []
    for number in range(TIMES):
        began = time.perf_counter()
        await ask(number)
        seconds.append(time.perf_counter() - began)
    return f"{1000 * quantile(seconds, 0.50):.1f} / {1000 * quantile(seconds, 0.99):.1f}"
