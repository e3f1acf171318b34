"""What PostgreSQL says of itself, where that matters to who stores and who reads."""

from datetime import datetime

import asyncpg

from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "queries.sql")


async def database_time(pool: asyncpg.Pool) -> datetime:
    """What the clock of the database shows. Unavailable."""
    async with acquire(pool) as connection:
        now: datetime = await connection.fetchval(QUERIES.database_time)
    return now
