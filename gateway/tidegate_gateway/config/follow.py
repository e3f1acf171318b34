"""Keeping up with the database: look at the start, at each notification, and every few seconds whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from tidegate_gateway.config.listen import Listener
from tidegate_gateway.data.errors import DataError

FIRST_CONNECT_SECONDS = 1.0

log = structlog.get_logger("tidegate.follow")


class Follower:
    """Calls `look` again and again, one call at a time; notifications during a call make one more call."""

    def __init__(self, url: str, channel: str, look: Callable[[], Awaitable[None]], poll_seconds: float) -> None:
        self._look, self._poll_seconds = look, poll_seconds
        self._woken = asyncio.Event()
        self._listener = Listener(url, channel, self.wake)
        self._channel = channel
        self._failing = False
        self._tasks: tuple[asyncio.Task[None], ...] = ()

    @property
    def connections(self) -> int:
        """How many connections have listened so far: another number means that anything may have happened."""
        return self._listener.connections

    def wake(self) -> None:
        """Look soon."""
        self._woken.set()

    def start(self) -> None:
        """Begin; returns at once."""
        self._tasks = (asyncio.create_task(self._listener.run()), asyncio.create_task(self._run()))

    async def stop(self) -> None:
        """End; no call is running afterwards."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _run(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_CONNECT_SECONDS):
                await self._listener.connected.wait()
        while True:
            self._woken.clear()
            await self._attempt()
            with suppress(TimeoutError):
                async with asyncio.timeout(self._poll_seconds):
                    await self._woken.wait()

    async def _attempt(self) -> None:
        try:
            await self._look()
        except DataError as error:
            if not self._failing:
                log.warning("cannot keep up", channel=self._channel, error=str(error))
            self._failing = True
        except Exception:
            log.exception("keeping up failed", channel=self._channel)
            self._failing = True
        else:
            self._failing = False
