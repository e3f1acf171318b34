"""Faults of the API server itself, on one for these tests alone: lost history, CRDs that go, objects of older CRDs.

The operators here watch all namespaces.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import yaml

from tests.controlplane.accounts import make_account
from tests.controlplane.binaries import Binaries
from tests.controlplane.crds import CRDS, apply_crds
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.launcher import ControlPlane
from tests.gateway.config.running import running
from tests.operator.api import Object, connected
from tests.operator.inside import Inside, api_server
from tests.operator.relay import relayed
from tests.operator.running import ROLES, START_SECONDS, Site, endpoint, site, started
from tests.processes import restarting
from tests.waiting import eventually

LEASES = "operators"


@pytest.fixture(scope="module")
def plane(
    control_plane_binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[ControlPlane, Path]]:
    """A control plane with our CRDs, and the kubeconfig of an operator's account there."""
    folder = tmp_path_factory.mktemp("plane")
    with ControlPlane(control_plane_binaries, folder / "control-plane") as plane:
        apply_crds(plane.kubeconfig)
        kubectl = Kubectl(plane.kubeconfig)
        kubectl("create", "namespace", LEASES)
        yield plane, make_account(kubectl, LEASES, ROLES, folder)


@pytest.fixture
async def apart(plane: tuple[ControlPlane, Path], database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A site on that control plane, with a gateway; all that was applied is deleted at the end."""
    control_plane, account = plane
    namespace = f"test-{secrets.token_hex(4)}"
    Kubectl(control_plane.kubeconfig)("create", "namespace", namespace)
    async with (
        connected(control_plane.kubeconfig) as api,
        site(namespace, api, database_url, account, LEASES, tmp_path) as apart,
        running(database_url, apart.pool),
    ):
        yield apart
        await api.delete_all(namespace)


async def test_what_was_deleted_while_history_was_lost_is_withdrawn(
    plane: tuple[ControlPlane, Path], apart: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await apart.apply(endpoint("goes"))
    await apart.apply(endpoint("stays"))
    with relayed(apart.kubeconfig, tmp_path) as (relay, kubeconfig):
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        async with api_server(kubeconfig) as api, Inside(api, apart.pool, []).running(watching=True) as inside:
            await apart.apply(endpoint("last"))
            await eventually(lambda: _serves(apart, {"goes", "stays", "last"}))  # the watch is on
            relay.cut()
            await apart.delete("Endpoint", "goes")
            plane[0].forget_history()
            listed = inside.control.listed_at
            relay.open()
            await eventually(lambda: _serves(apart, {"stays", "last"}), within=30)
            # No event told of it, a list did: Kopf lists anew, and is silent of what went.
            await eventually(lambda: inside.control.listed_at > listed)


async def test_objects_of_an_older_crd_are_judged_and_harm_nobody(
    plane: tuple[ControlPlane, Path], apart: Site
) -> None:
    _loosen(Kubectl(plane[0].kubeconfig), "endpoints", "tasks")
    await apart.apply(_object("Endpoint", "no-spec"))
    await apart.apply(_object("Endpoint", "odd", spec={"group": "a b", "waitTimeSeconds": -1}))
    await apart.apply(_object("Endpoint", "text", spec="nonsense"))
    await apart.apply(_object("Endpoint", "number", spec={"group": "g", "methods": {"post": 5}}))
    await apart.apply(_object("Task", "empty", spec={"group": "g", "steps": []}))
    await apart.apply(endpoint("good"))
    apply_crds(plane[0].kubeconfig)
    async with apart.operator(TIDEGATE_WATCH_NAMESPACES="") as operator:
        await apart.until_ready("Endpoint", "good", within=START_SECONDS)
        for kind, name in (("Endpoint", "no-spec"), ("Endpoint", "text"), ("Task", "empty"), ("Endpoint", "odd")):
            found = await apart.until(kind, name, Accepted="False", Programmed="False/NotServed")
        for path in ("spec.group: ", "spec.waitTimeSeconds: ", "spec.methods: "):
            assert path in found["Accepted"]["message"]
        told = await eventually(lambda: _events(apart, "number"))  # the API server takes no status for this one
        assert told[0]["reason"] == "InvalidField"
        assert "spec.methods.post: " in told[0]["note"]
        assert await apart.served() == {"good"}
        assert await operator.is_ready()


async def test_a_crd_that_goes_withdraws_nothing_and_its_return_is_served(
    plane: tuple[ControlPlane, Path], apart: Site
) -> None:
    kubectl = Kubectl(plane[0].kubeconfig)
    names = [f"kept-{number}" for number in range(21)]
    await asyncio.gather(*(apart.apply(endpoint(name)) for name in names))
    operator = apart.operator(TIDEGATE_WATCH_NAMESPACES="")
    async with restarting(operator) as kept:
        for name in names:
            await apart.until_ready("Endpoint", name, within=START_SECONDS)
        revision = await apart.revision()
        await asyncio.to_thread(kubectl, "delete", "crd", "endpoints.tidegate.dev", "--wait=true")
        await eventually(lambda: kept.starts >= 3, within=60)
        assert not await operator.is_ready()
        problems = {line["problem"] for line in operator.lines("ending")}
        sentence = "The CRD endpoints.tidegate.dev is not served: apply it again. What gateways serve stays."
        assert problems == {sentence}
        assert await apart.revision() == revision
        await asyncio.to_thread(apply_crds, plane[0].kubeconfig)
        await asyncio.gather(*(apart.apply(endpoint(name)) for name in names))
        for name in names:
            await apart.until_ready("Endpoint", name, within=START_SECONDS)
        await started(operator)
    assert await apart.pool.fetchval("SELECT count(*) FROM config WHERE deleted") == 0


def _loosen(kubectl: Kubectl, *plurals: str) -> None:
    """Let kinds take any spec, as an early version of their CRD might have."""
    for plural in plurals:
        crd = yaml.safe_load((CRDS / f"{plural}.yaml").read_text())
        version = crd["spec"]["versions"][0]
        version.pop("selectableFields", None)
        version["schema"] = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
        kubectl("apply", "--server-side", "--force-conflicts", "--filename=-", stdin=json.dumps(crd))


async def _events(site: Site, name: str) -> list[Object]:
    return [event for event in await site.api.list("Event", site.namespace) if event["regarding"]["name"] == name]


def _object(kind: str, name: str, **parts: object) -> Object:
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, **parts}


async def _serves(site: Site, names: set[str]) -> bool:
    return await site.served() == names
