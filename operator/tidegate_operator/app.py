"""The composition root of `tidegate operator`: wires the parts and ends the process when one of them ends.

A restart is the one way back from what was not foreseen: a lost Lease, a CRD that is gone, a part that broke.
"""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from kubernetes.aio import client

from tidegate_gateway.config.errors import ConfigError
from tidegate_gateway.config.gateway_watch import GatewayWatch
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.data.errors import DataError, SchemaTooOld, Unavailable
from tidegate_gateway.data.migrate import check_version
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.process import tune_gc
from tidegate_gateway.secrets import Sealer, parse_keys
from tidegate_gateway.serving import Serving
from tidegate_gateway.settings import Settings
from tidegate_operator.api_server import ApiServer
from tidegate_operator.cluster import Cluster
from tidegate_operator.errors import OperatorError
from tidegate_operator.events import Events
from tidegate_operator.health import Health, health_app
from tidegate_operator.indexes import Indexes
from tidegate_operator.leader import Lease
from tidegate_operator.loop import Control, Pass
from tidegate_operator.relist import Relister
from tidegate_operator.rows import Rows
from tidegate_operator.status_writer import CONCURRENCY, StatusWriter
from tidegate_operator.store import Store
from tidegate_operator.watch import Watch

NAMESPACE_FILE = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
SIGNALS = (signal.SIGTERM, signal.SIGINT)
DATABASE_RETRY_SECONDS = 1.0
# The API server takes objects that are nested 10,000 deep, and one that cannot be read would stop all the others.
RECURSION_LIMIT = 50_000

log = structlog.get_logger("tidegate.operator")


async def run_operator(settings: Settings) -> int:
    """Run until a signal comes (0) or a part ends (1). Raises BadKeys, AddressError and the like, to be printed."""
    tune_gc()
    sys.setrecursionlimit(RECURSION_LIMIT)
    keys = settings.encryption_keys
    sealer = Sealer(parse_keys(keys.get_secret_value())) if keys else None
    api = await ApiServer.connect()
    try:
        async with connect(settings.database_url.get_secret_value(), pgbouncer=settings.pgbouncer) as pool:
            return await Operator(settings, api, pool, sealer).run()
    finally:
        await api.close()


class Operator:
    """One replica: it watches and translates; while it leads, it publishes and writes statuses."""

    def __init__(self, settings: Settings, api: ApiServer, pool: asyncpg.Pool, sealer: Sealer | None) -> None:
        self._settings, self._pool = settings, pool
        self._store = Store()
        self._control = Control(self._store, Cluster(api, pool), Publisher(pool, sealer), Rows(sealer), self._passed)
        self._events = Events(api, settings.pod_name)
        self._indexes = Indexes(pool, lambda: self._control.leads, lambda uids: self._statuses.indexes_changed(uids))
        self._statuses = StatusWriter(
            self._store,
            api.apply_status,
            self._control.observe,
            self._events.note,
            settings.public_url or "",
            lambda: self._indexes.states,
        )
        self._relister = Relister(api, self._store, self._control, settings.namespaces)
        self._control.on_held = lambda seconds: _later(seconds, self._relister.touch)
        self._watch = Watch(self._control, self._relister, self._statuses)
        self._gateways = GatewayWatch(settings.listen_url, pool, self._statuses.gateways_changed)
        leases = client.CoordinationV1Api(api.client)
        self._lease = Lease(leases, _own_namespace(settings), settings.lease_name, settings.pod_name)
        self._health = Health(self._control, pool)

    async def run(self) -> int:
        """Run until a part ends; 0 if that was because of a signal."""
        with _signals() as signalled:
            async with Serving(health_app(self._health, self._store), self._settings.admin_listen) as admin:
                log.info("starting", pod=self._settings.pod_name, admin=admin.address, lease=self._settings.lease_name)
                # All older than Kopf: at its end Kopf waits for, and then cancels, every task younger than itself.
                tasks = [asyncio.create_task(work, name=name) for name, work in self._parts(signalled).items()]
                try:
                    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    await self._end(tasks)
        return _report(done)

    def _parts(self, signalled: asyncio.Event) -> dict[str, Coroutine[Any, Any, object]]:
        parts: dict[str, Coroutine[Any, Any, object]] = {
            "signal": signalled.wait(),
            "lists": self._list(),
            "loop": self._control.run(),
            "indexes": self._indexes.run(),
            "lease": self._lead(),
            "events": self._events.work(),
            "watch": self._watch.run(self._settings.namespaces),
        }
        return parts | {f"status-{n}": self._statuses.work() for n in range(CONCURRENCY)}

    async def _list(self) -> None:
        """Everything else waits for the first complete list."""
        await self._database()
        self._gateways.start()
        await self._relister.run()

    async def _lead(self) -> None:
        """Candidate, leader, and never candidate again: losing the Lease raises, and ends the process."""
        await self._control.complete.wait()
        await self._lease.acquire()
        self._control.lead()
        await self._lease.keep()

    async def _end(self, tasks: list[asyncio.Task[object]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._gateways.stop()
        await self._lease.release()

    async def _database(self) -> None:
        """Wait for a database of this version's schema; a newer one ends the process."""
        while True:
            try:
                async with acquire(self._pool) as connection:
                    await check_version(connection)
                return
            except (Unavailable, SchemaTooOld) as error:
                log.warning("waiting for the database", problem=str(error))
                self._control.heard()
                await asyncio.sleep(DATABASE_RETRY_SECONDS)

    def _passed(self, done: Pass) -> None:
        if done.outcome is not None:
            self._statuses.passed(done)
            self._indexes.passed(done.outcome)


@contextmanager
def _signals() -> Iterator[asyncio.Event]:
    """Set by SIGTERM and SIGINT, until Kopf runs: it puts itself in our place, and ends in order."""
    loop, signalled = asyncio.get_running_loop(), asyncio.Event()
    for number in SIGNALS:
        loop.add_signal_handler(number, signalled.set)
    yield signalled
    for number in SIGNALS:
        loop.remove_signal_handler(number)


def _report(done: set[asyncio.Task[object]]) -> int:
    for task in done:
        error = task.exception()
        if isinstance(error, OperatorError | DataError | ConfigError):
            log.error("ending", part=task.get_name(), problem=str(error))
        elif error is not None:
            log.error("ending", part=task.get_name(), exc_info=error)
        elif task.get_name() in ("signal", "watch"):
            log.info("ending")
            return 0
    return 1


def _later(seconds: float, call: Any) -> None:
    asyncio.get_running_loop().call_later(seconds, call)


def _own_namespace(settings: Settings) -> str:
    """Where the Lease is: the setting's, the pod's own, else `default`."""
    if settings.lease_namespace:
        return settings.lease_namespace
    return NAMESPACE_FILE.read_text().strip() if NAMESPACE_FILE.exists() else "default"
