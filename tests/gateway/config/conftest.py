"""A pool to each test's own database."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tidegate_gateway.data.pool import connect


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections as a process has them."""
    async with connect(database_url, size=5) as pool:
        yield pool
