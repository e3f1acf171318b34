"""`tidegate reindex`: indexes what an endpoint has stored, and says how far that is."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from tidegate_gateway.data.indexes.definitions import IndexState, index_states, request_reindex
from tidegate_operator.commands.database import Database
from tidegate_operator.commands.endpoints import endpoint_at
from tidegate_operator.commands.errors import CommandError

LOOK_SECONDS = 0.5


async def reindex(database: Database, address: str, *, wait: bool, say: Callable[[str], None]) -> None:
    """Asks for it; with `wait` it returns when all is done, and says meanwhile how far that is. CommandError."""
    async with database.connect(size=1) as pool:
        endpoint = await endpoint_at(pool, address)
        count = await request_reindex(pool, endpoint)
        if not count:
            raise CommandError(f"{address} has no indexes: list them in spec.data.indexes.")
        say(f"{count} {'index' if count == 1 else 'indexes'} of {address}: what is stored is being indexed.")
        if wait:
            await _wait(pool, endpoint, say)


async def _wait(pool: asyncpg.Pool, endpoint: UUID, say: Callable[[str], None]) -> None:
    said = ""
    while True:
        states = (await index_states(pool, datetime.now(UTC), [endpoint])).get(endpoint, [])
        now = ", ".join(map(_line, states))
        if now != said:
            say(now)
            said = now
        if all(state.progress is None for state in states):
            return
        await asyncio.sleep(LOOK_SECONDS)


def _line(state: IndexState) -> str:
    return f"{state.name} {'done' if state.progress is None else f'{state.progress} %'}"
