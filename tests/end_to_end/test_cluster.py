"""The whole chain on a real API server: kubectl apply, two operators, PostgreSQL, two gateways, a stored webhook."""

import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.ports import free_port
from tests.end_to_end.callers import Caller
from tests.end_to_end.payloads import PAYLOADS, value
from tests.processes import Process
from tests.waiting import eventually

ROLES = Path(__file__).parents[2] / "charts/tidegate/files/operator-roles.yaml"
MANIFESTS = """
apiVersion: tidegate.dev/v1alpha1
kind: Company
metadata: {name: company}
spec: {slug: SLUG, displayName: Acme s.r.o.}
---
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: hooks}
spec:
  group: github
  methods: {post: {}, get: {}}
"""


class Chain:
    """Two operators and two gateways in processes of their own, watching one namespace."""

    def __init__(self, namespace: str, kubectl: Kubectl, database_url: str, kubeconfig: Path, folder: Path) -> None:
        self.namespace, self.kubectl = namespace, kubectl
        common = {"TIDEGATE_DATABASE_URL": database_url, "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}
        operator = common | {
            "KUBECONFIG": str(kubeconfig),
            "TIDEGATE_WATCH_NAMESPACES": namespace,
            "TIDEGATE_LEASE_NAMESPACE": namespace,
        }
        self.ports = [free_port(), free_port()]
        self.operators = [Process("operator", env=operator, log=folder / f"operator-{n}.log") for n in (1, 2)]
        self.gateways = [
            Process(
                "gateway", env=common | {"TIDEGATE_LISTEN": f"127.0.0.1:{port}"}, log=folder / f"gateway-{port}.log"
            )
            for port in self.ports
        ]

    def apply(self, manifests: str) -> None:
        self.kubectl("apply", "-n", self.namespace, "-f", "-", stdin=manifests)

    def wait_ready(self) -> None:
        self.kubectl(
            "wait", "-n", self.namespace, "--for=condition=Ready", "--timeout=90s", "endpoints.tidegate.dev/hooks"
        )

    def tokens(self) -> dict[str, str]:
        found = self.kubectl("get", "secret", "-n", self.namespace, "hooks-tokens", "-o", "json")
        return {name: base64.b64decode(text).decode() for name, text in json.loads(found.stdout)["data"].items()}

    def callers(self, session: aiohttp.ClientSession) -> list[Caller]:
        tokens = self.tokens()
        path = f"/api/endpoint/{self.namespace}/github/hooks"
        return [Caller(session, f"http://127.0.0.1:{port}{path}", tokens) for port in self.ports]


@pytest.fixture
async def chain(
    namespace: str,
    kubectl: Kubectl,
    crds: Cluster,
    database_url: str,
    account: Callable[[Path], Path],
    tmp_path: Path,
) -> AsyncIterator[Chain]:
    chain = Chain(namespace, kubectl, database_url, account(ROLES), tmp_path)
    async with AsyncExitStack() as stack:
        for process in (*chain.operators, *chain.gateways):
            await stack.enter_async_context(process)
        yield chain


async def test_from_kubectl_apply_to_stored_webhooks_and_back(chain: Chain) -> None:
    chain.apply(MANIFESTS.replace("SLUG", chain.namespace))
    chain.wait_ready()
    async with aiohttp.ClientSession() as session:
        first, second = chain.callers(session)
        stored = {}
        for name, payload in PAYLOADS.items():
            for caller in (first, second):
                id_, location = await caller.post(payload)
                assert location == f"/api/endpoint/{chain.namespace}/github/hooks/{id_}"
                stored[id_] = name
        for id_, name in stored.items():
            assert await first.read(id_) == await second.read(id_) == value(PAYLOADS[name])
        listed = [item async for item in second.items()]
        assert {item["ID"]: item["Input"] for item in listed} == {
            id_: value(PAYLOADS[name]) for id_, name in stored.items()
        }
        assert {(item["Method"], item["Token"], item["Status"]) for item in listed} == {("POST", "primary", None)}
        await _goes(chain, first, second)


async def _goes(chain: Chain, *callers: Caller) -> None:
    """The Endpoint is deleted: both gateways stop serving it, and its Secret goes with it."""
    chain.kubectl("delete", "-n", chain.namespace, "endpoints.tidegate.dev/hooks")
    for caller in callers:
        await eventually(lambda caller=caller: _is_gone(caller))  # type: ignore[misc]
    await eventually(
        lambda: chain.kubectl("get", "secret", "-n", chain.namespace, "hooks-tokens", check=False).returncode == 1,
        within=90,  # the collector looks for new kinds every 30 s
    )


async def _is_gone(caller: Caller) -> bool:
    return await caller.status() == 404


async def test_the_log_has_no_token_and_no_body(chain: Chain) -> None:
    chain.apply(MANIFESTS.replace("SLUG", chain.namespace))
    chain.wait_ready()
    async with aiohttp.ClientSession() as session:
        caller = chain.callers(session)[0]
        await caller.post(b'{"card": "4111-1111"}')
        url = f"{caller.url}?access_token={caller.tokens['GET']}"
        async with session.get(url) as answer:
            assert answer.status == 200
    output = "".join(process.output for process in (*chain.operators, *chain.gateways))
    assert '"status":201' in output
    assert "4111" not in output
    assert not [token for token in caller.tokens.values() if token in output]
