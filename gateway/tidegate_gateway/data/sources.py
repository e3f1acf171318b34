"""Where data came from: counted in memory, written every few seconds. It must never keep a request waiting."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "sources.sql")
FLUSH_SECONDS = 5.0
MOST_PENDING, MOST_KEPT = 10_000, 1000  # addresses: in memory, and of one endpoint in the database


@dataclass(slots=True)
class Source:
    """An address, when data came from it first and last, and how many."""

    address: str
    first_seen: datetime
    last_seen: datetime
    requests: int


class Sources:
    """`dropped` hears of a datum whose address could not be counted: there were too many at once."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        dropped: Callable[[], None] = lambda: None,
    ) -> None:
        self._pool, self._clock, self._dropped = pool, clock, dropped
        self._pending: dict[tuple[UUID, str], Source] = {}

    def seen(self, endpoint: UUID, address: str | None) -> None:
        """A datum of an endpoint came from an address."""
        if address is None:
            return
        known = self._pending.get((endpoint, address))
        if known:
            known.last_seen = self._clock()
            known.requests += 1
        elif len(self._pending) < MOST_PENDING:
            now = self._clock()
            self._pending[endpoint, address] = Source(address, now, now, 1)
        else:
            self._dropped()

    async def run(self) -> None:
        """Writes what was counted, for ever. Unavailable: it is kept for the next time."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def close(self) -> None:
        """Writes what is left, if that can be done."""
        with suppress(DataError):
            await self.flush()

    async def flush(self) -> None:
        """Writes what was counted. Unavailable: nothing is lost."""
        if not self._pending:
            return
        counted, self._pending = self._pending, {}
        try:
            await self._write(counted)
        except BaseException:
            self._put_back(counted)
            raise

    async def _write(self, counted: dict[tuple[UUID, str], Source]) -> None:
        rows = [(e, s.address, s.first_seen, s.last_seen, s.requests) for (e, _), s in counted.items()]
        async with acquire(self._pool) as connection, connection.transaction():
            await connection.execute(QUERIES.count_sources, *map(list, zip(*rows, strict=True)))
            await connection.execute(QUERIES.bound_sources, list({endpoint for endpoint, _ in counted}), MOST_KEPT)

    def _put_back(self, counted: dict[tuple[UUID, str], Source]) -> None:
        for key, source in counted.items():
            later = self._pending.get(key)
            if later:
                source.last_seen = later.last_seen
                source.requests += later.requests
            self._pending[key] = source


async def list_sources(pool: asyncpg.Pool, endpoint: UUID) -> list[Source]:
    """The addresses that data of an endpoint came from, the busiest first. Unavailable."""
    async with acquire(pool) as connection:
        return [Source(*row) for row in await connection.fetch(QUERIES.list_sources, endpoint)]
