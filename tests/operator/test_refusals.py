"""What one namespace is refused harms nobody else, is told where it belongs, and heals."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.controlplane.kubectl import Kubectl
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.errors import ApiError
from tidegate_operator.refusals import Refusals
from tidegate_operator.store import Key

POLICY = "admissionregistration.k8s.io/v1"
ORDERS = Key("Endpoint", "acme", "orders")


@asynccontextmanager
async def policy_against(kubectl: Kubectl, namespace: str, secret: str) -> AsyncIterator[None]:
    """A cluster's policy that forbids one Secret of a namespace."""
    name = f"no-{secret}-in-{namespace}"
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["secrets"]}
    policy = {
        "matchConstraints": {"resourceRules": [rule]},
        "validations": [{"expression": f"object.metadata.name != '{secret}'"}],
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


async def test_a_policy_against_one_token_secret_harms_its_endpoint_alone(shared: Site, kubectl: Kubectl) -> None:
    async with policy_against(kubectl, shared.namespace, "barred-tokens"):
        await shared.apply(endpoint("barred", security={}))
        await shared.apply(endpoint("free", security={}))
        await shared.until_ready("Endpoint", "free")
        found = await shared.until("Endpoint", "barred", Programmed="False")
        assert found["Ready"]["message"].startswith("Its primary tokens could not be made, and it is tried again")
    await shared.until_ready("Endpoint", "barred", within=60)


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


def test_only_what_is_refused_for_itself_is_no_sign_of_an_outage() -> None:
    assert [status for status in (0, 400, 403, 404, 409, 422, 429, 500, 503) if ApiError("x", status, "y").refused] == [
        400,
        403,
        422,
    ]
