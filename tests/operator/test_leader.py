"""The Lease on a real API server: one leads, a dead one is replaced, a cut-off one stops before another starts."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from kubernetes.aio import client, config

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.launcher import ControlPlane
from tidegate_operator.errors import LeaseLost
from tidegate_operator.leader import Lease, Timing

FAST = Timing(duration=4, deadline=2.4, retry=0.3)


@pytest.fixture
async def api(control_plane: Cluster) -> AsyncIterator[client.CoordinationV1Api]:
    configuration = client.Configuration()
    await config.load_kube_config(str(control_plane.kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration) as connection:
        yield client.CoordinationV1Api(connection)


def candidate(api: client.CoordinationV1Api, namespace: str, identity: str) -> Lease:
    return Lease(api, namespace, "tidegate-operator", identity, FAST)


async def test_the_first_leads_and_the_second_waits(api: client.CoordinationV1Api, namespace: str) -> None:
    first, second = candidate(api, namespace, "one"), candidate(api, namespace, "two")
    await first.acquire()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await asyncio.gather(second.acquire(), first.keep())


async def test_a_released_lease_is_taken_at_once(api: client.CoordinationV1Api, namespace: str) -> None:
    first, second = candidate(api, namespace, "one"), candidate(api, namespace, "two")
    await first.acquire()
    await first.release()
    async with asyncio.timeout(1):
        await second.acquire()


async def test_a_dead_leader_is_replaced_when_its_lease_is_over_and_not_before(
    api: client.CoordinationV1Api, namespace: str
) -> None:
    first, second = candidate(api, namespace, "one"), candidate(api, namespace, "two")
    await first.acquire()
    died = time.monotonic()
    async with asyncio.timeout(10):
        await second.acquire()
    assert time.monotonic() - died >= FAST.duration - FAST.retry
    lease = await api.read_namespaced_lease("tidegate-operator", namespace)
    assert lease.spec is not None
    assert (lease.spec.holder_identity, lease.spec.lease_transitions) == ("two", 1)


async def test_a_lease_that_another_took_is_lost(
    api: client.CoordinationV1Api, namespace: str, kubectl: Kubectl
) -> None:
    lease = candidate(api, namespace, "one")
    await lease.acquire()
    patch = '{"spec": {"holderIdentity": "somebody", "leaseDurationSeconds": 60}}'
    kubectl("patch", "lease", "tidegate-operator", "-n", namespace, "--type=merge", "-p", patch)
    async with asyncio.timeout(10):
        with pytest.raises(LeaseLost, match="could not be renewed"):
            await lease.keep()


async def test_a_leader_that_hears_nothing_stops_before_another_may_start(
    private_control_plane: ControlPlane,
) -> None:
    configuration = client.Configuration()
    await config.load_kube_config(str(private_control_plane.kubeconfig), client_configuration=configuration)
    async with client.ApiClient(configuration) as connection:
        lease = candidate(client.CoordinationV1Api(connection), "default", "one")
        await lease.acquire()
        started = time.monotonic()
        with private_control_plane.paused_apiserver():
            with pytest.raises(LeaseLost):
                await lease.keep()
            assert time.monotonic() - started < FAST.duration
