"""What is indexed, as the configuration says it, and how far each index is."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from tidegate_gateway.data.ids import time_of
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "definitions.sql")
SYNC_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class IndexState:
    """One index: how many values it had when they were counted last, and how far the history is, in percent, while that
    is being indexed."""

    definition: int
    name: str
    rows: int
    progress: int | None


async def sync_definitions(pool: asyncpg.Pool) -> None:
    """Brings the definitions in step with what is published; nothing is written where they are. Unavailable."""
    async with acquire(pool) as connection, connection.transaction():
        await connection.execute(QUERIES.definitions_lock, timeout=SYNC_SECONDS)
        await connection.execute(QUERIES.sync_definitions, timeout=SYNC_SECONDS)
        await connection.execute(QUERIES.take_requests, timeout=SYNC_SECONDS)


async def request_reindex(pool: asyncpg.Pool, endpoint: UUID) -> int:
    """Begins to index all that an endpoint has stored; gives how many indexes it has. Unavailable."""
    async with acquire(pool) as connection:
        return len(await connection.fetch(QUERIES.request_reindex, endpoint))


async def index_states(
    pool: asyncpg.Pool, now: datetime, endpoints: Collection[UUID] | None = None
) -> Mapping[UUID, list[IndexState]]:
    """The indexes of some endpoints, or of all that have any. Unavailable."""
    async with acquire(pool) as connection:
        chosen = None if endpoints is None else list(endpoints)
        rows = await connection.fetch(QUERIES.index_states, chosen, timeout=SYNC_SECONDS)
    found: dict[UUID, list[IndexState]] = {}
    for row in rows:
        progress = _percent(row["first"], row["position"], now) if row["reindexing"] else None
        found.setdefault(row["endpoint"], []).append(IndexState(row["id"], row["name"], row["rows"], progress))
    return found


def _percent(first: UUID | None, position: UUID | None, now: datetime) -> int:
    """How far in time a datum is between the first one and now; 99 at most, since the end is said otherwise."""
    if first is None or position is None:
        return 0
    begun = time_of(first)
    return max(0, min(99, int(100 * (time_of(position) - begun) / max(now - begun, now.resolution))))
