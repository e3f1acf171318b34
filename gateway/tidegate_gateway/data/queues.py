"""Writers of one datum wait for each other here, so that they hold one connection and not one each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from tidegate_gateway.data.errors import WriterFull

MOST_WAITING = 1000


class Queues:
    """One queue for each id that somebody holds."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most_waiting = most_waiting
        self._locks: dict[UUID, asyncio.Lock] = {}
        self._waiting: dict[UUID, int] = {}

    def __len__(self) -> int:
        return len(self._locks)

    @asynccontextmanager
    async def turn(self, id_: UUID) -> AsyncIterator[None]:
        """Until the end of the block nobody else has this id. WriterFull: too many wait for it."""
        waiting = self._waiting.get(id_, 0)
        if waiting > self._most_waiting:
            raise WriterFull
        lock = self._locks.setdefault(id_, asyncio.Lock())
        self._waiting[id_] = waiting + 1
        try:
            async with lock:
                yield
        finally:
            self._waiting[id_] -= 1
            if not self._waiting[id_]:
                del self._waiting[id_], self._locks[id_]
