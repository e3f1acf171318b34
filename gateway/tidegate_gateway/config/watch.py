"""What a gateway serves, kept in step with the database: load, compile, swap as a whole, acknowledge.

It must never serve half a revision, end because of one row or one lost connection, or acknowledge before it has loaded
everything once.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress

import asyncpg
import structlog

from tidegate_gateway.config.assembly import Assembly
from tidegate_gateway.config.follow import Follower
from tidegate_gateway.config.gateways import Failure, acknowledge, beat, leave, purge
from tidegate_gateway.config.reading import Load, read_all, read_newer
from tidegate_gateway.config.snapshot import EMPTY, Compiler, Ref, Snapshot
from tidegate_gateway.data.errors import DataError

CHANNEL = "tidegate_config"
POLL_SECONDS, HEARTBEAT_SECONDS, HEARTBEAT_RETRY_SECONDS = 5.0, 5.0, 1.0

log = structlog.get_logger("tidegate.config")


class ConfigWatch:
    """`snapshot` is what is served; it is replaced, never changed. `url` leads to PostgreSQL itself, `pool` may not."""

    def __init__(
        self,
        url: str,
        pool: asyncpg.Pool,
        compilers: Mapping[str, Compiler],
        pod: str,
        on_swap: Callable[[Snapshot], None] = lambda _: None,
        *,
        version: str = "",
        poll_seconds: float = POLL_SECONDS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
    ) -> None:
        self.snapshot: Snapshot = EMPTY
        self.failures: Mapping[Ref, Failure] = {}
        self.loaded = False
        self._pool, self._compilers, self._on_swap = pool, compilers, on_swap
        self._pod, self._version, self._heartbeat_seconds = pod, version, heartbeat_seconds
        self._follower = Follower(url, CHANNEL, self._catch_up, poll_seconds)
        self._connections = 0
        self._said: tuple[int, Mapping[Ref, Failure]] | None = None
        self._heart: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to load; `loaded` tells when everything is there."""
        self._follower.start()
        self._heart = asyncio.create_task(self._beat())

    async def stop(self) -> None:
        """End, and take this gateway off the list. What was served last stays in `snapshot`."""
        await self._follower.stop()
        if self._heart:
            self._heart.cancel()
            await asyncio.gather(self._heart, return_exceptions=True)
        if self._said:
            with suppress(DataError):
                await leave(self._pool, self._pod)

    async def _catch_up(self) -> None:
        connections = self._follower.connections
        load = await self._read(connections)
        if load.whole or load.revision != self.snapshot.revision:
            await self._swap(load)
        self._connections = connections
        await self._acknowledge()

    async def _read(self, connections: int) -> Load:
        """Only what is newer, unless the database may be another one: restored from a backup, or failed over."""
        if self.loaded and connections == self._connections:
            load = await read_newer(self._pool, self.snapshot.revision)
            if load.revision >= self.snapshot.revision:
                return load
        return await read_all(self._pool)

    async def _swap(self, load: Load) -> None:
        assembly = Assembly(self._compilers, self.snapshot, self.failures)
        snapshot = await assembly.apply(load)
        for ref, failure in assembly.failures.items():
            if self.failures.get(ref) != failure:
                log.warning("not compiled", kind=failure.kind, namespace=failure.namespace, name=failure.name)
        self.failures = assembly.failures
        self.snapshot = snapshot
        self.loaded = True
        self._on_swap(snapshot)

    async def _acknowledge(self) -> None:
        said = self.snapshot.revision, self.failures
        if said == self._said:
            return
        await acknowledge(self._pool, self._pod, self._version, self.snapshot.revision, self.failures.values())
        if self._said is None:
            await purge(self._pool)
        self._said = said

    async def _beat(self) -> None:
        while True:
            beaten = await self._beat_once()
            await asyncio.sleep(self._heartbeat_seconds if beaten else HEARTBEAT_RETRY_SECONDS)

    async def _beat_once(self) -> bool:
        """Whether nothing is to be made up for; a row that is gone or stale is written anew by the follower."""
        if self._said is None:
            return True
        try:
            known = await beat(self._pool, self._pod, self._said[0])
        except DataError:
            return False
        if not known:
            self._said = None
            self._follower.wake()
        return True
