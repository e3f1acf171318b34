"""An operator's parts inside the test, where their times can be chosen: store, loop, lists, statuses, Kopf's watch.

It leads from the start, without a Lease: what is tested here is what reaches the store and what comes of it.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from kubernetes.aio import client, config

from tests.waiting import eventually
from tidegate_gateway.config.publish import Publisher
from tidegate_operator.api_server import ApiServer
from tidegate_operator.cluster import Cluster
from tidegate_operator.loop import Control, Pass
from tidegate_operator.relist import Relister
from tidegate_operator.rows import Rows
from tidegate_operator.status_writer import CONCURRENCY, StatusWriter
from tidegate_operator.store import Store
from tidegate_operator.watch import Watch

NEVER = 3600.0


@asynccontextmanager
async def api_server(kubeconfig: Path) -> AsyncIterator[ApiServer]:
    """The operator's client with the rights of a kubeconfig."""
    configuration = client.Configuration()
    await config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    api = ApiServer(client.ApiClient(configuration))
    try:
        yield api
    finally:
        await api.close()


class Inside:
    """The parts, not running yet. `every`: seconds between lists that nobody asked for."""

    def __init__(self, api: ApiServer, pool: asyncpg.Pool, namespaces: Sequence[str], every: float = NEVER) -> None:
        self.passes: list[Pass] = []
        self.store = Store()
        self.control = Control(self.store, Cluster(api, pool), Publisher(pool), Rows(None), self._passed)
        self.relister = Relister(api, self.store, self.control, namespaces, every=every)
        self.statuses = StatusWriter(self.store, api.apply_status, self.control.observe, lambda *_: None)
        self.watch = Watch(self.control, self.relister, self.statuses)
        self._namespaces = namespaces

    @asynccontextmanager
    async def running(self, *, watching: bool) -> AsyncIterator["Inside"]:
        """Run, with Kopf's watch or with the lists alone, once the first pass is through."""
        self.control.lead()
        parts = [self.relister.run(), self.control.run(), *(self.statuses.work() for _ in range(CONCURRENCY))]
        tasks = [asyncio.create_task(part) for part in parts]
        try:
            await eventually(lambda: self.passes, within=20)
            if watching:
                tasks.append(asyncio.create_task(self.watch.run(self._namespaces)))
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _passed(self, done: Pass) -> None:
        self.passes.append(done)
        self.statuses.passed(done)
