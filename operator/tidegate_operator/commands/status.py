"""`tidegate status`: the gateways that are there, what they serve, and what they could not compile."""

from collections.abc import Iterator, Sequence

from tidegate_gateway.config.gateways import Gateway, live
from tidegate_gateway.data.migrate import check_version
from tidegate_gateway.data.pool import acquire
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.tables import table

HEADS = ("GATEWAY", "VERSION", "REVISION", "HEARTBEAT")


async def live_gateways(database: Database) -> list[Gateway]:
    """Those of a database. DataError."""
    async with database.connect(size=1) as pool:
        async with acquire(pool) as connection:
            await check_version(connection)
        return await live(pool)


def lines(gateways: Sequence[Gateway]) -> Iterator[str]:
    """A table of the gateways, then what did not compile."""
    if not gateways:
        yield "No gateway is running."
        return
    rows = [(g.pod, g.version, str(g.revision), f"{g.heartbeat_age_seconds:.1f} s ago") for g in gateways]
    yield from table(HEADS, rows)
    for gateway in gateways:
        for failure in gateway.failures:
            what = f"{failure.kind} {failure.namespace}/{failure.name}, generation {failure.generation}"
            yield f"{gateway.pod} could not compile {what}: {failure.message}"
