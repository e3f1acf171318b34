"""The partitions of `datum` and of `data_point`, one a UTC day: made ahead, and by whoever meets a day without one.

A partition begins at the lowest id of its day and ends where the next begins: no id falls between two.
"""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import asyncpg

from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "partitions.sql")
DAY = timedelta(days=1)


async def make_partitions(pool: asyncpg.Pool, now: datetime, days_ahead: int = 7) -> list[date]:
    """Makes what is missing from yesterday (for late data) to `days_ahead` days after `now`; the days that were."""
    yesterday = now.astimezone(UTC).date() - DAY
    days = [yesterday + DAY * number for number in range(days_ahead + 2)]
    async with acquire(pool) as connection:
        return [day for day in days if await make_partition(connection, day)]


async def make_partition(connection: Connection, day: date) -> bool:
    """Makes the partitions of a day; False if they are there. Readers and writers go on meanwhile."""
    name = f"{day:%Y%m%d}"
    if not await connection.fetch(QUERIES.partitions_missing, name):
        return False
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(QUERIES.partitions_lock)
        missing = await connection.fetch(QUERIES.partitions_missing, name)
        for (table,) in missing:
            await connection.execute(await connection.fetchval(QUERIES.partition_statements, table, name, *bounds(day)))
    return bool(missing)


def bounds(day: date) -> tuple[UUID, UUID]:
    """The lowest id of a UTC day, and of the day after it."""
    midnight = datetime.combine(day, time(), UTC)
    return first_id(midnight), first_id(midnight + DAY)
