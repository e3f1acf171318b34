"""`tidegate sources` and `tidegate reindex` on a database that is given."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.data.making import datum, running
from tests.operator.test_cli import fails, tidegate
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.indexes.definitions import sync_definitions
from tidegate_gateway.data.indexes.reindex import Reindexer
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.sources import Sources
from tidegate_gateway.data.writer import Writer

ORDERS = UUID(uid_of("orders"))
INDEX = {"id": 1, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"}


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Two endpoints, one of them with an index."""
    async with connect(database_url) as pool:
        await make_partitions(pool, datetime.now(UTC), days_ahead=1)
        configs = endpoint(methods={"POST": {}}, indexes=[INDEX]), endpoint("plain", methods={"POST": {}})
        rows = [make_row(config, uid_of(config.name), 1) for config in configs]
        publisher = Publisher(pool)
        await publisher.publish({row.ref: row for row in rows}, await publisher.take_over())
        await sync_definitions(pool)
        yield pool


async def test_sources_are_a_table_and_what_to_paste(pool: asyncpg.Pool, database_url: str) -> None:
    sources = Sources(pool, lambda: datetime(2026, 3, 1, 12, tzinfo=UTC))
    for address in ("192.0.2.1", "2001:db8::1", "192.0.2.1"):
        sources.seen(ORDERS, address)
    await sources.flush()
    shown = tidegate("sources", "acme/main/orders", TIDEGATE_DATABASE_URL=database_url)
    assert shown.stdout.splitlines() == [
        "ADDRESS      FIRST                LAST                 DATA",
        "192.0.2.1    2026-03-01 12:00:00  2026-03-01 12:00:00  2",
        "2001:db8::1  2026-03-01 12:00:00  2026-03-01 12:00:00  1",
    ]
    pasted = tidegate("sources", "acme/main/orders", "--allowed-ips", TIDEGATE_DATABASE_URL=database_url)
    assert pasted.stdout == "spec:\n  security:\n    allowedIPs:\n    - 192.0.2.1\n    - 2001:db8::1\n"
    nothing = tidegate("sources", "acme/main/plain", TIDEGATE_DATABASE_URL=database_url)
    assert nothing.stdout == "No data have come in yet.\n"


async def test_reindex_says_how_far_it_is(pool: asyncpg.Pool, database_url: str) -> None:
    async with running(Writer(pool)) as writer:
        await writer.write(datum(b'{"total": 1}', endpoint=ORDERS))
    working = asyncio.create_task(Reindexer(pool).run())
    arguments = ("reindex", "acme/main/orders", "--wait")
    shown = await asyncio.to_thread(tidegate, *arguments, TIDEGATE_DATABASE_URL=database_url)
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    lines = shown.stdout.splitlines()
    assert lines[0] == "1 index of acme/main/orders: what is stored is being indexed."
    assert lines[-1] == "total done"
    assert await pool.fetchval("SELECT number_value FROM data_point") == 1


async def test_an_endpoint_that_is_not_there_is_named_with_those_that_are(
    pool: asyncpg.Pool, database_url: str
) -> None:
    known = "these are served: acme/main/orders, acme/main/plain."
    for command in ("sources", "reindex"):
        outcome = tidegate(command, "acme/main/none", TIDEGATE_DATABASE_URL=database_url)
        fails(outcome, f"There is no endpoint acme/main/none; {known}")
    plain = tidegate("reindex", "acme/main/plain", TIDEGATE_DATABASE_URL=database_url)
    fails(plain, "acme/main/plain has no indexes: list them in spec.data.indexes.")
    fails(
        tidegate("sources", "a/b/c", "--data", "/nonexistent"),
        "TIDEGATE_DATABASE_URL is not set, and no `tidegate up` runs on /nonexistent: name one of them.",
    )
