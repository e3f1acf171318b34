import json
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.controlplane.binaries import Binaries
from tests.controlplane.errors import StartError
from tests.controlplane.kubectl import Kubectl
from tests.controlplane.launcher import ControlPlane
from tests.controlplane.ports import is_served


def make_note(kubectl: Kubectl, name: str) -> int:
    """Create a ConfigMap in the default namespace and return its resource version."""
    made = kubectl("create", "configmap", name, "--output=json")
    return int(json.loads(made.stdout)["metadata"]["resourceVersion"])


def watch(kubectl: Kubectl, version: int) -> list[dict[str, Any]]:
    """The events of ConfigMaps since a resource version, until the API server has been quiet for a second."""
    path = f"/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1&resourceVersion={version}"
    return [json.loads(line) for line in kubectl("get", f"--raw={path}").stdout.splitlines()]


def test_the_version_is_that_of_go_mod(private_control_plane: ControlPlane) -> None:
    shown = json.loads(Kubectl(private_control_plane.kubeconfig)("version", "--output=json").stdout)
    assert shown["serverVersion"]["gitVersion"] == "v1.36.3"


def test_a_restarted_api_server_has_its_port_and_its_data(private_control_plane: ControlPlane) -> None:
    kubectl = Kubectl(private_control_plane.kubeconfig)
    make_note(kubectl, "kept")
    private_control_plane.stop_apiserver()
    assert "connection refused" in kubectl("get", "configmap", "kept", check=False).stderr.lower()
    private_control_plane.start_apiserver()
    assert kubectl("get", "configmap", "kept", "--output=name").stdout == "configmap/kept\n"


def test_forgotten_history_is_gone(private_control_plane: ControlPlane) -> None:
    kubectl = Kubectl(private_control_plane.kubeconfig)
    old = make_note(kubectl, "first")
    make_note(kubectl, "second")
    assert [event["type"] for event in watch(kubectl, old)] == ["ADDED"]
    private_control_plane.forget_history()
    [event] = watch(kubectl, old)
    assert event["type"] == "ERROR"
    assert event["object"]["code"] == 410


def test_a_paused_api_server_accepts_and_says_nothing(private_control_plane: ControlPlane) -> None:
    kubectl = Kubectl(private_control_plane.kubeconfig)
    address = urlsplit(private_control_plane.url)
    with private_control_plane.paused_apiserver(), socket.create_connection((address.hostname, address.port), 5):
        assert kubectl("get", "namespaces", "--request-timeout=500ms", check=False).returncode != 0
    assert "default" in kubectl("get", "namespaces").stdout


def test_two_stand_side_by_side_and_know_nothing_of_each_other(
    private_control_plane: ControlPlane, control_plane_binaries: Binaries, tmp_path: Path
) -> None:
    make_note(Kubectl(private_control_plane.kubeconfig), "here")
    with ControlPlane(control_plane_binaries, tmp_path / "other") as other:
        assert "NotFound" in Kubectl(other.kubeconfig)("get", "configmap", "here", check=False).stderr


def test_more_flags_reach_the_api_server_and_a_failed_start_shows_its_log(
    control_plane_binaries: Binaries, tmp_path: Path
) -> None:
    plane = ControlPlane(control_plane_binaries, tmp_path, ["--no-such-flag"])
    with pytest.raises(StartError, match=r"(?s)kube-apiserver ended with 1\..*unknown flag: --no-such-flag"), plane:
        pytest.fail("an unknown flag was accepted")
    assert not (tmp_path / "etcd").exists()


def test_it_ends_with_its_context(control_plane_binaries: Binaries, tmp_path: Path) -> None:
    with ControlPlane(control_plane_binaries, tmp_path) as plane:
        assert is_served(plane.url)
    assert not is_served(plane.url)
