"""Kubernetes Events: one at each turn of Ready, for people who run `kubectl describe`."""

import asyncio

from tests.controlplane.kubectl import Kubectl
from tests.operator.api import Object
from tests.operator.running import Site, endpoint
from tests.waiting import eventually


async def events(site: Site, name: str) -> list[Object]:
    """The Events about one resource, in order."""
    found = [event for event in await site.api.list("Event", site.namespace) if event["regarding"]["name"] == name]
    return sorted(found, key=lambda event: event["eventTime"])


async def test_transitions_of_ready_are_told_and_nothing_else(shared: Site) -> None:
    uid = (await shared.apply(endpoint("told")))[0]["metadata"]["uid"]
    await shared.until_ready("Endpoint", "told")
    await shared.apply(endpoint("told", methods={"post": {}, "get": {}}))  # good as before: no transition
    await shared.until_ready("Endpoint", "told")
    await shared.apply(endpoint("told", data={"redact": ["$["]}))
    await shared.until("Endpoint", "told", Ready="False")
    await shared.apply(endpoint("told"))
    await shared.until_ready("Endpoint", "told")
    told = await eventually(lambda: _at_least(shared, "told", 3))
    assert [(event["type"], event["reason"]) for event in told] == [
        ("Normal", "Ready"),
        ("Warning", "InvalidMapping"),
        ("Normal", "Ready"),
    ]
    assert told[0]["note"] == "Every live gateway serves this generation."
    assert told[1]["note"].startswith("spec.data.redact[0]: ")
    first = told[0]
    assert (first["regarding"]["kind"], first["regarding"]["uid"]) == ("Endpoint", uid)
    assert (first["reportingController"], first["reportingInstance"]) == ("tidegate.dev/operator", "one")
    assert first["action"] == "Reconcile"


async def test_kubectl_describe_shows_them(shared: Site, kubectl: Kubectl) -> None:
    await shared.apply(endpoint("described"))
    await shared.until_ready("Endpoint", "described")
    await eventually(lambda: _at_least(shared, "described", 1))
    arguments = ("describe", f"--namespace={shared.namespace}", "endpoints.tidegate.dev", "described")
    described = (await asyncio.to_thread(kubectl, *arguments)).stdout
    shown = described.partition("Events:")[2]
    assert "Normal" in shown
    assert "Every live gateway serves this generation." in shown


async def _at_least(site: Site, name: str, count: int) -> list[Object] | None:
    found = await events(site, name)
    return found if len(found) >= count else None
