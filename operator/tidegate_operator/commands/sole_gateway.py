"""Keeps two `tidegate up` from one database: each would withdraw what the other publishes.

The one that serves holds an advisory lock, by a session of its own that ends with the process however that ends.
"""

import asyncio
import hashlib
import socket
from pathlib import Path
from typing import TypeAlias

import asyncpg

from tidegate_gateway.config.gateways import LIVE_SECONDS, live
from tidegate_gateway.data.errors import BadDatabaseUrl, DataError, Unavailable
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.pool import CONNECT_SECONDS, discard
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.errors import CommandError
from tidegate_operator.paths import QUERIES

NO_TABLE = "42P01"
PROBE_SECONDS = 2.0
MOST_REFUSALS = 8  # longer than others need to look, and than PostgreSQL needs to see that a session has no other end

Session: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


def pod_of(data: Path) -> str:
    """The gateway's name, the same at each start on a data folder: one that was killed is not waited for."""
    place = f"{socket.gethostname()}:{data.resolve()}"
    return f"local-{hashlib.sha256(place.encode()).hexdigest()[:8]}"


class SoleGateway:
    """The claim of one gateway, by its name, to a database from which no other serves."""

    def __init__(self, database: Database, pod: str, *, probe_seconds: float = PROBE_SECONDS) -> None:
        self._database, self._pod, self._probe_seconds = database, pod, probe_seconds
        self._session: Session | None = None

    async def start(self) -> None:
        """Claim the database, which may have no schema yet. CommandError: another serves from it. DataError."""
        if self._database.pgbouncer and not self._database.listen_url:
            raise CommandError(
                "PgBouncer leaves nobody a session, and `tidegate up` needs one: "
                "set TIDEGATE_DATABASE_LISTEN_URL to PostgreSQL itself."
            )
        claimed = await self._claim()  # first: who is refused here may have been about to serve
        others = await self._others()
        if others or not claimed:
            raise CommandError(
                f"The database of TIDEGATE_DATABASE_URL serves {', '.join(others) or 'another `tidegate up`'} already, "
                "whose endpoints would be withdrawn: give this one a database of its own, or stop the other first "
                f"(one that was killed is forgotten after {LIVE_SECONDS:g} s)."
            )

    async def keep(self) -> None:
        """Claim it anew whenever the session has ended, for ever. CommandError: another has it by now."""
        refusals = 0
        while refusals < MOST_REFUSALS:
            await asyncio.sleep(self._probe_seconds)
            refusals = 0 if await self._is_kept() else refusals + 1
        raise CommandError(
            "Another `tidegate up` has taken the database of TIDEGATE_DATABASE_URL meanwhile: "
            "give this one a database of its own."
        )

    async def stop(self) -> None:
        """Give the claim up."""
        if self._session:
            await discard(self._session)

    async def _is_kept(self) -> bool:
        """False if another has it. While PostgreSQL is away nobody can take it."""
        try:
            return await self._claim()
        except DataError:
            await self.stop()
            return True

    async def _claim(self) -> bool:
        """Whether our session, if need be a new one, has the lock now; it may ask again. DataError."""
        with postgres_errors():
            if self._session is None or self._session.is_closed():
                self._session = await _connect(self._database.listen_url or self._database.url)
            return bool(await self._session.fetchval(QUERIES.claim_database))

    async def _others(self) -> list[str]:
        """Who is live, a gateway of a cluster too. DataError."""
        async with self._database.connect(size=1) as pool:
            try:
                return [gateway.pod for gateway in await live(pool) if gateway.pod != self._pod]
            except Unavailable as error:
                if error.sqlstate != NO_TABLE:
                    raise
                return []


async def _connect(url: str) -> Session:
    try:
        return await asyncpg.connect(
            url,
            timeout=CONNECT_SECONDS,
            command_timeout=CONNECT_SECONDS,
            server_settings={"application_name": "tidegate claim"},
        )
    except ValueError:
        raise BadDatabaseUrl from None  # the text of it repeats the URL
