"""One connection that writes batches. It is kept while it works and replaced by a fresh one when it broke."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from operator import attrgetter

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import ForeignId, MissingPartition, Unavailable, Unstorable
from tidegate_gateway.data.faults import FOREIGN, postgres_errors
from tidegate_gateway.data.ids import time_of
from tidegate_gateway.data.partitions import make_partition
from tidegate_gateway.data.pool import Connection, discard
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "lane.sql")
COLUMNS = attrgetter("id", "endpoint", "method", "token", "source", "status", "input", "output", "size")
CONFLICT = "{conflict}"
IS_STORED = "ON CONFLICT DO NOTHING"  # an earlier attempt was committed after all: its connection broke
POINT = attrgetter("definition", "type", "path")


class Lane:
    """Holds a connection of the pool from the first batch to `close`: readers never keep a batch waiting."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._connection: PoolConnectionProxy | None = None

    async def insert(self, batch: Sequence[Datum], seconds: float, *, again: bool) -> Mapping[int, int]:
        """Commits a batch, all of it or nothing; gives how many values were not of their index's type, by definition.

        Unstorable: a row is refused. Unavailable: it is not known whether it was committed; the next attempt at it has
        to say `again`.
        """
        try:
            connection = await self._connected(seconds)
            try:
                return await _execute(connection, batch, seconds, again=again)
            except MissingPartition:
                await _make_partitions(connection, batch)
                return await _execute(connection, batch, seconds, again=again)
        except Unavailable:
            await self._discard()
            raise

    async def close(self) -> None:
        """Gives the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*FOREIGN):
                await self._pool.release(connection)

    async def _connected(self, seconds: float) -> PoolConnectionProxy:
        if self._connection is None:
            with postgres_errors():
                self._connection = await self._pool.acquire(timeout=seconds)
        return self._connection

    async def _discard(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await discard(connection)


async def _execute(connection: Connection, batch: Sequence[Datum], seconds: float, *, again: bool) -> Mapping[int, int]:
    columns = [list(column) for column in zip(*map(COLUMNS, batch), strict=True)]
    conflict = IS_STORED if again else ""
    points = [(number, *POINT(point)) for number, datum in enumerate(batch, 1) for point in datum.points]
    with postgres_errors():
        if not points:
            statement = QUERIES.insert_data.replace(CONFLICT, conflict)
            await connection.execute(statement, *columns, timeout=seconds)
            return {}
        statement = QUERIES.insert_indexed.replace(CONFLICT, conflict)
        columns += [list(column) for column in zip(*points, strict=True)]
        return {
            row["definition"]: row["values"] for row in await connection.fetch(statement, *columns, timeout=seconds)
        }


async def _make_partitions(connection: Connection, batch: Sequence[Datum]) -> None:
    """A clock that is wrong, or partitions that nobody made ahead, lose no datum."""
    try:
        days = {time_of(datum.id).date() for datum in batch}
    except ForeignId:
        raise Unstorable from None
    with postgres_errors():
        for day in sorted(days):
            await make_partition(connection, day)
