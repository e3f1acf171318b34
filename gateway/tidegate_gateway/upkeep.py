"""What a gateway does about its database: waits until it is there and fits, and makes partitions ahead."""

import asyncio
from collections.abc import Callable
from datetime import datetime

import asyncpg
import structlog

from tidegate_gateway.data.errors import DataError, SchemaTooOld, Unavailable
from tidegate_gateway.data.migrate import check_version
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire

DATABASE_RETRY_SECONDS = 1.0
PARTITIONS_SECONDS, PARTITIONS_RETRY_SECONDS = 3600.0, 60.0

log = structlog.get_logger("tidegate.upkeep")


class Upkeep:
    """`problem` is a sentence while the database cannot be used, else None."""

    def __init__(self, pool: asyncpg.Pool, clock: Callable[[], datetime]) -> None:
        self._pool, self._clock = pool, clock
        self.problem: str | None = "The database has not answered yet."

    async def run(self, when_usable: Callable[[], None]) -> None:
        """Until cancelled. Raises what waiting cannot mend: SchemaTooNew, MigrationChanged, BadDatabaseUrl."""
        while True:
            if await self._usable():
                break
            await asyncio.sleep(DATABASE_RETRY_SECONDS)
        when_usable()
        while True:
            pause = await self._make_partitions()
            await asyncio.sleep(pause)

    async def _usable(self) -> bool:
        try:
            async with acquire(self._pool) as connection:
                await check_version(connection)
        except (Unavailable, SchemaTooOld) as error:
            if str(error) != self.problem:
                log.warning("waiting for the database", problem=str(error))
            self.problem = str(error)
            return False
        self.problem = None
        return True

    async def _make_partitions(self) -> float:
        """The seconds until it should be done again. A day that has none yet is no error: the writer makes it."""
        try:
            made = await make_partitions(self._pool, self._clock())
        except DataError as error:
            log.warning("partitions not made", problem=str(error))
            return PARTITIONS_RETRY_SECONDS
        if made:
            log.info("partitions made", days=[day.isoformat() for day in made])
        return PARTITIONS_SECONDS
