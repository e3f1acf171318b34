"""Connections to PostgreSQL. `jsonb` passes through as the bytes it came in: nothing here parses or makes JSON.

Behind PgBouncer in transaction mode a session is anyone's: no prepared statements, no settings of the session.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tidegate_gateway.data.errors import BadDatabaseUrl, Unavailable
from tidegate_gateway.data.faults import FOREIGN, postgres_errors

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 5.0
DISCARD_SECONDS = 1.0
STATEMENT_SECONDS = 300.0  # nothing takes longer
JSONB_VERSION = b"\x01"
# Plans for the values at hand touch the partitions they need, and none was made while a table was empty. But what only
# inserts has the same plan always, and to make that takes half as long as all the rest.
OF_VALUES, ONCE = "force_custom_plan", "force_generic_plan"
SESSION = {
    "application_name": "tidegate",
    # The end of what a client that was cut off had begun.
    "statement_timeout": f"{STATEMENT_SECONDS:g}s",
    # A session that forgets its transaction would hold back every reader's horizon.
    "idle_in_transaction_session_timeout": "10s",
    "jit": "off",
}


def connect(url: str, *, pgbouncer: bool = False, size: int = 10, plans: str = OF_VALUES) -> asyncpg.Pool:
    """A pool of up to `size` connections, to be awaited or entered; it connects when one is needed, not before.

    A writer keeps one of them for each of its lanes. `plans` are OF_VALUES or ONCE.
    """
    settings = SESSION | {"plan_cache_mode": plans}
    per_session: dict[str, Any] = {"statement_cache_size": 0} if pgbouncer else {"server_settings": settings}
    return asyncpg.create_pool(
        url,
        min_size=0,
        max_size=size,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        connect=_open,
        init=pass_jsonb_through,
        reset=_leave_as_it_is,
        **per_session,
    )


@asynccontextmanager
async def acquire(pool: asyncpg.Pool, seconds: float = CONNECT_SECONDS) -> AsyncIterator[Connection]:
    """A connection of the pool; inside it, errors are those of `data.errors`. Unavailable: none within `seconds`."""
    with postgres_errors():
        async with pool.acquire(timeout=seconds) as connection:
            try:
                with postgres_errors():
                    yield connection
            except (Unavailable, asyncio.CancelledError):
                # The pool would wait for an answer that may never come, and then raise that instead.
                await discard(connection)
                raise


async def discard(connection: Connection) -> None:
    """Closes a connection that failed. What it still does over there is cancelled, but nobody waits long for that."""
    with suppress(*FOREIGN):
        await connection.close(timeout=DISCARD_SECONDS)


async def pass_jsonb_through(connection: Connection) -> None:
    """Lets `jsonb` parameters and columns of this connection be the bytes of JSON texts."""
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=JSONB_VERSION.__add__,
        decoder=lambda value: bytes(value[1:]),
    )


async def _open(dsn: str | None = None, **options: Any) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(dsn, **options)
    except ValueError:
        raise BadDatabaseUrl from None  # the text of it repeats the URL, with a piece of the password for a port


async def _leave_as_it_is(_: Connection) -> None:
    """Nothing here leaves state in a session, so a connection needs no round trip to be clean."""
