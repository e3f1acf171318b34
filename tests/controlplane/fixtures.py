"""pytest fixtures: one control plane for a whole run over all its workers, and what tests need around it.

Use it with `pytest_plugins = ["tests.controlplane.fixtures"]`. Faults are for `private_control_plane` alone: whatever
is done to the shared one is done to every test that runs beside.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.controlplane.accounts import make_account
from tests.controlplane.binaries import Binaries, find_binaries, given_cluster
from tests.controlplane.cluster import Cluster
from tests.controlplane.crds import apply_crds
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.launcher import ControlPlane
from tests.controlplane.locks import locked
from tests.controlplane.shared import shared_control_plane


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster of this run, shared by all workers; its `kubeconfig` is an administrator's."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    if given := given_cluster(os.environ):
        yield _as_given(given, own, run)
    else:
        with shared_control_plane(run, _find_binaries()) as cluster:
            yield cluster


@pytest.fixture(scope="session")
def control_plane_binaries() -> Binaries:
    """kube-apiserver, kube-controller-manager and etcd, for tests that start a ControlPlane themselves."""
    return _find_binaries()


@pytest.fixture
def private_control_plane(control_plane_binaries: Binaries, tmp_path: Path) -> Iterator[ControlPlane]:
    """A control plane for this test alone, which may stop, pause and age its API server."""
    with ControlPlane(control_plane_binaries, tmp_path / "control-plane") as plane:
        yield plane


@pytest.fixture(scope="session")
def kubectl(control_plane: Cluster) -> Kubectl:
    """`kubectl("get", "pods")` on the shared cluster, as its administrator."""
    return Kubectl(control_plane.kubeconfig)


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A fresh namespace on the shared cluster; it begins to go when the test ends."""
    name = f"test-{secrets.token_hex(5)}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture
def account(kubectl: Kubectl, namespace: str, tmp_path: Path) -> Callable[[Path], Path]:
    """From a YAML file with Roles and ClusterRoles: the kubeconfig of a service account that has just these rights."""
    return lambda rules: make_account(kubectl, namespace, rules, tmp_path)


@pytest.fixture(scope="session")
def crds(control_plane: Cluster) -> Cluster:
    """The shared cluster with Tidegate's resources on it, applied once a run."""
    applied = control_plane.folder / "crds.applied"
    with locked(control_plane.folder / "crds.lock"):
        if not applied.exists():
            apply_crds(control_plane.kubeconfig)
            applied.touch()
    return control_plane


def _find_binaries() -> Binaries:
    return find_binaries(os.environ, logging.getLogger(__name__).info)


def _as_given(kubeconfig: Path, own: Path, run: Path) -> Cluster:
    original = Kubectl(kubeconfig)
    copy = own / "given.kubeconfig"
    copy.touch(mode=0o600)
    copy.write_text(original("config", "view", "--raw", "--minify", "--flatten").stdout)
    return Cluster(copy, original.cluster()["server"], run)
