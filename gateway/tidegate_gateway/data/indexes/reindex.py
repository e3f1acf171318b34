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

from tidegate_gateway.data.candidates import COLUMNS
from tidegate_gateway.data.days import list_days
from tidegate_gateway.data.errors import TooSlow, Unstorable
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.ids import LOWEST, lowest_behind
from tidegate_gateway.data.indexes.pace import FIRST, next_size
from tidegate_gateway.data.partitions import bounds
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "reindex.sql")
AT_A_TIME = 50
IDLE_SECONDS = 2.0
STEP_SECONDS = 30.0
KNOWN_EVERYWHERE = timedelta(seconds=10)  # gateways look for new configuration each five seconds at least
LOOK_AGAIN = timedelta(minutes=10)
COUNT_SHARE = 100  # counting takes one part in so many of the time
Work = Callable[[Connection, int], Awaitable[bool]]
log = structlog.get_logger("tidegate.indexes")


class Reindexer:
    """`known_everywhere` is how long after a change every gateway has loaded it."""

    def __init__(self, pool: asyncpg.Pool, known_everywhere: timedelta = KNOWN_EVERYWHERE) -> None:
        self._pool, self._known_everywhere = pool, known_everywhere
        self._size = FIRST
        self._count_at = 0.0

    async def run(self) -> None:
        """For ever. Unavailable."""
        while True:
            began = time.monotonic()
            busy = await self.step()
            await asyncio.sleep(time.monotonic() - began if busy else IDLE_SECONDS)

    async def step(self) -> bool:
        """One piece of each kind of work; whether there was any that is not done yet. Unavailable."""
        async with acquire(self._pool) as connection:
            unfinished = await connection.fetch(QUERIES.unfinished, AT_A_TIME)
            indexed = await self._each(connection, unfinished, self._index)
            removed = await connection.fetch(QUERIES.removed, AT_A_TIME, LOOK_AGAIN)
            forgotten = await self._each(connection, removed, self._forget)
            if time.monotonic() >= self._count_at:
                await self._count(connection)
        return indexed or forgotten

    async def _each(self, connection: Connection, definitions: list[asyncpg.Record], work: Work) -> bool:
        """Does a piece of work for each definition; whether there is more of it."""
        more = [await self._attempt(connection, definition, work) for (definition,) in definitions]
        return any(more)

    async def _attempt(self, connection: Connection, definition: int, work: Work) -> bool:
        """A definition over which PostgreSQL fails keeps no other from its work."""
        try:
            with postgres_errors():
                return await self._piece(connection, definition, work)
        except (Unstorable, TooSlow) as error:
            log.warning("no work on an index", definition=definition, error=str(error))
            return False

    async def _piece(self, connection: Connection, definition: int, work: Work) -> bool:
        """One transaction. How long a full one took, or one that failed, decides how much is done in the next."""
        began, full = time.monotonic(), True
        try:
            async with connection.transaction():
                full = await work(connection, definition)
        finally:
            if full:
                self._size = next_size(self._size, time.monotonic() - began)
        return full

    async def _index(self, connection: Connection, definition: int) -> bool:
        history = await connection.fetchrow(QUERIES.take_unfinished, definition)
        if history is None:
            return False
        *what, until, written, position = history
        until = until or await connection.fetchval(QUERIES.bound_history, definition, self._known_everywhere)
        begin = (written, position, lowest_behind(position)) if position else (0, LOWEST, LOWEST)
        given = (definition, *what, until, *begin, self._size)
        ((count, complete),) = await connection.fetch(QUERIES.index_some, *given, timeout=STEP_SECONDS)
        if count == self._size:
            return True
        if complete:
            await connection.execute(QUERIES.finish, definition)
            log.info("history indexed", definition=definition)
            self._count_at = 0.0
        return False

    async def _forget(self, connection: Connection, definition: int) -> bool:
        type_ = await connection.fetchval(QUERIES.take_removed, definition)
        if type_ is None:
            return False
        statement = _of(type_, QUERIES.some_values)
        found = await connection.fetch(statement, definition, self._size, timeout=STEP_SECONDS)
        if found:
            ids = [row["datum"] for row in found]
            await connection.execute(QUERIES.forget_values, definition, ids, timeout=STEP_SECONDS)
            return True
        await connection.execute(QUERIES.no_values_left, definition)
        await connection.execute(QUERIES.forget_definition, definition)
        return False

    async def _count(self, connection: Connection) -> None:
        """Counts one definition, a day at a time; the next one comes so much later that counting stays cheap."""
        found = await connection.fetchrow(QUERIES.take_uncounted, LOOK_AGAIN)
        if found is None:
            return
        definition, type_ = found
        began, statement, rows = time.monotonic(), _of(type_, QUERIES.count_values), 0
        try:
            for day in await list_days(connection):
                of_day = bounds(day.begin.date())
                rows += await connection.fetchval(statement, definition, *of_day, timeout=STEP_SECONDS)
            await connection.execute(QUERIES.counted, definition, rows)
        finally:
            self._count_at = time.monotonic() + COUNT_SHARE * (time.monotonic() - began)


def _of(type_: str, statement: str) -> str:
    """A statement about values of a type; the name of their column is our own."""
    return statement.replace("{value}", COLUMNS[type_][0])
