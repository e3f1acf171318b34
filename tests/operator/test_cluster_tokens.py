import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl

TIDEGATE = str(Path(sys.executable).with_name("tidegate"))


def tokens(cluster: Cluster, data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environ = os.environ | {"KUBECONFIG": str(cluster.kubeconfig)}
    command = [TIDEGATE, "tokens", *arguments, "--data", str(data)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


def endpoint(name: str, authentication: str) -> dict[str, Any]:
    spec = {"group": "sales", "security": {"authentication": authentication}, "methods": {"post": {}}}
    meta = {"name": name}
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Endpoint", "metadata": meta, "spec": spec}


@pytest.fixture
def served(crds: Cluster, kubectl: Kubectl, namespace: str) -> str:
    """A namespace with an endpoint that has tokens and one that has none, as an operator would leave them."""
    for name, authentication in (("orders", "Token"), ("open", "None")):
        kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(endpoint(name, authentication)))
        status = {"url": f"https://gw.example.com/api/endpoint/{namespace}/sales/{name}"}
        if authentication == "Token":
            status["tokenSecretName"] = "orders-tokens"
        patch = json.dumps({"status": status})
        what = ("endpoints.tidegate.dev", name, "-n", namespace)
        kubectl("patch", *what, "--subresource=status", "--type=merge", "-p", patch)
    values = ("--from-literal=POST=tg_post", "--from-literal=GET=tg_get")
    kubectl("create", "secret", "generic", "orders-tokens", "-n", namespace, *values)
    return namespace


def test_without_local_data_the_cluster_is_asked(crds: Cluster, served: str, tmp_path: Path) -> None:
    everywhere = tokens(crds, tmp_path, f"{served}/sales/orders")
    assert (everywhere.stdout, everywhere.stderr) == ("GET    tg_get\nPOST   tg_post\n", "")
    assert tokens(crds, tmp_path, f"{served}/sales/orders", "--namespace", served).stdout == everywhere.stdout


@pytest.mark.parametrize(
    ("address", "options", "message"),
    [
        ("sales/open", (), "takes no tokens of its own: see its spec.security.authentication."),
        ("sales/nope", (), "see `kubectl get endpoints.tidegate.dev -A`."),
        ("sales/orders", ("--namespace", "default"), "see `kubectl get endpoints.tidegate.dev -A`."),
    ],
)
def test_what_has_no_tokens_is_said(
    crds: Cluster, served: str, tmp_path: Path, address: str, options: tuple[str, ...], message: str
) -> None:
    outcome = tokens(crds, tmp_path, f"{served}/{address}", *options)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert outcome.stderr.startswith("tidegate: ")
    assert f"{served}/{address}" in outcome.stderr
    assert outcome.stderr.endswith(f"{message}\n")


def test_a_secret_that_is_not_there_yet_is_said(crds: Cluster, kubectl: Kubectl, served: str, tmp_path: Path) -> None:
    kubectl("delete", "secret", "orders-tokens", "-n", served)
    outcome = tokens(crds, tmp_path, f"{served}/sales/orders")
    assert outcome.stderr == f"tidegate: The cluster has no Secret {served}/orders-tokens: is the operator running?\n"
