"""Changes to single data: what a writer finds is what it changes, whoever else writes, and nothing that was answered is
lost. A datum keeps its place in the order of readers.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from tidegate_gateway.data.datum import IndexPoint, StoredDatum
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.queues import Queues
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "items.sql")
SECONDS = 10.0  # of one statement: data can be large
DELETED_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Edited:
    """What a datum becomes: JSON in UTF-8, and what it is to be found by from now on."""

    input: bytes
    points: Sequence[IndexPoint] = ()


Change = Callable[[StoredDatum], Awaitable[Edited]]
Check = Callable[[StoredDatum], None]


class Items:
    """Data that are there, one by one. Unavailable, Unstorable, WriterFull: nothing was changed, as far as is known."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool, self._queues = pool, Queues()

    async def edit(self, endpoint: UUID, id_: UUID, change: Change) -> StoredDatum | None:
        """Replaces the input by what `change` makes of the datum; None if it is not there.

        What `change` raises goes through, and the datum stays as it was.
        """
        async with self._queues.turn(id_), acquire(self._pool) as connection, connection.transaction():
            found = await _locked(connection, endpoint, id_)
            return await _changed(connection, found, await change(found)) if found else None

    async def delete(self, endpoint: UUID, id_: UUID, check: Check = lambda _: None) -> bool:
        """Deletes a datum that `check` does not object to; False if it is not there."""
        async with self._queues.turn(id_), acquire(self._pool) as connection, connection.transaction():
            found = await _locked(connection, endpoint, id_)
            if found is None:
                return False
            check(found)
            await connection.execute(QUERIES.delete_values, id_)
            await connection.execute(QUERIES.delete_datum, id_)
            return True

    async def delete_all(self, endpoint: UUID) -> int:
        """Deletes all that an endpoint had when this began, some at a time; gives how many."""
        async with acquire(self._pool) as connection:
            begun = await connection.fetchval(QUERIES.begun)
            count = 0
            while some := await connection.fetchval(
                QUERIES.delete_some, endpoint, begun, DELETED_AT_ONCE, timeout=SECONDS
            ):
                count += some
        return count


async def _locked(connection: Connection, endpoint: UUID, id_: UUID) -> StoredDatum | None:
    row = await connection.fetchrow(QUERIES.lock_datum, endpoint, id_, timeout=SECONDS)
    return StoredDatum(*row) if row else None


async def _changed(connection: Connection, found: StoredDatum, edited: Edited) -> StoredDatum:
    (row,) = await connection.fetch(QUERIES.change_datum, found.id, edited.input, timeout=SECONDS)
    if edited.points:
        definitions = [point.definition for point in edited.points]
        types, paths = [point.type for point in edited.points], [point.path for point in edited.points]
        await connection.execute(QUERIES.forget_values, found.id, definitions)
        await connection.execute(QUERIES.index_datum, found.id, definitions, types, paths, timeout=SECONDS)
    return replace(found, version=row["version"], input=row["input"])
