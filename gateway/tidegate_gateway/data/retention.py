"""Data that are older than they are to be kept go: whole days at once where nobody needs them, else a few at a time.

One gateway does it at a time. It never holds writers up, and takes nothing that still runs.
"""

import asyncio
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from tidegate_gateway.data.days import Day, drop_day, finish, list_days
from tidegate_gateway.data.deleting import AT_ONCE, SECONDS, delete_data
from tidegate_gateway.data.ids import LOWEST, first_id
from tidegate_gateway.data.partitions import DAY
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "retention.sql")
PAUSE_SECONDS = 600.0
LEASE = timedelta(minutes=5)  # longer than anything that is done between two claims
log = structlog.get_logger("tidegate.retention")
Expiring = dict[UUID, datetime]


@dataclass(slots=True)
class Gone:
    """What a round took: data one by one and of which endpoints, and partitions of about so many data."""

    rows: int = 0
    partitions: int = 0
    rows_in_partitions: int = 0
    endpoints: set[UUID] = field(default_factory=set)

    def count(self, endpoint: UUID, rows: int) -> None:
        """So many data of an endpoint."""
        if rows:
            self.rows += rows
            self.endpoints.add(endpoint)


class Retention:
    """`holder` names this gateway; `told` hears how many data and whole days each round took."""

    def __init__(
        self, pool: asyncpg.Pool, holder: str, told: Callable[[int, int], None] = lambda _rows, _days: None
    ) -> None:
        self._pool, self._holder, self._told = pool, holder, told

    async def run(self) -> None:
        """For ever. Unavailable."""
        while True:
            await self.round()
            await asyncio.sleep(PAUSE_SECONDS)

    async def round(self) -> Gone | None:
        """Takes all that is to go now; None where another gateway does that. Unavailable."""
        gone = Gone()
        try:
            async with acquire(self._pool) as connection:
                if not await self._claim(connection):
                    return None
                await self._take_all(connection, gone)
        finally:
            self._tell(gone)
        return gone

    async def _claim(self, connection: Connection) -> bool:
        return await connection.fetchval(QUERIES.claim, self._holder, LEASE) is not None

    def _tell(self, gone: Gone) -> None:
        if gone != Gone():
            about, endpoints = gone.rows_in_partitions, len(gone.endpoints)
            log.info("data expired", data=gone.rows, endpoints=endpoints, partitions=gone.partitions, about=about)
        self._told(gone.rows, gone.partitions)

    async def _take_all(self, connection: Connection, gone: Gone) -> None:
        days_can_go = await finish(connection)
        found = await connection.fetch(_filled(QUERIES.expiring), timeout=SECONDS)
        expiring = {row["endpoint"]: row["before"] for row in found}
        for day in await list_days(connection):
            if not await self._claim(connection):
                return
            if day.over and not await _is_needed(connection, day):
                # Of two days that are still read, PostgreSQL lets only one go at a time.
                days_can_go = days_can_go and await _dropped(connection, day, gone)
            else:
                await self._take(connection, day, expiring, gone)
        await connection.execute(QUERIES.forget_sources)

    async def _take(self, connection: Connection, day: Day, expiring: Expiring, gone: Gone) -> None:
        """What is to go of a day that has to stay."""
        candidates = [endpoint for endpoint, before in expiring.items() if before > day.begin]
        for endpoint in await _present(connection, day, candidates):
            await self._take_of(connection, day, endpoint, gone)

    async def _take_of(self, connection: Connection, day: Day, endpoint: UUID, gone: Gone) -> None:
        """Deletes a few at a time, with as long a pause after each."""
        position = 0, LOWEST
        before = await connection.fetchval(_filled(QUERIES.expiring_now), endpoint)
        while before and await self._claim(connection):
            began = time.monotonic()
            async with connection.transaction():
                given = (endpoint, *position, first_id(before), AT_ONCE)
                some = await connection.fetch(_filled(QUERIES.take_expired, day), *given, timeout=SECONDS)
                await delete_data(connection, [row["id"] for row in some])
            gone.count(endpoint, len(some))
            if len(some) < AT_ONCE:
                return
            position = some[-1]["written"], some[-1]["id"]
            await asyncio.sleep(time.monotonic() - began)


async def _is_needed(connection: Connection, day: Day) -> bool:
    needed: bool = await connection.fetchval(_filled(QUERIES.is_needed, day), day.begin + DAY, timeout=SECONDS)
    return needed


async def _dropped(connection: Connection, day: Day, gone: Gone) -> bool:
    dropped = await drop_day(connection, day)
    gone.partitions += 1
    gone.rows_in_partitions += day.rows
    return dropped


async def _present(connection: Connection, day: Day, endpoints: Collection[UUID]) -> list[UUID]:
    if not endpoints:
        return []
    found = await connection.fetch(_filled(QUERIES.endpoints_in, day), list(endpoints), timeout=SECONDS)
    return [row["endpoint"] for row in found]


def _filled(statement: str, day: Day | None = None) -> str:
    """A statement with its pieces; the names of partitions are our own."""
    return statement.replace("{before}", QUERIES.before).replace("{partition}", day.name if day else "")
