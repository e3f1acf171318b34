"""What is referred to comes and goes: conditions say so and heal; a Secret wakes those who refer to it alone."""

import hashlib

from tests.operator.api import Object
from tests.operator.running import Site, endpoint
from tests.waiting import eventually


def task(name: str) -> Object:
    """A Task of one step."""
    step = {"name": "only", "map": [{"property": "id", "from": "id"}]}
    return _object("Task", name, {"group": "tests", "steps": [step]})


def secret(name: str, **values: str) -> Object:
    """A Secret."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values}


def with_token(name: str, secret_name: str) -> Object:
    """An Endpoint with one secondary token."""
    tokens = [{"name": "erp", "secretRef": {"name": secret_name, "key": "token"}}]
    return endpoint(name, security={"authentication": "Token", "tokens": tokens})


async def digests(site: Site, name: str) -> list[str]:
    """The digests of the secondary token of an Endpoint."""
    tokens = (await site.config("Endpoint", name))["tokens"]
    found: list[str] = next(token["digests"] for token in tokens if token["name"] == "erp")
    return found


async def test_a_missing_task_is_said_and_heals_when_it_comes(shared: Site) -> None:
    await shared.apply(endpoint("calls", methods={"post": {"task": {"ref": {"name": "later"}}}}))
    found = await shared.until("Endpoint", "calls", ResolvedRefs="False/RefNotFound", Programmed="True")
    assert "spec.methods.post.task.ref" in found["ResolvedRefs"]["message"]
    assert (await shared.config("Endpoint", "calls"))["methods"]["POST"]["task"]["uid"] is None
    applied = await shared.apply(task("later"))
    await shared.until_ready("Endpoint", "calls")
    bound = (await shared.config("Endpoint", "calls"))["methods"]["POST"]["task"]
    assert bound["uid"] == applied[0]["metadata"]["uid"]
    await shared.delete("Task", "later")
    await shared.until("Endpoint", "calls", ResolvedRefs="False/RefNotFound")


async def test_a_missing_schema_keeps_the_endpoint_out_until_it_comes(shared: Site) -> None:
    await shared.apply(endpoint("checked", methods={"post": {"input": {"schemaRef": {"name": "document"}}}}))
    await shared.until("Endpoint", "checked", ResolvedRefs="False/RefNotFound", Programmed="False/NotServed")
    await shared.apply(_object("DataSchema", "document", {"schema": {"type": "object"}}))
    await shared.until_ready("Endpoint", "checked")
    await shared.delete("DataSchema", "document")
    await shared.until("Endpoint", "checked", ResolvedRefs="False/RefNotFound")
    assert (await shared.config("Endpoint", "checked"))["methods"]["POST"]["input"]["validation"]["root"] == {
        "type": "object"
    }


async def test_a_secret_is_followed(shared: Site) -> None:
    await shared.apply(with_token("guarded", "erp-token"))
    found = await shared.until("Endpoint", "guarded", ResolvedRefs="False/RefNotFound", Programmed="True")
    assert "erp-token" in found["ResolvedRefs"]["message"]
    assert await digests(shared, "guarded") == []
    await shared.apply(secret("erp-token", token="one"))
    await shared.until_ready("Endpoint", "guarded")
    assert await digests(shared, "guarded") == [_digest("one")]
    await shared.apply(secret("erp-token", **{"token": "one", "token.next": "two"}))
    await eventually(lambda: _has(shared, "guarded", ["one", "two"]))
    await shared.delete("Secret", "erp-token")
    await shared.until("Endpoint", "guarded", ResolvedRefs="False/RefNotFound")
    assert await digests(shared, "guarded") == []


async def test_a_secret_wakes_what_refers_to_it_and_nothing_else(shared: Site) -> None:
    await shared.apply(secret("mine", token="one"))
    await shared.apply(with_token("mine", "mine"))
    await shared.apply(endpoint("bystander"))
    await shared.until_ready("Endpoint", "mine")
    await shared.until_ready("Endpoint", "bystander")
    before = await shared.row("Endpoint", "bystander"), (await shared.versions())["Endpoint/bystander"]
    await shared.apply(secret("mine", token="two"))
    await eventually(lambda: _has(shared, "mine", ["two"]))
    assert (await shared.row("Endpoint", "bystander"), (await shared.versions())["Endpoint/bystander"]) == before


async def test_secrets_that_nobody_refers_to_wake_nothing(shared: Site) -> None:
    await shared.apply(endpoint("first"))
    await shared.until_ready("Endpoint", "first")
    before = await shared.revision()
    for number in range(5):
        await shared.apply(secret("stranger", token=str(number)))
    await shared.apply(endpoint("second"))  # whatever came before it has been looked at by now
    await shared.until_ready("Endpoint", "second")
    assert await shared.revision() == before + 1


async def _has(site: Site, name: str, values: list[str]) -> bool:
    return await digests(site, name) == [_digest(value) for value in values]


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _object(kind: str, name: str, spec: Object) -> Object:
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
