from pathlib import Path

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.errors import KubectlError
from tests.controlplane.kubectl import Kubectl, find_kubectl


def test_the_one_on_path_comes_first(tmp_path: Path) -> None:
    for folder in ("path", "assets"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "kubectl").touch(mode=0o755)
    environment = {"PATH": str(tmp_path / "path"), "KUBEBUILDER_ASSETS": str(tmp_path / "assets")}
    assert find_kubectl(environment) == str(tmp_path / "path" / "kubectl")
    assert find_kubectl({**environment, "PATH": ""}) == str(tmp_path / "assets" / "kubectl")


def test_none_at_all_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(KubectlError, match="kubectl is neither on PATH nor beside the servers: install it, or run"):
        find_kubectl({"PATH": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)})


def test_it_speaks_to_its_cluster(kubectl: Kubectl, control_plane: Cluster) -> None:
    assert kubectl("get", "--raw=/readyz").stdout == "ok"
    assert kubectl.cluster()["server"] == control_plane.url


def test_what_it_remembers_lies_beside_the_kubeconfig(kubectl: Kubectl, control_plane: Cluster) -> None:
    kubectl("get", "namespaces")
    assert (control_plane.kubeconfig.parent / "kubectl-cache" / "discovery").is_dir()


def test_standard_input_reaches_it(kubectl: Kubectl, namespace: str) -> None:
    note = '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note"}}'
    made = kubectl("create", "--filename=-", f"--namespace={namespace}", "--output=name", stdin=note)
    assert made.stdout == "configmap/note\n"


def test_a_refusal_is_an_error_with_what_was_said(kubectl: Kubectl) -> None:
    with pytest.raises(KubectlError, match=r'^kubectl get pod absent failed: .*"absent" not found$') as caught:
        kubectl("get", "pod", "absent")
    assert "(NotFound)" in caught.value.stderr


def test_a_refusal_may_be_looked_at_instead(kubectl: Kubectl) -> None:
    assert kubectl("get", "pod", "absent", check=False).returncode == 1
