"""Keeps the definitions of indexes in step with what is published, and knows how far each index is.

It works beside the loop: that an index is not set up yet keeps no change of a resource waiting.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import structlog

from tidegate_gateway.config.publish import Outcome
from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.indexes.definitions import IndexState, index_states, sync_definitions

LOOK_SECONDS, BUSY_SECONDS, RETRY_SECONDS = 60.0, 2.0, 5.0
REST = 4  # times as long as a look took: among 10,000 Endpoints with indexes it takes a third of a second
States = Mapping[int, IndexState]
log = structlog.get_logger("tidegate.indexes")


class Indexes:
    """`states` has every index by its id, None before they were looked at. `on_change` hears of the uids of Endpoints
    whose indexes have changed."""

    def __init__(self, pool: asyncpg.Pool, leads: Callable[[], bool], on_change: Callable[[set[str]], None]) -> None:
        self.states: States | None = None
        self._pool, self._leads, self._on_change = pool, leads, on_change
        self._touched = asyncio.Event()
        self._busy: set[UUID] = set()
        self._all_at = 0.0

    def passed(self, outcome: Outcome) -> None:
        """The leader has made a pass."""
        if outcome.changed or outcome.withdrawn or self.states is None:
            self._touched.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            began = time.monotonic()
            seconds = await self._attempt()
            await asyncio.sleep(REST * (time.monotonic() - began))
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._touched.wait()

    async def _attempt(self) -> float:
        """The seconds until the next look."""
        if not self._leads():
            self._touched.clear()
            return LOOK_SECONDS
        try:
            if self._touched.is_set() or time.monotonic() >= self._all_at:
                await self._look_at_all()
            else:
                self._take(await index_states(self._pool, datetime.now(UTC), self._busy), self.states or {})
        except DataError as error:
            log.warning("indexes not looked after", problem=str(error))
            self._all_at = 0.0
            return RETRY_SECONDS
        return BUSY_SECONDS if self._busy else max(0.0, self._all_at - time.monotonic())

    async def _look_at_all(self) -> None:
        self._touched.clear()
        self._all_at = 0.0
        await sync_definitions(self._pool)
        self._take(await index_states(self._pool, datetime.now(UTC)), {})
        self._all_at = time.monotonic() + LOOK_SECONDS

    def _take(self, found: Mapping[UUID, list[IndexState]], others: States) -> None:
        """Keep what was found, beside what is known of the `others`, and tell of what is not as it was."""
        before, fresh = self.states or {}, {state.definition: state for own in found.values() for state in own}
        self.states = {**others, **fresh}
        self._busy = {uid for uid, own in found.items() if any(state.progress is not None for state in own)}
        changed = {str(uid) for uid, own in found.items() if any(before.get(one.definition) != one for one in own)}
        if changed:
            self._on_change(changed)
