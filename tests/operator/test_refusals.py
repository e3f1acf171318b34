"""What one namespace is refused harms nobody else, is told where it belongs, and heals."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.controlplane.kubectl import Kubectl
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.errors import ApiError
from tidegate_operator.refusals import Refusals
from tidegate_operator.store import Key

POLICY = "admissionregistration.k8s.io/v1"
ORDERS = Key("Endpoint", "acme", "orders")


@asynccontextmanager
async def policy_against(kubectl: Kubectl, namespace: str, secret: str, reason: str) -> AsyncIterator[None]:
    """A cluster's policy that forbids one Secret of a namespace, for this reason."""
    name = f"no-{secret}-in-{namespace}"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"]}
    policy = {
        "matchConstraints": {"resourceRules": [rule]},
        "validations": [{"expression": f"object.metadata.name != '{secret}'", "reason": reason}],
    }
    here = {"matchLabels": {"kubernetes.io/metadata.name": namespace}}
    binding = {
        "policyName": name,
        "validationActions": ["Deny"],
        "matchResources": {"namespaceSelector": here},
    }
    objects = [
        {"apiVersion": POLICY, "kind": kind, "metadata": {"name": name}, "spec": spec}
        for kind, spec in (("ValidatingAdmissionPolicy", policy), ("ValidatingAdmissionPolicyBinding", binding))
    ]
    manifest = json.dumps({"apiVersion": "v1", "kind": "List", "items": objects})
    kubectl("create", "-f", "-", stdin=manifest)
    try:
        await eventually(lambda: is_forbidden(kubectl, namespace, secret))
        yield
    finally:
        kubectl("delete", "-f", "-", stdin=manifest)


def is_forbidden(kubectl: Kubectl, namespace: str, secret: str) -> bool:
    tried = kubectl("create", "secret", "generic", secret, f"-n={namespace}", "--dry-run=server", check=False)
    return tried.returncode != 0


@pytest.mark.parametrize("reason", ["Forbidden", "Invalid", "RequestEntityTooLarge"])
async def test_a_policy_against_one_token_secret_harms_its_endpoint_alone(
    shared: Site, kubectl: Kubectl, reason: str
) -> None:
    barred, free = f"barred-{reason.lower()}", f"free-{reason.lower()}"
    async with policy_against(kubectl, shared.namespace, f"{barred}-tokens", reason):
        await shared.apply(endpoint(barred, security={}))
        await shared.apply(endpoint(free, security={}))
        await shared.until_ready("Endpoint", free)
        found = await shared.until("Endpoint", barred, Programmed="False")
        assert found["Ready"]["message"].startswith("Its primary tokens could not be made, and it is tried again")
    await shared.until_ready("Endpoint", barred, within=60)


def test_a_refusal_is_fresh_for_a_while_and_forgotten_with_its_cause() -> None:
    refusals = Refusals(retry_seconds=60)
    assert not refusals.is_fresh(ORDERS)
    refusals.note(ORDERS, "No.")
    assert refusals.is_fresh(ORDERS)
    assert refusals.keep_only({ORDERS}) == set()
    assert refusals.problems == {ORDERS: "No."}
    assert refusals.keep_only(()) == {ORDERS}
    assert refusals.problems == {}
    assert not refusals.is_fresh(ORDERS)


def test_it_is_tried_again_each_time_later() -> None:
    refusals = Refusals(retry_seconds=1)
    assert [refusals.note(ORDERS, "No.") for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert refusals.due() == set()
    refusals.granted(ORDERS)
    assert refusals.note(ORDERS, "No.") == 1


def test_what_is_due_has_waited_long_enough() -> None:
    refusals = Refusals(retry_seconds=0)
    refusals.note(ORDERS, "No.")
    assert refusals.due() == {ORDERS}


def test_only_what_all_requests_would_get_is_an_outage() -> None:
    statuses = (0, 200, 400, 401, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504)
    assert [status for status in statuses if ApiError("x", status, "y").is_outage] == [0, 401, 429, 503]
