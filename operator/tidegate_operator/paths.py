"""PostgreSQL's own judgement of a jsonpath: no other parser knows its dialect."""

import asyncpg

from tidegate_gateway.data.pool import acquire, discard
from tidegate_gateway.data.sql import load

CHECK_SECONDS = 1.0  # a jsonpath is compiled in microseconds; a regular expression in it can take for ever

MISTAKES = (
    asyncpg.DataError,
    asyncpg.SyntaxOrAccessError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.InternalServerError,
)
QUERIES = load(__package__, "queries.sql")


async def check_path(pool: asyncpg.Pool, path: str) -> str | None:
    """None if PostgreSQL takes the path, else its mistake in PostgreSQL's words: the path is all that it has seen.

    Raises Unavailable.
    """
    async with acquire(pool) as connection:
        try:
            await connection.fetchval(QUERIES.check_path, path, timeout=CHECK_SECONDS)
        except MISTAKES as error:
            return str(error)
        except TimeoutError:
            await discard(connection)
            return "PostgreSQL takes too long over it: write it simpler"
    return None
