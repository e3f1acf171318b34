"""Data that are older than they are to be kept go: whole days at once where nobody needs them, else a few at a time.

One gateway does it at a time. It never holds writers up, and takes nothing that still runs.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import structlog

from tidegate_gateway.data.ids import first_id
from tidegate_gateway.data.partitions import DAY
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "retention.sql")
PAUSE_SECONDS = 600.0
LEASE = timedelta(minutes=30)
BATCH = 1000
STATEMENT_SECONDS = 60.0
TABLES = ("datum", "data_point")
log = structlog.get_logger("tidegate.retention")


@dataclass(slots=True)
class Gone:
    """What a round took: data one by one, and partitions of about so many data."""

    rows: int = 0
    partitions: int = 0
    rows_in_partitions: int = 0


class Retention:
    """`holder` names this gateway; `told` hears what each round took."""

    def __init__(self, pool: asyncpg.Pool, holder: str, told: Callable[[Gone], None] = lambda _: None) -> None:
        self._pool, self._holder, self._told = pool, holder, told

    async def run(self) -> None:
        """For ever. Unavailable."""
        while True:
            await self.round()
            await asyncio.sleep(PAUSE_SECONDS)

    async def round(self) -> Gone | None:
        """Takes all that is to go now; None where another gateway does that. Unavailable."""
        async with acquire(self._pool) as connection:
            if await connection.fetchval(QUERIES.claim, self._holder, LEASE) is None:
                return None
            await _finish_drops(connection)
            gone = Gone()
            expired = {row["endpoint"]: row["before"] for row in await connection.fetch(QUERIES.expired)}
            for row in await connection.fetch(QUERIES.partition_days) if expired else ():
                day = datetime.strptime(row["day"], "%Y%m%d").replace(tzinfo=UTC)
                await self._take(connection, day, expired, row["rows"], gone)
            await connection.execute(QUERIES.forget_sources)
        if gone != Gone():
            log.info("data expired", data=gone.rows, partitions=gone.partitions, about=gone.rows_in_partitions)
        self._told(gone)
        return gone

    async def _take(
        self, connection: Connection, day: datetime, expired: Mapping[UUID, datetime], rows: int, gone: Gone
    ) -> None:
        """What of a day is to go."""
        if not any(before > day for before in expired.values()):
            return
        name = f"datum_{day:%Y%m%d}"
        found = await connection.fetch(QUERIES.endpoints_in.replace("{partition}", name))
        endpoints = [row["endpoint"] for row in found]
        if day + DAY <= datetime.now(UTC) - DAY and all(
            endpoint in expired and expired[endpoint] >= day + DAY for endpoint in endpoints
        ):
            await _drop(connection, day.date())
            gone.partitions += 1
            gone.rows_in_partitions += rows
            return
        for endpoint in endpoints:
            if endpoint in expired and expired[endpoint] > day:
                gone.rows += await self._delete(connection, day, endpoint, expired[endpoint])

    async def _delete(self, connection: Connection, day: datetime, endpoint: UUID, before: datetime) -> int:
        """Deletes a few at a time, with as long a pause after each."""
        statement = QUERIES.delete_expired
        for table, place in (("datum", "{partition}"), ("data_point", "{points}")):
            statement = statement.replace(place, f"{table}_{day:%Y%m%d}")
        total = 0
        while True:
            began = time.monotonic()
            count: int = await connection.fetchval(
                statement, endpoint, first_id(before), BATCH, timeout=STATEMENT_SECONDS
            )
            total += count
            if count < BATCH:
                return total
            await connection.fetchval(QUERIES.claim, self._holder, LEASE)
            await asyncio.sleep(time.monotonic() - began)


async def _drop(connection: Connection, day: date) -> None:
    """Takes a day away from both tables. A kill in between is made up for by the next round."""
    for parent in TABLES:
        part = f"{parent}_{day:%Y%m%d}"
        await _execute(connection, QUERIES.detach, parent, part)
        await _execute(connection, QUERIES.drop_partition, parent, part)


async def _finish_drops(connection: Connection) -> None:
    for row in await connection.fetch(QUERIES.half_detached):
        await _execute(connection, QUERIES.finalize, row["parent"], row["part"])
    for row in await connection.fetch(QUERIES.detached):
        await _execute(connection, QUERIES.drop_partition, "", row["part"])


async def _execute(connection: Connection, statement: str, parent: str, part: str) -> None:
    """Names are our own: of a table, and of a table with a day."""
    filled = statement.replace("{parent}", parent).replace("{partition}", part)
    await connection.execute(filled, timeout=STATEMENT_SECONDS)
