"""Reads stored data. It never answers for an endpoint that was not asked for, and never reparses what is stored.

The order of a page is (the writing transaction's number, id), and only transactions below which none can still commit
are listed: whoever goes on after the last datum misses nothing and sees nothing twice, however many gateways write.
"""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import asyncpg

from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.ids import LOWEST, first_id, time_of
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "queries.sql")

# How much older an id can be than one that was written before it: a datum is written seconds after its id was made, so
# all of the day is for clocks of gateways that disagree. It bounds the partitions behind a position.
CLOCKS_DISAGREE = timedelta(days=1)
# From where to go on after a datum that is gone, measured from its id: what was written after it may have an older id.
WRITTEN_LATER = timedelta(minutes=1)
READ_SECONDS = 10.0  # data can be large
READY_SECONDS = 2.0
BEFORE_EVERYTHING = (0, LOWEST, LOWEST)
# As they are stored, compressed: a page of the largest bodies would not fit into the memory of a gateway.
PAGE_BYTES = 8 * 1024 * 1024


class Page(NamedTuple):
    """Data in the order of readers, and whether more lie behind them."""

    data: list[StoredDatum]
    more: bool


class Reader:
    """Stored data by id and page by page."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def get(self, endpoint: UUID, id_: UUID) -> StoredDatum | None:
        """One datum of an endpoint. Unavailable."""
        async with acquire(self._pool) as connection:
            row = await connection.fetchrow(QUERIES.get_datum, endpoint, id_, timeout=READ_SECONDS)
        return StoredDatum(*row) if row else None

    async def page(self, endpoint: UUID, after: UUID | None, limit: int) -> Page:
        """Up to `limit` data behind `after`, oldest first; fewer where they are large, but one at least.

        Unavailable; ForeignId: `after` was never an id of ours.
        """
        made = time_of(after) if after else None
        async with acquire(self._pool) as connection:
            position = BEFORE_EVERYTHING
            if after and made:
                written = await connection.fetchval(QUERIES.position, endpoint, after)
                if written is None:
                    position = (0, LOWEST, first_id(made - WRITTEN_LATER))
                else:
                    position = (written, after, first_id(made - CLOCKS_DISAGREE))
            bounds = (limit + 1, PAGE_BYTES)  # one more tells whether there is more
            rows = await connection.fetch(QUERIES.page, endpoint, *position, *bounds, timeout=READ_SECONDS)
        data = [StoredDatum(*columns) for *columns, _ in rows[:limit]]
        return Page(data, more=bool(rows) and rows[0]["found"] > len(data))

    async def ready(self) -> bool:
        """Whether PostgreSQL answers."""
        try:
            async with acquire(self._pool, READY_SECONDS) as connection:
                await connection.fetchval(QUERIES.ping, timeout=READY_SECONDS)
        except Unavailable:
            return False
        return True
