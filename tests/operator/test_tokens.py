"""Primary tokens on a real API server: a Secret each, owned, respected, made anew, and shown nowhere else."""

import base64
import hashlib
from pathlib import Path

import pytest

from tests.controlplane.kubectl import Kubectl
from tests.operator.api import Object
from tests.operator.conftest import Place
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.token_values import PREFIX, new_token

COLLECTED_SECONDS = 75.0  # the collector looks for new kinds every half minute, and the CRDs may have come just now


def guarded(name: str, *methods: str) -> Object:
    """An Endpoint with primary tokens for these methods."""
    return endpoint(name, security={}, methods={method: {} for method in methods})


async def tokens(site: Site, name: str) -> dict[str, str]:
    """The primary tokens by method."""
    found = await site.api.secret(site.namespace, f"{name}-tokens")
    assert found is not None
    return found


async def published(site: Site, name: str) -> dict[str, list[str]]:
    """The digests of primary tokens that gateways know, by method."""
    found = (await site.config("Endpoint", name))["tokens"]
    return {token["methods"][0]: token["digests"] for token in found if token["name"] == "primary"}


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


async def test_a_secret_is_made_with_a_key_for_each_method(shared: Site) -> None:
    applied = await shared.apply(guarded("plain", "get", "post"))
    await shared.until_ready("Endpoint", "plain")
    assert (await shared.get("Endpoint", "plain"))["status"]["tokenSecretName"] == "plain-tokens"
    made = await shared.get("Secret", "plain-tokens")
    assert made["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "tidegate.dev/v1alpha1",
            "kind": "Endpoint",
            "name": "plain",
            "uid": applied[0]["metadata"]["uid"],
        }
    ]
    assert made["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "tidegate"}
    values = await tokens(shared, "plain")
    assert set(values) == {"GET", "POST"}
    assert len(set(values.values())) == 2
    assert await published(shared, "plain") == {method: [digest(value)] for method, value in values.items()}


async def test_a_value_that_a_person_put_there_is_respected_and_so_is_the_next_one(shared: Site) -> None:
    await shared.apply(guarded("personal", "post", "get"))
    await shared.until_ready("Endpoint", "personal")
    made = await tokens(shared, "personal")
    data = {"POST": _encoded("of my own\n"), "POST.next": _encoded("the next one")}
    await shared.api.merge("Secret", shared.namespace, "personal-tokens", {"data": data})
    wanted = {"POST": [digest("of my own"), digest("the next one")], "GET": [digest(made["GET"])]}
    await eventually(lambda: _is_published(shared, "personal", wanted))
    await shared.apply(guarded("personal", "post", "get", "put"))
    await eventually(lambda: _has_key(shared, "personal", "PUT"))
    assert (await tokens(shared, "personal"))["POST"] == "of my own\n"


async def test_a_secret_that_is_deleted_is_made_anew(shared: Site) -> None:
    await shared.apply(guarded("anew", "post"))
    await shared.until_ready("Endpoint", "anew")
    before = (await tokens(shared, "anew"))["POST"]
    await shared.delete("Secret", "anew-tokens")
    await eventually(lambda: _has_key(shared, "anew", "POST"))
    after = await tokens(shared, "anew")
    assert after["POST"] != before
    await eventually(lambda: _is_published(shared, "anew", {name: [digest(token)] for name, token in after.items()}))


async def test_a_key_that_is_removed_or_emptied_is_filled_and_others_stay(shared: Site) -> None:
    await shared.apply(guarded("filled", "post", "get"))
    await shared.until_ready("Endpoint", "filled")
    before = await tokens(shared, "filled")
    await shared.api.merge("Secret", shared.namespace, "filled-tokens", {"data": {"POST": None}})
    await eventually(lambda: _has_key(shared, "filled", "POST"))
    await shared.api.merge("Secret", shared.namespace, "filled-tokens", {"data": {"POST": _encoded("\n")}})
    await eventually(lambda: _has_key(shared, "filled", "POST"))
    after = await tokens(shared, "filled")
    assert after["GET"] == before["GET"]
    assert after["POST"] != before["POST"]


async def test_a_key_comes_with_a_method(shared: Site) -> None:
    await shared.apply(guarded("grows", "post"))
    await shared.until_ready("Endpoint", "grows")
    before = await tokens(shared, "grows")
    await shared.apply(guarded("grows", "post", "delete"))
    await shared.until_ready("Endpoint", "grows")
    after = await tokens(shared, "grows")
    assert set(before) == {"POST", "GET"}
    assert set(after) == {"POST", "GET", "DELETE"}
    assert after["POST"] == before["POST"]


async def test_a_secret_of_somebody_else_is_left_alone_and_that_is_said(shared: Site) -> None:
    foreign = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "taken-tokens"}, "stringData": {"a": "b"}}
    await shared.apply(foreign)
    version = (await shared.get("Secret", "taken-tokens"))["metadata"]["resourceVersion"]
    await shared.apply(guarded("taken", "post"))
    found = await shared.until("Endpoint", "taken", ResolvedRefs="False/RefNotFound", Programmed="True")
    told = found["Ready"]["message"]
    assert "Secret taken-tokens is not this Endpoint's own and has no token under POST, GET:" in told
    assert (await shared.get("Secret", "taken-tokens"))["metadata"]["resourceVersion"] == version
    assert await published(shared, "taken") == {"POST": [], "GET": []}
    data = {"POST": _encoded("mine"), "GET": _encoded("too")}
    await shared.api.merge("Secret", shared.namespace, "taken-tokens", {"data": data})
    await shared.until_ready("Endpoint", "taken")
    assert await published(shared, "taken") == {"POST": [digest("mine")], "GET": [digest("too")]}
    await shared.delete("Secret", "taken-tokens")
    await eventually(lambda: _has_key(shared, "taken", "POST"))


async def test_a_token_shows_nowhere_but_in_its_secret(shared: Site, shared_place: Place, kubectl: Kubectl) -> None:
    await shared.apply(guarded("silent", "post", "get"))
    await shared.until_ready("Endpoint", "silent")
    dump = await shared.pool.fetch("SELECT c::text AS text FROM config c")
    seen = "".join(record["text"] for record in dump) + shared_place.operator.output
    seen += kubectl("get", f"--namespace={shared.namespace}", "endpoints.tidegate.dev,events", "--output=yaml").stdout
    seen += (await shared_place.operator.probe("/metrics"))[1]
    assert "silent" in seen
    for value in (await tokens(shared, "silent")).values():
        assert value.startswith(PREFIX)
        assert value not in seen
        assert _encoded(value) not in seen


async def test_the_secret_goes_with_its_endpoint(shared: Site) -> None:
    await shared.apply(guarded("owned", "post"))
    await shared.until_ready("Endpoint", "owned")
    await shared.delete("Endpoint", "owned")
    await eventually(lambda: _is_gone(shared, "owned-tokens"), within=90)


@pytest.mark.parametrize("_", range(3))
def test_a_token_is_long_and_needs_no_escaping(_: int) -> None:
    token = new_token()
    assert len(token) == len(PREFIX) + 43
    assert token.replace("_", "").replace("-", "").isalnum()
    assert token != new_token()


def test_the_rights_are_the_charts(operator_account: Path) -> None:
    kubectl = Kubectl(operator_account)
    for verb in ("update", "delete", "deletecollection"):
        assert kubectl("auth", "can-i", verb, "secrets", check=False).stdout.strip() == "no"
    for kind in ("endpoints", "tasks", "companies"):
        assert kubectl("auth", "can-i", "patch", f"{kind}.tidegate.dev", check=False).stdout.strip() == "no"


def _encoded(value: str) -> str:
    return base64.b64encode(value.encode()).decode()


async def _is_gone(site: Site, name: str) -> bool:
    return await site.api.get("Secret", site.namespace, name) is None


async def _has_key(site: Site, name: str, method: str) -> bool:
    return bool((await tokens(site, name))[method].strip())


async def _is_published(site: Site, name: str, wanted: dict[str, list[str]]) -> bool:
    return await published(site, name) == wanted
