"""The composition root of a gateway: wires its parts, starts them, and ends them in an order that loses nothing.

The addresses answer from the beginning: a database that is away keeps no process from starting. The gateway says that
it is not ready, and serves as soon as it has loaded its configuration.
"""

import asyncio
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version

import asyncpg
import structlog

from tidegate_gateway.admin import Readiness, admin_app
from tidegate_gateway.api.app import create_api
from tidegate_gateway.api.openapi.documents import Documents
from tidegate_gateway.api.owners import owners_api
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_gateway.data.forget import Forgetter
from tidegate_gateway.data.indexes.reindex import Reindexer
from tidegate_gateway.data.items import Items
from tidegate_gateway.data.pool import OF_VALUES, ONCE, connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.retention import Retention
from tidegate_gateway.data.sources import Sources
from tidegate_gateway.data.vitals import answers
from tidegate_gateway.data.writer import Writer
from tidegate_gateway.front.app import Front
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.room import Room
from tidegate_gateway.jobs import Jobs
from tidegate_gateway.metrics import Metrics
from tidegate_gateway.process import told_to_end, tune_gc
from tidegate_gateway.serving import Serving
from tidegate_gateway.settings import Settings
from tidegate_gateway.upkeep import Upkeep

IN_FLIGHT_SHARE = 0.8  # of the grace: the rest is for what waits to be written
KILOBYTE, MEGABYTE = 1024, 1024 * 1024
# Connections, apart from each other: readers of large data keep no writer, no heartbeat and no readiness waiting.
READERS, CHANGERS, LANES, HOUSE, BACKGROUND = 8, 3, 2, 3, 4
ENDING = (signal.SIGTERM, signal.SIGINT)

log = structlog.get_logger("tidegate.gateway")


class Gateway:
    """One gateway inside a running event loop. It takes no signals and changes nothing of the process."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._settings = settings
        self._metrics = Metrics()
        self._readers, self._changers, self._house, self._background = (
            _pool(settings, size) for size in (READERS, CHANGERS, HOUSE, BACKGROUND)
        )
        self._writers = _pool(settings, LANES, ONCE)
        self._writer = Writer(
            self._writers, lanes=LANES, observe=self._metrics.committed, unindexable=self._metrics.unindexable
        )
        self._reader = Reader(self._readers)
        self._upkeep = Upkeep(self._house, clock)
        self._sources = Sources(self._background, clock, self._metrics.source_dropped)
        self._forgetter = Forgetter(self._background)
        retention = Retention(self._background, settings.pod_name, self._metrics.expired)
        self._jobs = Jobs(
            {
                "sources": self._sources.run,
                "forgetting": self._forgetter.run,
                "retention": retention.run,
                "indexes": Reindexer(self._background).run,
            }
        )
        compilers = {"Endpoint": compile_endpoint}
        self._watch = ConfigWatch(
            settings.listen_url, self._house, compilers, settings.pod_name, self._swapped, version=version("tidegate")
        )
        self._room = Room(settings.max_bodies_mb * MEGABYTE)
        self._public = Serving(self._front(), settings.listen)
        self._admin = Serving(admin_app(self.readiness, self._metrics.registry), settings.admin_listen)
        self._keeping: asyncio.Task[None] | None = None
        self._running = True
        self._describe()

    @property
    def url(self) -> str:
        """Where the public address is reached from this machine."""
        return _url(self._public.address)

    @property
    def admin_url(self) -> str:
        """Where the admin address is reached from this machine."""
        return _url(self._admin.address)

    async def start(self) -> None:
        """Returns when both addresses are listened on. AddressError: one of them cannot be."""
        for pool in self._pools:
            await pool
        self._writer.start()
        try:
            await self._public.start()
            await self._admin.start()
        except BaseException:
            await self.stop()
            raise
        self._keeping = asyncio.create_task(self._upkeep.run(self._usable), name="upkeep")
        log.info("listening", url=self.url, admin=self.admin_url, pod=self._settings.pod_name)

    async def broken(self) -> None:
        """Waits until this gateway can never serve, and raises why: SchemaTooNew, MigrationChanged, BadDatabaseUrl."""
        if self._keeping:
            await asyncio.shield(self._keeping)

    async def stop(self) -> None:
        """Not ready at once; what is in flight is finished and what was taken is written, within the grace."""
        self._running = False
        grace = self._settings.grace_seconds
        deadline = asyncio.get_running_loop().time() + grace
        await self._public.stop(grace * IN_FLIGHT_SHARE)
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        try:
            async with asyncio.timeout_at(deadline):
                await self._jobs.stop()
                await self._writer.close()
                await self._sources.close()
                await self._forgetter.close()
                await self._watch.stop()
                for pool in self._pools:
                    await pool.close()
        except TimeoutError:
            log.error("the grace is over", queued=self._writer.queued)
        for pool in self._pools:
            pool.terminate()
        await self._admin.stop()

    async def readiness(self) -> Readiness:
        """What it takes to serve, as it is now."""
        database = await answers(self._house)
        return Readiness(self._watch.loaded, database, self._running, self._upkeep.problem)

    @property
    def _pools(self) -> tuple[asyncpg.Pool, ...]:
        return self._writers, self._changers, self._readers, self._house, self._background

    def _served(self) -> Snapshot | None:
        """What is served, if anything can be."""
        return self._watch.snapshot if self._watch.loaded and self._upkeep.problem is None else None

    def _front(self) -> Front:
        items = Items(self._changers, self._metrics.unindexable)
        documents = Documents(self._readers, self._settings.public_url)
        return Front(
            self._served,
            Ports(self._writer, self._reader, items, self._sources.seen, self._forgetter.forget, documents),
            create_api(owners_api(self._served, self._readers, self._settings.trusted_proxies)),
            self._metrics.requests,
            trusted_proxies=self._settings.trusted_proxies,
            max_body_bytes=self._settings.max_body_kb * KILOBYTE,
            room=self._room,
        )

    def _describe(self) -> None:
        gauge, watch = self._metrics.gauge, self._watch
        gauge("tidegate_snapshot_revision", "Revision that is served.", lambda: watch.snapshot.revision)
        gauge("tidegate_endpoints", "Endpoints that are served.", lambda: len(watch.snapshot.endpoints))
        gauge("tidegate_not_compiled", "Objects that did not compile.", lambda: len(watch.failures))
        gauge("tidegate_writer_queued", "Data that wait to be written.", lambda: self._writer.queued)
        gauge("tidegate_bodies_held_bytes", "Bytes of large bodies that are held.", lambda: self._room.held)
        horizon = "Age of the oldest open transaction that lists of data stop at."
        gauge("tidegate_reader_horizon_seconds", horizon, lambda: self._upkeep.horizon_seconds)

    def _usable(self) -> None:
        self._watch.start()
        self._jobs.start()

    def _swapped(self, snapshot: Snapshot) -> None:
        self._metrics.requests.forget_all_but({endpoint.label for endpoint in snapshot.endpoints.values()})


def _pool(settings: Settings, size: int, plans: str = OF_VALUES) -> asyncpg.Pool:
    return connect(settings.database_url.get_secret_value(), pgbouncer=settings.pgbouncer, size=size, plans=plans)


async def run_gateway(settings: Settings) -> int:
    """`tidegate gateway`: serves until SIGTERM or SIGINT and ends in order; a second signal ends at once.

    Raises what is printed as a sentence: AddressError, SchemaTooNew and the like.
    """
    tune_gc()
    told = asyncio.create_task(told_to_end(ENDING))
    gateway = Gateway(settings)
    await gateway.start()
    broken = asyncio.create_task(gateway.broken())
    await asyncio.wait((told, broken), return_when=asyncio.FIRST_COMPLETED)
    log.info("ending")
    await gateway.stop()
    if not told.done():
        await broken
    return 0


def _url(address: str) -> str:
    """An address that takes every interface is reached on the loopback one."""
    host, _, port = address.rpartition(":")
    loopback = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104
    return f"http://{loopback.get(host, host)}:{port}"
