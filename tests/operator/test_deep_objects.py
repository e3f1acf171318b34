"""An object that is nested nearly as deep as the API server takes it is judged like any other, and harms nobody."""

import json

from tests.controlplane.kubectl import Kubectl
from tests.operator.running import Site, endpoint
from tests.waiting import eventually

DEPTH = 9_000
ACCEPTED = "--output=jsonpath={.status.conditions[?(@.type=='Accepted')].message}"


async def test_a_schema_that_is_nested_very_deep_ends_nothing(shared: Site, kubectl: Kubectl) -> None:
    here = f"--namespace={shared.namespace}"
    kubectl("create", here, "--filename=-", stdin=_deep("deep"))
    try:
        await shared.apply(endpoint("beside"))
        await shared.until_ready("Endpoint", "beside")
        get = ("get", here, "dataschemas.tidegate.dev/deep", ACCEPTED)
        assert "nested" in await eventually(lambda: kubectl(*get).stdout)
    finally:
        kubectl("delete", here, "dataschemas.tidegate.dev/deep")


def _deep(name: str) -> str:
    """As text: Python's own writer goes no deeper than a thousand levels."""
    head = json.dumps({"apiVersion": "tidegate.dev/v1alpha1", "kind": "DataSchema", "metadata": {"name": name}})
    schema = '{"not":' * DEPTH + "{}" + "}" * DEPTH
    return f'{head[:-1]}, "spec": {{"schema": {schema}}}}}'
