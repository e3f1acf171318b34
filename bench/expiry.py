"""A million data that go after their retention, one by one: 16 writers before that, and meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg

from bench.database import QUERIES, database
from bench.load import Measured
from bench.processes import load, server
from tests.gateway.config.samples import endpoint
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.retention import Retention

DATA, AT_ONCE, CONNECTIONS, SECONDS = 1_000_000, 250_000, 16, 8.0
OLD, KEPT = uuid4(), uuid4()
AGE = timedelta(days=3)


async def run() -> str:
    """The table."""
    async with database() as own, connect(own.url) as pool:
        await _fill(pool)
        async with server("Tidegate", own.url) as (_, target):
            before = await load(target, CONNECTIONS, SECONDS)
            await _publish(pool)
            working = asyncio.create_task(Retention(pool, "bench").round())
            meanwhile = await load(target, CONNECTIONS, SECONDS)
            went_on = not working.done()
            gone = await working
    if gone is None or not went_on:
        raise SystemExit("The data were gone before the writers were measured, or nobody took them.")
    lines = "\n".join(_line(*one) for one in (("before", before), (f"while {gone.rows:,} data go", meanwhile)))
    return (
        f"| {CONNECTIONS} writers | req/s | p50 ms | p99 ms | not 201 |\n| --- | ---: | ---: | ---: | ---: |\n{lines}"
    )


async def _fill(pool: asyncpg.Pool) -> None:
    """All of one day, in which another endpoint has a datum that stays."""
    day = (datetime.now(UTC) - AGE).replace(hour=0, minute=0, second=0, microsecond=0)
    await make_partitions(pool, day + timedelta(days=1), days_ahead=0)
    for first in range(0, DATA, AT_ONCE):
        ids = (first_id(day + timedelta(days=1) / DATA * number) for number in range(first, first + AT_ONCE))
        rows = ((id_, OLD if number else KEPT, "POST", b'{"n": 1}') for number, id_ in enumerate(ids, first))
        async with acquire(pool) as connection:
            columns = ("id", "endpoint", "method", "input")
            await connection.copy_records_to_table("datum", records=rows, columns=columns, timeout=600)


async def _publish(pool: asyncpg.Pool) -> None:
    """The old endpoint with a day of retention; the lease is nobody's, as after the end of the gateway that had it."""
    row = make_row(endpoint("old", retention_days=1), str(OLD), 1)
    publisher = Publisher(pool)
    await publisher.publish({row.ref: row}, await publisher.take_over(), delete=False)
    async with acquire(pool) as connection:
        await connection.execute(QUERIES.free_leases)


def _line(what: str, measured: Measured) -> str:
    return f"| {what} | {measured.rate:,.0f} | {measured.p50:.2f} | {measured.p99:.2f} | {measured.failures} |"
