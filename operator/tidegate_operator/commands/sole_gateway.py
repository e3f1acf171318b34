"""Keeps two `tidegate up` from one database: each would withdraw what the other publishes."""

import hashlib
import socket
from pathlib import Path

from tidegate_gateway.config.gateways import LIVE_SECONDS, live
from tidegate_gateway.data.errors import Unavailable
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.errors import CommandError

NO_TABLE = "42P01"


def pod_of(data: Path) -> str:
    """The gateway's name, the same at each start on a data folder: one that was killed is not waited for."""
    place = f"{socket.gethostname()}:{data.resolve()}"
    return f"local-{hashlib.sha256(place.encode()).hexdigest()[:8]}"


async def refuse_others(database: Database, pod: str) -> None:
    """CommandError if a gateway of another name is live in the database. It may have no schema yet. DataError."""
    async with database.connect(size=1) as pool:
        try:
            others = [gateway.pod for gateway in await live(pool) if gateway.pod != pod]
        except Unavailable as error:
            if error.sqlstate != NO_TABLE:
                raise
            return
    if others:
        raise CommandError(
            f"The database of TIDEGATE_DATABASE_URL serves {', '.join(others)} already, whose endpoints would be "
            "withdrawn: give this one a database of its own, or stop the other first "
            f"(one that was killed is forgotten after {LIVE_SECONDS:g} s)."
        )
