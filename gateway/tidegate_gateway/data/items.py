"""Changes to single data: what a writer finds is what it changes, whoever else writes, and nothing that was answered is
lost. A datum keeps its place in the order of readers.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg

from tidegate_gateway.data.datum import IndexPoint, StoredDatum, size_of
from tidegate_gateway.data.deleting import AT_ONCE, SECONDS, delete_data
from tidegate_gateway.data.errors import Unstorable
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.ids import LOWEST
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.queues import Queues
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "items.sql")
ATTEMPTS = 3  # without holding the datum


@dataclass(frozen=True, slots=True)
class Edited:
    """What a datum becomes: JSON in UTF-8, and what it is to be found by from now on."""

    input: bytes
    points: Sequence[IndexPoint] = ()


Change = Callable[[StoredDatum], Awaitable[Edited]]
Check = Callable[[StoredDatum], None]


class Items:
    """Data that are there, one by one. Unavailable, Unstorable, WriterFull: nothing was changed, as far as is known.

    `unindexable` hears how many values were not of their index's type, by definition.
    """

    def __init__(self, pool: asyncpg.Pool, unindexable: Callable[[Mapping[int, int]], None] = lambda _: None) -> None:
        self._pool, self._queues, self._unindexable = pool, Queues(), unindexable
        self._reader = Reader(pool)

    async def edit(self, endpoint: UUID, id_: UUID, change: Change) -> StoredDatum | None:
        """Replaces the input by what `change` makes of the datum; None if it is not there.

        What `change` raises goes through, and the datum stays as it was. Nothing is held while `change` works, which is
        asked anew if somebody was faster; not even they can be so for ever.
        """
        async with self._queues.turn(id_):
            for _ in range(ATTEMPTS):
                found = await self._reader.get(endpoint, id_)
                if found is None:
                    return None
                edited = await change(found)
                if changed := await self._replaced(endpoint, found, edited):
                    return changed
            return await self._edit_held(endpoint, id_, change)

    async def _replaced(self, endpoint: UUID, found: StoredDatum, edited: Edited) -> StoredDatum | None:
        """What the datum is now; None if it is of another version by now."""
        async with acquire(self._pool) as connection, connection.transaction():
            if not await connection.fetchval(QUERIES.hold_version, found.id, found.version, timeout=SECONDS):
                return None
            return await self._change(connection, endpoint, found, edited)

    async def _edit_held(self, endpoint: UUID, id_: UUID, change: Change) -> StoredDatum | None:
        async with acquire(self._pool) as connection, connection.transaction():
            found = await _locked(connection, endpoint, id_)
            if found is None:
                return None
            return await self._change(connection, endpoint, found, await change(found))

    async def _change(self, connection: Connection, endpoint: UUID, found: StoredDatum, edited: Edited) -> StoredDatum:
        """What cannot be indexed fails no request: if PostgreSQL refuses the datum, it is tried without its indexes."""
        try:
            with postgres_errors():
                async with connection.transaction():
                    row = await _changed(connection, endpoint, found, edited, indexed=True)
            unindexable = row["unindexable"]
        except Unstorable:
            row = await _changed(connection, endpoint, found, edited, indexed=False)
            unindexable = [point.definition for point in edited.points]
        if unindexable:
            self._unindexable(dict.fromkeys(unindexable, 1))
        return replace(found, version=row["version"], input=row["input"])

    async def delete(self, endpoint: UUID, id_: UUID, check: Check = lambda _: None) -> bool:
        """Deletes a datum that `check` does not object to; False if it is not there."""
        async with self._queues.turn(id_), acquire(self._pool) as connection, connection.transaction():
            found = await _locked(connection, endpoint, id_)
            if found is None:
                return False
            check(found)
            await delete_data(connection, [id_])
        return True

    async def delete_all(self, endpoint: UUID) -> int:
        """Deletes all that an endpoint had when this began, some at a time; gives how many.

        Unavailable: some of them may be gone.
        """
        async with acquire(self._pool) as connection:
            begun: int = await connection.fetchval(QUERIES.begun)
        count, position = 0, (0, LOWEST)
        while some := await self._delete_some(endpoint, position, begun):
            count += len(some)
            position = some[-1]["written"], some[-1]["id"]
        return count

    async def _delete_some(self, endpoint: UUID, position: tuple[int, UUID], begun: int) -> list[asyncpg.Record]:
        async with acquire(self._pool) as connection, connection.transaction():
            some = await connection.fetch(QUERIES.take_some, endpoint, *position, begun, AT_ONCE, timeout=SECONDS)
            await delete_data(connection, [row["id"] for row in some])
        return some


async def _locked(connection: Connection, endpoint: UUID, id_: UUID) -> StoredDatum | None:
    row = await connection.fetchrow(QUERIES.lock_datum, endpoint, id_, timeout=SECONDS)
    return StoredDatum(*row) if row else None


async def _changed(
    connection: Connection, endpoint: UUID, found: StoredDatum, edited: Edited, *, indexed: bool
) -> asyncpg.Record:
    points = [(point.definition, point.type, point.path) for point in edited.points]
    columns = map(list, zip(*points, strict=True)) if points else ([], [], [])
    given = (found.id, edited.input, *columns, endpoint, size_of(edited.input, found.output), indexed)
    (row,) = await connection.fetch(QUERIES.change_datum, *given, timeout=SECONDS)
    return row
