"""What a gateway does about its database: waits until it is there and fits, makes partitions ahead, compares clocks.

Ids are made by the gateway's clock, and readers pass over partitions by them: with a clock that is far off it must not
serve.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import asyncpg
import structlog

from tidegate_gateway.data.errors import DataError, SchemaTooOld, Unavailable
from tidegate_gateway.data.migrate import check_version
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.vitals import database_time, horizon_age

DATABASE_RETRY_SECONDS = 1.0
LOOK_SECONDS = 60.0
PARTITIONS_SECONDS, PARTITIONS_RETRY_SECONDS = 3600.0, 60.0
CLOCKS_APART = timedelta(minutes=5)

log = structlog.get_logger("tidegate.upkeep")


class Upkeep:
    """`problem` is a sentence while the database cannot be used, or must not because of the clock, else None.

    `horizon_seconds` is how old the horizon of readers was at the last look.
    """

    def __init__(
        self, pool: asyncpg.Pool, clock: Callable[[], datetime], *, look_seconds: float = LOOK_SECONDS
    ) -> None:
        self._pool, self._clock, self._look_seconds = pool, clock, look_seconds
        self.problem: str | None = "The database has not answered yet."
        self.horizon_seconds = 0.0

    async def run(self, when_usable: Callable[[], None]) -> None:
        """Until cancelled. Raises what waiting cannot mend: SchemaTooNew, MigrationChanged, BadDatabaseUrl."""
        while True:
            if await self._usable():
                break
            await asyncio.sleep(DATABASE_RETRY_SECONDS)
        when_usable()
        partitions_due = monotonic()
        while True:
            await self._look()
            if self.problem is None and monotonic() >= partitions_due:
                partitions_due = monotonic() + await self._make_partitions()
            await asyncio.sleep(self._look_seconds)

    async def _usable(self) -> bool:
        try:
            async with acquire(self._pool) as connection:
                await check_version(connection)
            await self._compare_clocks()
        except (Unavailable, SchemaTooOld) as error:
            if str(error) != self.problem:
                log.warning("waiting for the database", problem=str(error))
            self.problem = str(error)
            return False
        return True

    async def _look(self) -> None:
        """A database that is away changes nothing here: readiness asks it, and requests find out."""
        try:
            await self._compare_clocks()
            self.horizon_seconds = await horizon_age(self._pool)
        except DataError as error:
            log.warning("database not looked at", problem=str(error))

    async def _compare_clocks(self) -> None:
        before, self.problem = self.problem, _clock_problem(self._clock() - await database_time(self._pool))
        if self.problem is None and before:
            log.info("serving")
        elif self.problem != before:
            log.warning("not serving", problem=self.problem)

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


def _clock_problem(ahead: timedelta) -> str | None:
    if abs(ahead) <= CLOCKS_APART:
        return None
    seconds, side = abs(ahead).total_seconds(), "ahead of" if ahead > timedelta() else "behind"
    return (
        f"The clock of this gateway is {seconds:.0f} s {side} the database's: set it right. "
        f"It serves again when they are {CLOCKS_APART.total_seconds():.0f} s apart or less."
    )
