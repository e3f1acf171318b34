"""One direct connection that LISTENs. A notification is only a hint: whoever is woken looks at the database."""

import asyncio
import random
from collections.abc import Callable

import asyncpg
import structlog

from tidegate_gateway.data.errors import DataError
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.pool import CONNECT_SECONDS
from tidegate_gateway.data.sql import load

FIRST_DELAY_SECONDS, DELAY_CAP_SECONDS = 0.05, 1.0
PROBE_SECONDS = 30.0  # a connection whose other end vanished without a word is noticed by this
ANSWER_SECONDS = 3.0
QUERIES = load(__package__, "queries.sql")

log = structlog.get_logger("tidegate.listen")


class Listener:
    """Connects again, with back-off, for as long as it runs. `url` must not lead through a transaction pooler."""

    def __init__(self, url: str, channel: str, on_notify: Callable[[], None]) -> None:
        self._url, self._channel, self._on_notify = url, channel, on_notify
        self.connections = 0  # how many there have been: between two of them anything may have happened
        self.connected = asyncio.Event()

    async def run(self) -> None:
        """Listen until cancelled; each new connection counts as a notification."""
        delay = FIRST_DELAY_SECONDS
        while True:
            before = self.connections
            try:
                await self._listen()
            except DataError as error:
                log.warning("listening failed", channel=self._channel, error=str(error))
            self.connected.clear()
            delay = FIRST_DELAY_SECONDS if self.connections > before else min(delay * 2, DELAY_CAP_SECONDS)
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311 - pods must not come back in step

    async def _listen(self) -> None:
        with postgres_errors():
            connection = await asyncpg.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                command_timeout=CONNECT_SECONDS,
                server_settings={"application_name": "tidegate listener"},
            )
            try:
                await self._serve(connection)
            finally:
                connection.terminate()

    async def _serve(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(self._channel, lambda *_: self._on_notify())
        self.connections += 1
        self.connected.set()
        self._on_notify()
        while not lost.is_set():
            try:
                async with asyncio.timeout(PROBE_SECONDS):
                    await lost.wait()
            except TimeoutError:
                await connection.execute(QUERIES.probe, timeout=ANSWER_SECONDS)
