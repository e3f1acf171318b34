"""Deletes data that are not to be kept at all, right after the answer. What this loses is left to retention."""

import asyncio
from uuid import UUID

import asyncpg

from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "items.sql")
MOST_PENDING, AT_ONCE = 100_000, 1000


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
        """For ever. Unavailable: what was to be deleted is left to retention."""
        while True:
            await self._something.wait()
            self._something.clear()
            while self._pending:
                some, self._pending = self._pending[:AT_ONCE], self._pending[AT_ONCE:]
                async with acquire(self._pool) as connection:
                    await connection.execute(QUERIES.forget_data, some)
