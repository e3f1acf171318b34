"""Whole days of data, and how they go: both partitions at once, without keeping readers and writers waiting.

It takes several transactions. Whoever is killed in between, or gives up because somebody still reads the day, leaves
what `finish` ends.
"""

from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from tidegate_gateway.data.errors import TooSlow, Unavailable
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.pool import Connection
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "days.sql")
DETACH_SECONDS = 30.0
FINALIZE_SECONDS = 2.0  # meanwhile no partition can be attached
DROP_SECONDS = 60.0
ANOTHER_IS_PENDING = "55000"  # somebody began to detach a day by hand, and was interrupted
log = structlog.get_logger("tidegate.retention")


class Day(NamedTuple):
    """A UTC day that has a partition, of about so many `rows`; nothing is written any more into one that is `over`."""

    name: str
    begin: datetime
    rows: int
    over: bool


async def list_days(connection: Connection) -> list[Day]:
    """All of them, the oldest first."""
    found = await connection.fetch(QUERIES.days)
    return [Day(row["name"], _begin(row["day"]), row["rows"], row["over"]) for row in found]


async def drop_day(connection: Connection, day: Day) -> bool:
    """Takes a day out of sight at once and drops it; False: it is still read, and the next `finish` goes on."""
    for (partition,) in await connection.fetch(QUERIES.tables_of, day.name):
        await connection.execute(QUERIES.mark.replace("{partition}", partition))
    return await _detached(connection, "datum", day.name, pending=False) and await finish(connection)


async def finish(connection: Connection) -> bool:
    """Ends what was begun; False: not all of it can be ended now."""
    for parent, partition, attached, pending in await connection.fetch(QUERIES.leaving):
        if attached and not await _detached(connection, parent, partition, pending=pending):
            return False
        await _execute(connection, QUERIES.drop_partition, parent, partition, DROP_SECONDS)
    return True


async def _detached(connection: Connection, parent: str, partition: str, *, pending: bool) -> bool:
    statement, seconds = (QUERIES.finalize, FINALIZE_SECONDS) if pending else (QUERIES.detach, DETACH_SECONDS)
    try:
        with postgres_errors():
            await _execute(connection, statement, parent, partition, seconds)
    except Unavailable as error:
        if not isinstance(error, TooSlow) and error.sqlstate != ANOTHER_IS_PENDING:
            raise
        log.warning("expired day cannot go yet", partition=partition, problem=str(error))
        return False
    return True


async def _execute(connection: Connection, statement: str, parent: str, partition: str, seconds: float) -> None:
    """Names are our own: of a table, and of a table with a day."""
    filled = statement.replace("{parent}", parent).replace("{partition}", partition)
    await connection.execute(filled, timeout=seconds)


def _begin(day: str) -> datetime:
    return datetime.strptime(day, "%Y%m%d").replace(tzinfo=UTC)
