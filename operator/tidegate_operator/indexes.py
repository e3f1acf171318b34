"""Keeps the definitions of indexes in step with what is published, and knows how far each index is.

It works beside the loop: that an index is not set up yet keeps no change of a resource waiting.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime

import asyncpg
import structlog

from tidegate_gateway.config.publish import Outcome
from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.indexes.definitions import IndexState, index_states, sync_definitions

LOOK_SECONDS, BUSY_SECONDS, RETRY_SECONDS = 60.0, 2.0, 5.0
States = Mapping[int, IndexState]
log = structlog.get_logger("tidegate.indexes")


class Indexes:
    """`states` has every index by its id, None before they were looked at. `on_change` hears of the uids of Endpoints
    whose indexes have changed."""

    def __init__(self, pool: asyncpg.Pool, leads: Callable[[], bool], on_change: Callable[[set[str]], None]) -> None:
        self.states: States | None = None
        self._pool, self._leads, self._on_change = pool, leads, on_change
        self._touched = asyncio.Event()

    def passed(self, outcome: Outcome) -> None:
        """The leader has made a pass."""
        if outcome.changed or outcome.withdrawn or self.states is None:
            self._touched.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            seconds = await self._attempt()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._touched.wait()
            self._touched.clear()

    async def _attempt(self) -> float:
        """The seconds until the next look."""
        if not self._leads():
            return LOOK_SECONDS
        try:
            return await self._look()
        except DataError as error:
            log.warning("indexes not looked after", problem=str(error))
            return RETRY_SECONDS

    async def _look(self) -> float:
        await sync_definitions(self._pool)
        found = await index_states(self._pool, datetime.now(UTC))
        states = {state.definition: state for own in found.values() for state in own}
        endpoints = {state.definition: str(uid) for uid, own in found.items() for state in own}
        before, self.states = self.states or {}, states
        changed = {endpoints[id_] for id_, state in states.items() if before.get(id_) != state}
        if changed:
            self._on_change(changed)
        busy = any(state.progress is not None for state in states.values())
        return BUSY_SECONDS if busy else LOOK_SECONDS
