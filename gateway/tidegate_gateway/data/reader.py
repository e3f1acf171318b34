"""Reads stored data. It never answers for an endpoint that was not asked for, and never reparses what is stored.

The order of a page is (the writing transaction's number, id), and only transactions below which none can still commit
are listed: whoever goes on after the last datum misses nothing and sees nothing twice, however many gateways write.
"""

from datetime import timedelta
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


class Reader:
    """Stored data by id and page by page."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def get(self, endpoint: UUID, id_: UUID) -> StoredDatum | None:
        """One datum of an endpoint. Unavailable."""
        async with acquire(self._pool) as connection:
            row = await connection.fetchrow(QUERIES.get_datum, endpoint, id_, timeout=READ_SECONDS)
        return StoredDatum(*row) if row else None

    async def page(self, endpoint: UUID, after: UUID | None, limit: int) -> list[StoredDatum]:
        """Up to `limit` data behind `after`, oldest first. Unavailable; ForeignId: `after` was never an id of ours."""
        made = time_of(after) if after else None
        async with acquire(self._pool) as connection:
            position = BEFORE_EVERYTHING
            if after and made:
                written = await connection.fetchval(QUERIES.position, endpoint, after)
                if written is None:
                    position = (0, LOWEST, first_id(made - WRITTEN_LATER))
                else:
                    position = (written, after, first_id(made - CLOCKS_DISAGREE))
            rows = await connection.fetch(QUERIES.page, endpoint, *position, limit, timeout=READ_SECONDS)
        return [StoredDatum(*row) for row in rows]

    async def ready(self) -> bool:
        """Whether PostgreSQL answers."""
        try:
            async with acquire(self._pool, READY_SECONDS) as connection:
                await connection.fetchval(QUERIES.ping, timeout=READY_SECONDS)
        except Unavailable:
            return False
        return True
