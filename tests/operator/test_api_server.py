"""The operator's client on a real API server: what it asks, and how it says what went wrong."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import structlog
from kubernetes.aio.client import ApiClient, Configuration

from tests.gateway.logs import captured_logs
from tests.operator.inside import api_server
from tests.operator.relay import relayed
from tests.operator.running import Site, endpoint
from tidegate_crds.kinds import KINDS
from tidegate_operator.api_server import ApiServer
from tidegate_operator.cluster import Cluster
from tidegate_operator.errors import ApiError
from tidegate_operator.metrics import METRICS
from tidegate_operator.store import Key, Resource, Store
from tidegate_operator.tokens import make_tokens
from tidegate_operator.translate.model import TokenSecretWanted

READY = {
    "type": "Ready",
    "status": "True",
    "reason": "Ready",
    "message": "Fine.",
    "lastTransitionTime": "2026-01-01T00:00:00Z",
}
STATUS = {"observedGeneration": 1, "conditions": [READY]}


@pytest.fixture
async def client(own: Site) -> AsyncIterator[ApiServer]:
    """The operator's client, with the operator's rights."""
    async with api_server(own.kubeconfig) as client:
        yield client


async def known(site: Site, name: str) -> tuple[Store, Resource]:
    """An Endpoint as the store knows it."""
    store = Store()
    key, _ = store.observe("Endpoint", (await site.apply(endpoint(name)))[0])
    return store, store.resources[key]


async def test_a_status_that_changes_nothing_leaves_the_version_as_it_was(own: Site, client: ApiServer) -> None:
    store, resource = await known(own, "orders")
    first = await client.apply_status(resource, store.echoes[resource.key], STATUS)
    store.observe("Endpoint", first)
    second = await client.apply_status(resource, store.echoes[resource.key], STATUS)
    assert second["metadata"]["resourceVersion"] == first["metadata"]["resourceVersion"]
    assert second["status"]["conditions"] == [READY]


async def test_a_stale_version_is_a_conflict(own: Site, client: ApiServer) -> None:
    store, resource = await known(own, "orders")
    await own.apply(endpoint("orders", paused=True))
    with pytest.raises(ApiError, match=r"Writing the status of Endpoint .*/orders failed: .* 409") as caught:
        await client.apply_status(resource, store.echoes[resource.key], STATUS)
    assert caught.value.status == 409


async def test_an_object_that_is_gone_is_not_found(own: Site, client: ApiServer) -> None:
    store, resource = await known(own, "orders")
    await own.delete("Endpoint", "orders")
    with pytest.raises(ApiError) as caught:
        await client.apply_status(resource, store.echoes[resource.key], STATUS)
    assert caught.value.status == 404


async def test_a_condition_that_is_no_longer_ours_to_say_goes_and_a_foreign_one_stays(
    own: Site, client: ApiServer
) -> None:
    store, resource = await known(own, "orders")
    foreign = READY | {"type": "example.com/Checked"}
    await own.api.merge("Endpoint", own.namespace, "orders", {"status": {"conditions": [foreign]}}, "/status")
    store.observe("Endpoint", await own.get("Endpoint", "orders"))
    both = STATUS | {"conditions": [READY, READY | {"type": "Accepted"}]}
    store.observe("Endpoint", await client.apply_status(resource, store.echoes[resource.key], both))
    shown = await client.apply_status(resource, store.echoes[resource.key], STATUS)
    assert {condition["type"] for condition in shown["status"]["conditions"]} == {"Ready", "example.com/Checked"}


async def test_secrets_are_read_made_and_filled(own: Site, client: ApiServer) -> None:
    key = Key("Secret", own.namespace, "orders-tokens")
    assert await client.read_secret(key) is None
    _, resource = await known(own, "orders")
    wanted = TokenSecretWanted(resource.key, resource.uid, key, ("GET",))
    made = await make_tokens(client, wanted)
    assert made is not None
    assert made.data["GET"].startswith(b"tg_")
    assert made == await client.read_secret(key)
    again = await make_tokens(client, replace(wanted, methods=("GET", "POST")))
    assert again is not None
    assert again.data["GET"] == made.data["GET"]
    assert again.owner_uids == {wanted.uid}
    assert set(again.data) == {"GET", "POST"}
    assert "tg_" not in repr(again)


async def test_of_two_who_make_tokens_at_once_both_get_what_is_there(own: Site, client: ApiServer) -> None:
    key = Key("Secret", own.namespace, "orders-tokens")
    _, resource = await known(own, "orders")
    wanted = TokenSecretWanted(resource.key, resource.uid, key, ("GET",))
    made = await asyncio.gather(*(make_tokens(client, wanted) for _ in range(6)))
    assert made == [await client.read_secret(key)] * 6
    more = await asyncio.gather(*(make_tokens(client, replace(wanted, methods=("PUT",))) for _ in range(6)))
    assert len({one and one.data["PUT"] for one in more}) == 1


async def test_a_secret_that_has_no_data_or_is_helms_is_no_trouble(own: Site, client: ApiServer) -> None:
    for name, kind in (("empty", "Opaque"), ("release", "helm.sh/release.v1")):
        await own.apply({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "type": kind})
    names = [secret.key.name async for page in client.secret_pages(own.namespace) for secret in page]
    assert "empty" in names
    assert "release" not in names
    found = await client.read_secret(Key("Secret", own.namespace, "empty"))
    assert found is not None
    assert found.data == {}


async def test_lists_of_all_kinds_and_of_crds(own: Site, client: ApiServer) -> None:
    await own.apply(endpoint("orders"))
    for kind in KINDS:
        assert await client.crd_is_served(kind)
        found = [body["metadata"]["name"] async for page in client.pages(kind, own.namespace) for body in page["items"]]
        assert found == (["orders"] if kind == "Endpoint" else [])
    await Cluster(client, own.pool).confirm(KINDS)


async def test_an_answer_that_refuses_is_an_error_with_its_status(own: Site, tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.kubeconfig"
    content = own.kubeconfig.read_text()
    stranger.write_text(content.replace(content.partition("token: ")[2].partition("\n")[0], "no-such-token"))
    before = METRICS.api_errors.labels("401")._value.get()
    async with api_server(stranger) as client:
        with pytest.raises(ApiError, match="the API server answered 401") as caught:
            await client.read_secret(Key("Secret", own.namespace, "x"))
        assert caught.value.status == 401
        with pytest.raises(ApiError, match=r"^Listing endpoints failed: "):
            _ = [page async for page in client.pages("Endpoint", own.namespace)]
    assert METRICS.api_errors.labels("401")._value.get() == before + 2


async def test_an_api_server_that_is_not_there_is_an_error_without_a_status(own: Site, tmp_path: Path) -> None:
    with relayed(own.kubeconfig, tmp_path) as (relay, kubeconfig):
        relay.cut()
        async with api_server(kubeconfig) as client:
            with pytest.raises(ApiError, match="the API server could not be reached") as caught:
                await client.crd_is_served("Endpoint")
    assert caught.value.status == 0


async def test_without_a_cluster_it_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setattr("kubernetes.aio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "none"))
    with pytest.raises(ApiError, match="there is no cluster: set KUBECONFIG, or run in a pod"):
        await ApiServer.connect()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 500 Internal Server Error\r\nX-Echo: s3cret\r\nContent-Length: 6\r\n\r\ns3cret",
        b'HTTP/1.1 201 Created\r\nContent-Length: 26\r\n\r\n{"data": {"GET": ["s3cret"]',
        b'HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{"data": ["s3cret"]',
        b"HTTP/1.1 s3cret\r\n\r\n",
    ],
)
async def test_no_log_shows_what_the_api_server_answered(answer: bytes) -> None:
    """An admission webhook, or what stands between, may give back what it was sent: tokens among it."""

    async def respond(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        await writer.wait_closed()

    key, body = Key("Secret", "a", "b-tokens"), {"data": {"GET": "czNjcmV0"}}
    with captured_logs() as logs:
        async with await asyncio.start_server(respond, "127.0.0.1", 0) as server:
            host = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            api = ApiServer(ApiClient(Configuration(host=host)))
            with pytest.raises(ApiError, match=r"^Making Secret a/b-tokens failed: ") as caught:
                await api.create_secret(key, body)
            await api.close()
        structlog.get_logger().error("pass failed", exc_info=ExceptionGroup("several", [caught.value]))
    assert "Making Secret a/b-tokens failed: " in logs.text
    assert "s3cret" not in logs.text
    assert "czNjcmV0" not in logs.text
