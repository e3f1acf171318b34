"""`tidegate sources`: the addresses that data of an endpoint came from, and the `allowedIPs` that would allow them."""

from collections.abc import Iterator, Sequence

import yaml

from tidegate_gateway.data.sources import Source, list_sources
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.endpoints import endpoint_at
from tidegate_operator.commands.tables import table

HEADS = ("ADDRESS", "FIRST", "LAST", "DATA")


async def sources_of(database: Database, address: str) -> list[Source]:
    """The busiest first. CommandError, DataError."""
    async with database.connect(size=1) as pool:
        return await list_sources(pool, await endpoint_at(pool, address))


def lines(sources: Sequence[Source]) -> Iterator[str]:
    """A table for people."""
    if not sources:
        yield "No data have come in yet."
        return
    times = "%Y-%m-%d %H:%M:%S"
    yield from table(
        HEADS,
        [
            (one.address, f"{one.first_seen:{times}}", f"{one.last_seen:{times}}", f"{one.requests:,}")
            for one in sources
        ],
    )


def allowed_ips(sources: Sequence[Source]) -> str:
    """What can be pasted into the manifest of the Endpoint."""
    addresses = [one.address for one in sources]
    return yaml.safe_dump({"spec": {"security": {"allowedIPs": addresses}}}, sort_keys=False).rstrip()
