"""PostgreSQL's own judgement of a jsonpath: no other parser knows its dialect."""

import asyncpg

from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "queries.sql")


async def check_path(pool: asyncpg.Pool, path: str) -> str | None:
    """None if PostgreSQL takes the path, else its mistake in PostgreSQL's words: the path is all that it has seen.

    Raises Unavailable.
    """
    async with acquire(pool) as connection:
        try:
            await connection.fetchval(QUERIES.check_path, path)
        except (asyncpg.DataError, asyncpg.SyntaxOrAccessError) as error:
            return str(error)
    return None
