"""Work on indexes that no request waits for: history is indexed, values of removed definitions go, values are counted.

It is done in small transactions with as long a pause after each, so that writers are never held up. Several gateways
may do it at once, and what one of them leaves when it dies another takes up from there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import structlog

from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "reindex.sql")
BATCH, AT_A_TIME = 500, 50
IDLE_SECONDS = 2.0
STEP_SECONDS = 30.0
KNOWN_EVERYWHERE = timedelta(seconds=10)  # gateways look for new configuration each five seconds at least
COUNT_AGAIN = timedelta(minutes=10)
COUNT_SHARE = 100  # counting takes one part in so many of the time
log = structlog.get_logger("tidegate.indexes")


class Reindexer:
    """`known_everywhere` is how long after a change every gateway has loaded it."""

    def __init__(self, pool: asyncpg.Pool, known_everywhere: timedelta = KNOWN_EVERYWHERE) -> None:
        self._pool, self._known_everywhere = pool, known_everywhere
        self._count_at = 0.0

    async def run(self) -> None:
        """For ever. Unavailable."""
        while True:
            began = time.monotonic()
            busy = await self.step()
            await asyncio.sleep(time.monotonic() - began if busy else IDLE_SECONDS)

    async def step(self) -> bool:
        """One piece of each kind of work; whether there was any that is not done yet. Unavailable."""
        indexed = await self._each(QUERIES.unfinished, self._index)
        forgotten = await self._each(QUERIES.removed, self._forget)
        if time.monotonic() >= self._count_at:
            await self._count()
        return indexed or forgotten

    async def _each(self, query: str, work: Callable[[Connection, int], Awaitable[bool]]) -> bool:
        """Does a piece of work for each definition that a query names and nobody else works on."""
        busy = False
        async with acquire(self._pool) as connection:
            for (definition,) in await connection.fetch(query, AT_A_TIME):
                async with connection.transaction():
                    if await connection.fetchval(QUERIES.try_definition, definition):
                        busy |= await work(connection, definition)
        return busy

    async def _index(self, connection: Connection, definition: int) -> bool:
        await connection.execute(QUERIES.bound_history, definition, self._known_everywhere)
        count = await connection.fetchval(QUERIES.index_some, definition, BATCH, timeout=STEP_SECONDS)
        if count == BATCH:
            return True
        if await connection.fetchval(QUERIES.finish, definition):
            log.info("history indexed", definition=definition)
            self._count_at = 0.0
        return False

    async def _forget(self, connection: Connection, definition: int) -> bool:
        count: int = await connection.fetchval(QUERIES.forget_some, definition, BATCH, timeout=STEP_SECONDS)
        if not count:
            await connection.execute(QUERIES.forget_definition, definition)
        return count > 0

    async def _count(self) -> None:
        """Counts one definition; the next one comes so much later that counting stays cheap."""
        async with acquire(self._pool) as connection:
            definition = await connection.fetchval(QUERIES.uncounted, COUNT_AGAIN)
            if definition is None:
                return
            began = time.monotonic()
            await connection.execute(QUERIES.count_values, definition, timeout=STEP_SECONDS)
            self._count_at = time.monotonic() + COUNT_SHARE * (time.monotonic() - began)
