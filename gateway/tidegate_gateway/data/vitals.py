"""What PostgreSQL says of itself, where that matters to who stores and who reads."""

from datetime import datetime

import asyncpg

from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "vitals.sql")
ANSWER_SECONDS = 2.0


async def answers(pool: asyncpg.Pool, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether PostgreSQL answers."""
    try:
        async with acquire(pool, seconds) as connection:
            await connection.fetchval(QUERIES.ping, timeout=seconds)
    except DataError:
        return False
    return True


async def database_time(pool: asyncpg.Pool) -> datetime:
    """What the clock of the database shows. Unavailable."""
    async with acquire(pool) as connection:
        now: datetime = await connection.fetchval(QUERIES.database_time)
    return now


async def horizon_age(pool: asyncpg.Pool) -> float:
    """For how many seconds the oldest transaction has been open that lists of data stop at; 0: none is. Unavailable.

    Of sessions of other users only a role with `pg_read_all_stats` sees when they began.
    """
    async with acquire(pool) as connection:
        age: float = await connection.fetchval(QUERIES.horizon_age)
    return age
