"""A real API server, a PostgreSQL, operator and gateways in processes of their own: what changes are measured on."""

import logging
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from tests.controlplane.accounts import make_account
from tests.controlplane.binaries import find_binaries
from tests.controlplane.crds import apply_crds
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.launcher import ControlPlane
from tests.controlplane.ports import free_port
from tests.operator.api import Object, connected
from tests.operator.running import ROLES, Operator, Site, site
from tests.processes import Process
from tests.waiting import eventually
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import acquire, connect
from tidegate_operator.local.postgres.server import EmbeddedPostgres

NAMESPACE = "bench"
GATEWAYS = 2
SERVED_SECONDS = 60.0


@dataclass
class Cluster:
    """The site, the addresses of its gateways, and a session to call them with."""

    site: Site
    urls: Sequence[str]
    session: aiohttp.ClientSession

    @asynccontextmanager
    async def operator(self) -> AsyncIterator[Operator]:
        """An operator, as soon as its process has begun."""
        async with self.site.operator() as operator:
            yield operator

    async def applied(self, manifest: Object) -> tuple[float, float]:
        """Apply an Endpoint: the seconds from sending, and from the API server's answer, until every gateway has it."""
        sent = time.perf_counter()
        await self.site.apply(manifest)
        answered = time.perf_counter()
        for url in self.urls:
            await self._until_served(f"{url}/api/endpoint/{NAMESPACE}/tests/{manifest['spec']['slug']}")
        now = time.perf_counter()
        return now - sent, now - answered

    async def _until_served(self, url: str) -> None:
        deadline = time.perf_counter() + SERVED_SECONDS
        while time.perf_counter() < deadline:
            async with self.session.options(url) as answer:
                if answer.status == 204:
                    return
        raise SystemExit(f"{url} was not served within {SERVED_SECONDS:.0f} s")


@asynccontextmanager
async def cluster() -> AsyncIterator[Cluster]:
    """Everything but the operator runs."""
    async with AsyncExitStack() as stay:
        folder = Path(stay.enter_context(TemporaryDirectory(prefix="tidegate-bench-")))
        folder.chmod(0o711)
        plane = stay.enter_context(ControlPlane(find_binaries(os.environ, logging.info), folder / "control-plane"))
        apply_crds(plane.kubeconfig)
        kubectl = Kubectl(plane.kubeconfig)
        kubectl("create", "namespace", NAMESPACE)
        account = make_account(kubectl, NAMESPACE, ROLES, folder)
        postgres = EmbeddedPostgres(folder / "postgres")
        database_url = await postgres.start()
        stay.push_async_callback(postgres.stop)
        async with connect(database_url) as pool, acquire(pool) as connection:
            await migrate(connection)
        api = await stay.enter_async_context(connected(plane.kubeconfig))
        place = await stay.enter_async_context(site(NAMESPACE, api, database_url, account, NAMESPACE, folder))
        ports = [free_port() for _ in range(GATEWAYS)]
        for port in ports:
            await stay.enter_async_context(_gateway(database_url, port, folder))
        session = await stay.enter_async_context(aiohttp.ClientSession())
        urls = [f"http://127.0.0.1:{port}" for port in ports]
        await eventually(lambda: place.pool.fetchval("SELECT count(*) = $1 FROM gateway", GATEWAYS), within=30)
        yield Cluster(place, urls, session)


@asynccontextmanager
async def _gateway(database_url: str, port: int, folder: Path) -> AsyncIterator[Process]:
    env = {
        "TIDEGATE_DATABASE_URL": database_url,
        "TIDEGATE_LISTEN": f"127.0.0.1:{port}",
        "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0",
    }
    async with Process("gateway", env=env, log=folder / f"gateway-{port}.log") as gateway:
        yield gateway
