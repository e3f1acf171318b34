"""Fixtures of the front door's tests."""

from collections.abc import AsyncIterator

import asyncpg
import pytest


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty database."""
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()
