"""Deletes data that are not to be kept at all, right after the answer. What this loses is left to retention."""

import asyncio
from contextlib import suppress
from uuid import UUID

import asyncpg

from tidegate_gateway.data.deleting import AT_ONCE, delete_free
from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.pool import acquire

MOST_PENDING = 100_000


class Forgetter:
    """A bounded list of ids; what does not fit in is left to retention."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._pending: list[UUID] = []
        self._something = asyncio.Event()

    def forget(self, id_: UUID) -> None:
        """Deletes a datum soon."""
        if len(self._pending) < MOST_PENDING:
            self._pending.append(id_)
            self._something.set()

    async def run(self) -> None:
        """For ever. Unavailable: what was not deleted is kept for the next time."""
        while True:
            await self._something.wait()
            await self._flush()

    async def close(self) -> None:
        """Deletes what is left, if that can be done."""
        with suppress(DataError):
            await self._flush()

    async def _flush(self) -> None:
        while self._pending:
            some = self._pending[:AT_ONCE]
            async with acquire(self._pool) as connection:
                await delete_free(connection, some)
            del self._pending[: len(some)]
        self._something.clear()
