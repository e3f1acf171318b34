"""What a person sees of the CRDs on a real API server."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.controlplane.cluster import Cluster
from tests.controlplane.kubectl import Kubectl
from tests.crds.applying import apply, passing_namespace, stored
from tests.crds.manifests import EXAMPLES, resource
from tidegate_crds.kinds import CATEGORY, GROUP, KINDS, VERSION, Kind
from tidegate_crds.status import WAITING

pytestmark = pytest.mark.usefixtures("crds")

OPENAPI = f"/openapi/v3/apis/{GROUP}/{VERSION}"


@pytest.fixture(scope="module")
def filled(crds: Cluster, kubectl: Kubectl) -> Iterator[str]:
    """A namespace with the manifests of examples/reference, which no test changes."""
    with passing_namespace(kubectl) as namespace:
        kubectl("apply", "--server-side", f"--namespace={namespace}", f"--filename={EXAMPLES / 'reference'}")
        yield namespace


def rows(kubectl: Kubectl, namespace: str, *arguments: str) -> list[list[str]]:
    """The cells of `kubectl get`, header first."""
    shown = kubectl("get", f"--namespace={namespace}", *arguments).stdout
    return [line.split() for line in shown.splitlines() if line]


def test_a_new_resource_waits_for_the_operator_and_its_spec_stays_as_it_was_written(
    kubectl: Kubectl, namespace: str
) -> None:
    spec = {"group": "sales", "methods": {"post": {}}}
    apply(kubectl, namespace, "person", resource("Endpoint", spec))
    found = stored(kubectl, namespace, "Endpoint")
    assert found["spec"] == spec
    assert found["status"] == WAITING
    assert set(found["metadata"]) <= {
        "name", "namespace", "uid", "generation", "resourceVersion", "creationTimestamp", "managedFields",
    }  # fmt: skip


def test_get_shows_ready_url_methods_and_age(kubectl: Kubectl, namespace: str) -> None:
    apply(kubectl, namespace, "person", resource("Endpoint", {"group": "sales", "methods": {"post": {}}}))
    header, row = rows(kubectl, namespace, "endpoints.tidegate.dev")
    assert header == ["NAME", "READY", "URL", "METHODS", "AGE"]
    assert row[:2] == ["test", "Unknown"]
    header, row = rows(kubectl, namespace, "endpoints.tidegate.dev", "--output=wide")
    assert header == ["NAME", "READY", "URL", "METHODS", "REASON", "MESSAGE", "AGE"]
    assert row[:-1] == ["test", "Unknown", "Pending", "Waiting", "for", "the", "operator"]


def test_a_status_is_written_beside_the_spec_and_shown(kubectl: Kubectl, namespace: str) -> None:
    apply(kubectl, namespace, "person", resource("Endpoint", {"group": "sales", "methods": {"post": {}, "get": {}}}))
    condition = {
        **WAITING["conditions"][0],
        "status": "True",
        "reason": "Ready",
        "message": "",
        "observedGeneration": 1,
    }
    status = {
        "url": "https://gw.example.com/api/endpoint/acme/sales/test",
        "methods": "GET,POST",
        "tokenSecretName": "test-tokens",
        "observedGeneration": 1,
        "conditions": [condition, {**condition, "type": "Accepted", "reason": "Accepted"}],
        "indexes": [{"name": "customer", "state": "Ready", "rows": 120331}],
    }
    manifest = {**resource("Endpoint", {}), "status": status}
    del manifest["spec"]
    options = ("--subresource=status", "--server-side", "--field-manager=tidegate", f"--namespace={namespace}")
    kubectl("apply", *options, "--filename=-", stdin=yaml.safe_dump(manifest))
    found = stored(kubectl, namespace, "Endpoint")
    assert found["status"] == status
    assert found["metadata"]["generation"] == 1
    _, row = rows(kubectl, namespace, "tge")
    assert row[:4] == ["test", "True", status["url"], "GET,POST"]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_short_name_singular_and_category_reach_a_kind(kubectl: Kubectl, filled: str, kind: Kind) -> None:
    names = [row[0] for row in rows(kubectl, filled, f"{kind.plural}.{GROUP}")[1:]]
    assert names
    assert [row[0] for row in rows(kubectl, filled, kind.short_name)[1:]] == names
    assert [row[0] for row in rows(kubectl, filled, f"{kind.singular}.{GROUP}")[1:]] == names
    listed = kubectl("get", CATEGORY, f"--namespace={filled}", "--output=name").stdout.split()
    assert [name for name in listed if name.startswith(f"{kind.singular}.{GROUP}/")] == [
        f"{kind.singular}.{GROUP}/{name}" for name in names
    ]


@pytest.mark.parametrize(
    ("kind", "selector", "names"),
    [
        ("Endpoint", "spec.group=sales", ["audit", "orders"]),
        ("Endpoint", "spec.slug=orders", ["orders"]),
        ("Endpoint", "spec.security.authentication=Internal", ["audit"]),
        ("Task", "spec.group=sales", ["bill-order", "cancel-order", "process-order"]),
        ("Integration", "spec.type=google-drive", ["drive"]),
        ("Integration", "spec.category=finance,spec.mode=Shared,spec.owner=alice", ["pricing"]),
        ("Integration", "spec.slug=pricing", ["pricing"]),
        ("Company", "spec.slug=acme", ["acme"]),
        ("Company", "spec.slug=other", []),
    ],
)
def test_fields_can_be_selected_by(kubectl: Kubectl, filled: str, kind: str, selector: str, names: list[str]) -> None:
    shown = rows(kubectl, filled, f"{KINDS[kind].plural}.{GROUP}", f"--field-selector={selector}")
    assert [row[0] for row in shown[1:]] == names


def test_every_path_is_explained(kubectl: Kubectl) -> None:
    schemas = json.loads(kubectl("get", "--raw", OPENAPI).stdout)["components"]["schemas"]
    for kind in KINDS:
        root = schemas[f"dev.tidegate.{VERSION}.{kind}"]
        bare = [path for path, node in _properties(root, kind) if not node.get("description")]
        assert bare == []


def _properties(node: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, child in node.get("properties", {}).items():
        yield f"{path}.{name}", child
        yield from _properties(child, f"{path}.{name}")
    if "items" in node:
        yield from _properties(node["items"], f"{path}[]")


def test_explain_reads_well(kubectl: Kubectl) -> None:
    shown = kubectl("explain", "endpoint.spec.methods.post.task").stdout
    assert "The task that a request starts." in shown
    assert "HTTP status of a failed synchronous run." in shown
    assert "ref\t<Object> -required-" in shown
    assert "enum: Always, OnError, Never" in shown
    everything = kubectl("explain", "integration", "--recursive").stdout
    assert "parameterName\t<string>" in everything


def test_kubectl_refuses_what_it_does_not_know(kubectl: Kubectl, namespace: str) -> None:
    manifest = resource("Endpoint", {"group": "sales", "methods": {"post": {}}, "pause": True})
    options = ("apply", "--validate=strict", f"--namespace={namespace}", "--filename=-")
    refused = kubectl(*options, stdin=yaml.safe_dump(manifest), check=False)
    assert refused.returncode == 1
    assert 'unknown field "spec.pause"' in refused.stderr


def test_the_definitions_are_established_without_a_complaint(crds: Cluster, kubectl: Kubectl) -> None:
    names = [f"{kind.plural}.{GROUP}" for kind in KINDS.values()]
    found = json.loads(kubectl("get", "customresourcedefinitions", *names, "--output=json").stdout)["items"]
    for definition in found:
        conditions = {each["type"]: each["status"] for each in definition["status"]["conditions"]}
        assert conditions["Established"] == "True"
        assert conditions.get("NonStructuralSchema", "False") == "False"
