"""Operators in tests: real processes under exactly the rights of the chart, each site a namespace and a database."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from tests.controlplane.ports import free_port
from tests.operator.api import Api, Object
from tests.processes import Process
from tests.waiting import eventually
from tidegate_gateway.data.pool import connect
from tidegate_gateway.secrets import generate_key

ROLES = Path(__file__).parents[2] / "charts/tidegate/files/operator-roles.yaml"
START_SECONDS = 30.0


class Operator(Process):
    """`tidegate operator`, and what it says of itself on its admin address."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.pod = env["TIDEGATE_POD_NAME"]
        self._admin = f"127.0.0.1:{free_port()}"
        super().__init__("operator", env={**env, "TIDEGATE_ADMIN_LISTEN": self._admin}, log=log)

    async def probe(self, path: str) -> tuple[int, str]:
        """Status and body of `/healthz`, `/readyz` or `/metrics`."""
        async with aiohttp.ClientSession() as session, session.get(f"http://{self._admin}{path}") as answer:
            return answer.status, await answer.text()

    async def is_ready(self) -> bool:
        """What a readiness probe would find; False too while nobody listens."""
        try:
            return (await self.probe("/readyz"))[0] == 200
        except aiohttp.ClientError:
            return False

    async def metric(self, name: str) -> float:
        """The sum of all samples of a metric."""
        _, text = await self.probe("/metrics")
        lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith(name)]
        return sum(float(value) for series, _, value in lines if series.partition("{")[0] == name)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The JSON lines of its log about an event."""
        lines = (json.loads(line) for line in self.output.splitlines() if line.startswith("{"))
        return [line for line in lines if line["event"] == event]


@dataclass
class Site:
    """One namespace, one database, and the operators that watch the one and fill the other."""

    namespace: str
    api: Api
    pool: asyncpg.Pool
    database_url: str
    kubeconfig: Path
    lease_namespace: str
    folder: Path
    keys: str = field(default_factory=generate_key)

    def operator(self, pod: str = "one", **env: str) -> Operator:
        """An operator that has not been started yet."""
        own = {
            "KUBECONFIG": str(self.kubeconfig),
            "TIDEGATE_DATABASE_URL": self.database_url,
            "TIDEGATE_ENCRYPTION_KEYS": self.keys,
            "TIDEGATE_WATCH_NAMESPACES": self.namespace,
            "TIDEGATE_LEASE_NAMESPACE": self.lease_namespace,
            "TIDEGATE_LEASE_NAME": self.namespace,
            "TIDEGATE_POD_NAME": pod,
            "TIDEGATE_PUBLIC_URL": "https://gw.example.com",
        }
        return Operator(own | env, self.folder / f"operator-{pod}.log")

    async def apply(self, manifests: str | Object) -> list[Object]:
        """Apply manifests as a person does."""
        return await self.api.apply(self.namespace, manifests)

    async def get(self, kind: str, name: str) -> Object:
        """One object, which must be there."""
        found = await self.api.get(kind, self.namespace, name)
        assert found is not None, f"{kind} {name} is not there"
        return found

    async def delete(self, kind: str, name: str) -> None:
        """Delete an object."""
        await self.api.delete(kind, self.namespace, name)

    async def conditions(self, kind: str, name: str) -> dict[str, Object]:
        """The conditions of an object's present generation, by type; none while there are only earlier ones."""
        found = await self.get(kind, name)
        generation = found["metadata"]["generation"]
        conditions = found.get("status", {}).get("conditions", ())
        return {c["type"]: c for c in conditions if c.get("observedGeneration") == generation}

    async def until(self, kind: str, name: str, within: float = 15.0, **conditions: str) -> dict[str, Object]:
        """All conditions, once those that are named have the `status/reason` given, or the status alone."""

        async def probe() -> dict[str, Object] | None:
            found = await self.conditions(kind, name)
            for type_, wanted in conditions.items():
                shown = found[type_]
                if wanted not in (shown["status"], f"{shown['status']}/{shown['reason']}"):
                    raise AssertionError(f"{kind} {name}: {found}")
            return found

        return await eventually(probe, within=within)

    async def until_ready(self, kind: str, name: str, within: float = 15.0) -> dict[str, Object]:
        """All conditions, once Ready is True."""
        return await self.until(kind, name, within, Ready="True")

    async def until_withdrawn(self, *names: str, within: float = 15.0) -> None:
        """Wait until these Endpoints are published no more."""

        async def probe() -> bool:
            return not await self.served() & set(names)

        await eventually(probe, within=within)

    async def clear(self) -> None:
        """Delete everything, and wait until nothing of it is served."""
        await self.api.delete_all(self.namespace)

        async def probe() -> bool:
            return not await self.pool.fetchval("SELECT count(*) FROM config WHERE NOT deleted")

        await eventually(probe)

    async def row(self, kind: str, name: str) -> asyncpg.Record | None:
        """The row that is published of a resource."""
        return await self.pool.fetchrow(
            "SELECT uid::text, generation, revision, digest, configuration, sealed FROM config"
            " WHERE kind = $1 AND namespace = $2 AND name = $3 AND NOT deleted",
            *(kind, self.namespace, name),
        )

    async def config(self, kind: str, name: str) -> Any:
        """The configuration that is published of a resource; None if none is."""
        row = await self.row(kind, name)
        return row and json.loads(row["configuration"])

    async def served(self, kind: str = "Endpoint") -> set[str]:
        """The names of what is published of a kind."""
        records = await self.pool.fetch("SELECT name FROM config WHERE kind = $1 AND NOT deleted", kind)
        return {record["name"] for record in records}

    async def revision(self) -> int:
        """The revision that is published now."""
        revision: int = await self.pool.fetchval("SELECT revision FROM config_state")
        return revision

    async def versions(self) -> dict[str, str]:
        """The resourceVersion of every object of ours."""
        kinds = ("Company", "DataSchema", "Endpoint", "Task", "Integration", "Agent", "Secret")
        return {
            f"{kind}/{found['metadata']['name']}": found["metadata"]["resourceVersion"]
            for kind in kinds
            for found in await self.api.list(kind, self.namespace)
        }


@asynccontextmanager
async def site(
    namespace: str, api: Api, database_url: str, kubeconfig: Path, lease_namespace: str, folder: Path
) -> AsyncIterator[Site]:
    """A site with connections to its database."""
    async with connect(database_url, size=5) as pool:
        yield Site(namespace, api, pool, database_url, kubeconfig, lease_namespace, folder)


async def started(operator: Operator) -> Operator:
    """Wait until an operator is ready."""

    async def probe() -> bool:
        if not operator.running:
            pytest.fail(f"The operator has ended:\n{operator.output[-4000:]}")
        return await operator.is_ready()

    await eventually(probe, within=START_SECONDS)
    return operator


async def led(operator: Operator) -> Operator:
    """Wait until an operator leads."""

    async def leads() -> bool:
        return await operator.metric("tidegate_operator_leads") == 1

    await eventually(leads, within=START_SECONDS)
    return operator


def endpoint(name: str, slug: str = "", **spec: Any) -> Object:
    """An Endpoint that anyone may post to."""
    return {
        "apiVersion": "tidegate.dev/v1alpha1",
        "kind": "Endpoint",
        "metadata": {"name": name},
        "spec": {
            "slug": slug or name,
            "group": "tests",
            "security": {"authentication": "None"},
            "methods": {"post": {}},
            **spec,
        },
    }
