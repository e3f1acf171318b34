"""Identifiers of data: UUIDv7. The first 48 bits are the milliseconds since 1970; they decide the partition."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from tidegate_gateway.data.errors import ForeignId

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
VERSION_7, RFC_9562 = 0x7 << 76, 0x2 << 62
LOWEST = UUID(int=0)
# How much older an id can be than one that was written before it: a datum is written seconds after its id was made, so
# all of the day is for clocks of gateways that disagree. It bounds the partitions behind a position.
CLOCKS_DISAGREE = timedelta(days=1)


def new_id() -> UUID:
    """An id of now, higher than every one this process made before."""
    return uuid7()


def first_id(at: datetime) -> UUID:
    """The lowest id of the millisecond of `at` (1970 at the earliest); never above an id that was made at that time."""
    milliseconds = (max(at, EPOCH) - EPOCH) // MILLISECOND
    return UUID(int=milliseconds << 80 | VERSION_7 | RFC_9562)


def time_of(id_: UUID) -> datetime:
    """When an id was made, to the millisecond, in UTC. ForeignId: `new_id` cannot have made it."""
    milliseconds = id_.int >> 80
    if id_.version != 7 or milliseconds >= (END - EPOCH) // MILLISECOND:
        raise ForeignId(id_)
    return EPOCH + milliseconds * MILLISECOND


def lowest_behind(id_: UUID) -> UUID:
    """The lowest id that anything behind a datum in the order of readers can have. ForeignId."""
    return first_id(time_of(id_) - CLOCKS_DISAGREE)
