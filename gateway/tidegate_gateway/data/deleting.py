"""How data go one by one: with the values that they are found by, and in short transactions of a few at a time."""

from collections.abc import Sequence
from uuid import UUID

from tidegate_gateway.data.pool import Connection
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "deleting.sql")
AT_ONCE = 1000
SECONDS = 30.0  # of one statement: of large data it has to follow every piece


async def delete_data(connection: Connection, ids: Sequence[UUID]) -> None:
    """Deletes data that this transaction holds, and their values."""
    await connection.execute(QUERIES.delete_values, ids, timeout=SECONDS)
    await connection.execute(QUERIES.delete_data, ids, timeout=SECONDS)


async def delete_free(connection: Connection, ids: Sequence[UUID]) -> None:
    """Deletes those of some data that nobody else is about to change or to delete; waits for nobody."""
    async with connection.transaction():
        free = await connection.fetch(QUERIES.take_free, ids, timeout=SECONDS)
        await delete_data(connection, [row["id"] for row in free])
