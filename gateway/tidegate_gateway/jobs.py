"""Work in the background that goes on for ever: what fails is logged and begun again, whatever the reason was."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from tidegate_gateway.data.errors import Unavailable

RETRY_SECONDS = 5.0
log = structlog.get_logger("tidegate.jobs")


class Jobs:
    """Functions that never return by themselves, by name."""

    def __init__(self, jobs: dict[str, Callable[[], Awaitable[None]]], retry_seconds: float = RETRY_SECONDS) -> None:
        self._jobs, self._retry_seconds = jobs, retry_seconds
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._keep(name, run), name=name) for name, run in self._jobs.items()]

    async def stop(self) -> None:
        """Ends all of them."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await run()
            except Unavailable as error:
                log.warning("job waits for the database", job=name, problem=str(error))
            except Exception:
                log.exception("job failed", job=name)
            await asyncio.sleep(self._retry_seconds)
