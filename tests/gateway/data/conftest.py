"""A pool, a writer and a reader on a database of the test's own, with today's partitions."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from tests.gateway.data.making import running
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    async with connect(database_url) as pool:
        await make_partitions(pool, datetime.now(UTC), days_ahead=1)
        yield pool


@pytest.fixture
async def writer(pool: asyncpg.Pool) -> AsyncIterator[Writer]:
    async with running(Writer(pool)) as writer:
        yield writer


@pytest.fixture
def reader(pool: asyncpg.Pool) -> Reader:
    return Reader(pool)
