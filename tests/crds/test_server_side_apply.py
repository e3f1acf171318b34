"""Several who apply one resource: lists merge where that has a meaning, and nothing turns into null."""

from typing import Any

import pytest

from tests.controlplane.kubectl import Kubectl
from tests.crds.applying import apply, stored
from tests.crds.manifests import resource

pytestmark = pytest.mark.usefixtures("crds")


def test_two_managers_share_lists(kubectl: Kubectl, namespace: str) -> None:
    def endpoint(address: str, token: str) -> dict[str, Any]:
        security = {"allowedIPs": [address], "tokens": [{"name": token, "secretRef": {"name": token}}]}
        return resource("Endpoint", {"group": "sales", "methods": {"post": {}}, "security": security})

    assert apply(kubectl, namespace, "one", endpoint("10.0.0.1", "erp")) == ""
    assert apply(kubectl, namespace, "two", endpoint("10.0.0.2", "shop")) == ""
    security = stored(kubectl, namespace, "Endpoint")["spec"]["security"]
    assert set(security["allowedIPs"]) == {"10.0.0.1", "10.0.0.2"}
    assert [token["name"] for token in security["tokens"]] == ["erp", "shop"]
    assert apply(kubectl, namespace, "one", endpoint("10.0.0.3", "erp")) == ""
    security = stored(kubectl, namespace, "Endpoint")["spec"]["security"]
    assert set(security["allowedIPs"]) == {"10.0.0.2", "10.0.0.3"}


def test_two_managers_do_not_mix_a_reference(kubectl: Kubectl, namespace: str) -> None:
    assert apply(kubectl, namespace, "one", resource("Agent", {"secretRef": {"name": "a", "key": "x"}})) == ""
    refused = apply(kubectl, namespace, "two", resource("Agent", {"secretRef": {"name": "b"}}))
    assert "conflict" in refused
    assert ".spec.secretRef" in refused


def test_steps_stay_in_the_order_in_which_they_are_applied(kubectl: Kubectl, namespace: str) -> None:
    for names in ("abc", "axbc", "cbxa", "ncxb"):
        steps = [{"name": f"step-{name}", "delay": {"seconds": 1}} for name in names]
        assert apply(kubectl, namespace, "one", resource("Task", {"steps": steps})) == ""
        assert stored(kubectl, namespace, "Task")["spec"]["steps"] == steps


def test_a_method_can_be_made_bare_again(kubectl: Kubectl, namespace: str) -> None:
    with_task = {"task": {"ref": {"name": "process"}}, "input": {"schema": {"properties": {"a": {"type": "string"}}}}}
    emptied: dict[str, Any] = {"input": {"schema": {"properties": {}}}}
    for method in (with_task, emptied, {}):
        manifest = resource("Endpoint", {"group": "sales", "methods": {"post": method}})
        assert apply(kubectl, namespace, "one", manifest) == ""
        assert stored(kubectl, namespace, "Endpoint")["spec"] == manifest["spec"]


def test_an_example_is_kept_as_it_is_written_and_changes_as_a_whole(kubectl: Kubectl, namespace: str) -> None:
    bodies: tuple[Any, ...] = ({"Status": None, "lines": [{"sku": None}, 1]}, {}, [1, None], "text", 5, False)
    requests = [{"body": body} for body in bodies]
    for request in (*requests, {"headers": {"X-Shop": "web"}, "text": "{"}, {}):
        example = {"name": "one", "request": request, "response": {"status": 200, "body": request.get("body", {})}}
        manifest = resource("Endpoint", {"group": "sales", "methods": {"post": {}}, "examples": [example]})
        assert apply(kubectl, namespace, "one", manifest) == ""
        assert stored(kubectl, namespace, "Endpoint")["spec"] == manifest["spec"]
