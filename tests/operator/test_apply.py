"""A person applies resources: what is published, what the statuses say of it, and what kubectl shows."""

import asyncio
from pathlib import Path

from tests.controlplane.kubectl import Kubectl
from tests.operator.running import Site, endpoint

REFERENCE = Path(__file__).parents[2] / "examples/reference"
SERVED = {"Company": 1, "Endpoint": 2, "Task": 2, "Integration": 8, "Agent": 1}  # but for what needs an agent


async def test_every_kind_is_published_and_judged(shared: Site) -> None:
    applied = [one for path in sorted(REFERENCE.glob("*.yaml")) for one in await shared.apply(path.read_text())]
    names = [(one["kind"], one["metadata"]["name"]) for one in applied if one["kind"] != "Secret"]
    for kind, name in names:
        found = await shared.until(kind, name, Accepted="True/Accepted")
        programmed = {"Programmed"} if kind != "DataSchema" else set()
        assert {"Accepted", "ResolvedRefs", "Ready"} | programmed <= set(found)
    assert {kind: len(await shared.served(kind)) for kind in SERVED} == SERVED
    await shared.until_ready("Company", "acme")
    await shared.until_ready("DataSchema", "order")
    await shared.until_ready("Agent", "warehouse")
    await shared.until("Task", "process-order", ResolvedRefs="False/NotYetAvailable", Programmed="False/NotServed")
    await shared.until_ready("Task", "bill-order")
    await shared.until("Endpoint", "orders", Programmed="True", ResolvedRefs="False/RefNotFound", Ready="False")


async def test_kubectl_shows_what_matters(shared: Site, kubectl: Kubectl) -> None:
    await shared.apply(endpoint("columns", methods={"post": {}, "get": {}}))
    at = f"--namespace={shared.namespace}"
    wait = ("wait", at, "--for=condition=Ready", "--timeout=15s", "endpoints.tidegate.dev/columns")
    await asyncio.to_thread(kubectl, *wait)  # the gateway lives in this event loop
    head, row = kubectl("get", at, "endpoints.tidegate.dev", "columns").stdout.splitlines()
    assert head.split() == ["NAME", "READY", "URL", "METHODS", "AGE"]
    url = f"https://gw.example.com/api/endpoint/{shared.namespace}/tests/columns"
    assert row.split()[:4] == ["columns", "True", url, "GET,POST"]
    described = kubectl("describe", at, "endpoints.tidegate.dev", "columns").stdout
    assert "Every live gateway serves this generation." in described


async def test_what_the_status_says_before_anything_has_looked(own: Site) -> None:
    await own.apply(endpoint("new"))
    found = await own.get("Endpoint", "new")
    assert [(c["type"], c["status"], c["message"]) for c in found["status"]["conditions"]] == [
        ("Ready", "Unknown", "Waiting for the operator")
    ]


async def test_a_change_is_published_and_a_deletion_is_withdrawn(shared: Site) -> None:
    await shared.apply(endpoint("change"))
    await shared.until_ready("Endpoint", "change")
    await shared.apply(endpoint("change", methods={"post": {}, "put": {}}))
    await shared.until_ready("Endpoint", "change")
    assert set((await shared.config("Endpoint", "change"))["methods"]) == {"POST", "PUT"}
    found = await shared.get("Endpoint", "change")
    assert (found["status"]["methods"], found["status"]["observedGeneration"]) == ("POST,PUT", 2)
    await shared.delete("Endpoint", "change")
    await shared.until_withdrawn("change")


async def test_a_bad_update_keeps_the_last_good_and_says_so(shared: Site) -> None:
    await shared.apply(endpoint("good"))
    await shared.until_ready("Endpoint", "good")
    before = await shared.row("Endpoint", "good")
    schema = {"type": "object", "properties": {"a": {"$ref": "https://example.com/x"}}}
    await shared.apply(endpoint("good", methods={"post": {"input": {"schema": schema}}}))
    found = await shared.until("Endpoint", "good", Accepted="False/InvalidSchema", Ready="False/InvalidSchema")
    assert found["Programmed"]["reason"] == "LastGoodServed"
    assert found["Programmed"]["message"].startswith("Generation 1 is served")
    assert found["Accepted"]["message"].startswith("spec.methods.post.input.schema")
    assert await shared.row("Endpoint", "good") == before
    await shared.apply(endpoint("good", methods={"get": {}}))
    await shared.until_ready("Endpoint", "good")


async def test_a_resource_that_was_never_good_is_not_served_and_harms_nobody(shared: Site) -> None:
    await shared.apply(endpoint("neighbour"))
    await shared.until_ready("Endpoint", "neighbour")
    before = await shared.row("Endpoint", "neighbour")
    await shared.apply(endpoint("bad", data={"redact": ["$.card[", "$..["]}))
    found = await shared.until("Endpoint", "bad", Accepted="False", Programmed="False/NotServed")
    assert [line.partition(": ")[0] for line in found["Ready"]["message"].splitlines()] == [
        "spec.data.redact[0]",
        "spec.data.redact[1]",
    ]
    assert "url" not in (await shared.get("Endpoint", "bad"))["status"]
    assert await shared.row("Endpoint", "bad") is None
    assert await shared.row("Endpoint", "neighbour") == before


async def test_what_a_gateway_cannot_compile_is_said(shared: Site) -> None:
    await shared.apply(endpoint("unlucky", data={"retentionDays": 13}))
    found = await shared.until("Endpoint", "unlucky", Accepted="True", Programmed="False/NotCompiled")
    assert "13 days bring no luck." in found["Ready"]["message"]
    await shared.apply(endpoint("unlucky", data={"retentionDays": 12}))
    await shared.until_ready("Endpoint", "unlucky")
