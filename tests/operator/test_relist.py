"""The own list beside Kopf's watch: what no event told of is found, and what is there is not touched."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.operator.inside import Inside, api_server
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.api_server import ApiServer
from tidegate_operator.metrics import METRICS
from tidegate_operator.store import Key


@pytest.fixture
async def rights(own: Site) -> AsyncIterator[ApiServer]:
    """The operator's client, with the operator's rights."""
    async with api_server(own.kubeconfig) as api:
        yield api


async def test_a_list_finds_what_no_event_told_of(own: Site, rights: ApiServer) -> None:
    await own.apply(endpoint("goes"))
    async with Inside(rights, own.pool, [own.namespace], every=0.2).running(watching=False) as inside:
        assert await own.served() == {"goes"}
        before = METRICS.repairs._value.get()
        await own.delete("Endpoint", "goes")
        await own.apply(endpoint("comes"))
        await eventually(lambda: _serves(own, {"comes"}))
        await eventually(lambda: METRICS.repairs._value.get() == before + 2)  # counted once the list is complete
        assert Key("Endpoint", own.namespace, "goes") not in inside.store.echoes


async def test_lists_that_find_nothing_new_write_nothing(own: Site, rights: ApiServer) -> None:
    await own.apply(endpoint("steady", security={}))
    async with Inside(rights, own.pool, [own.namespace], every=0.1).running(watching=False) as inside:
        await own.until("Endpoint", "steady", Accepted="True")
        before = await own.versions(), await own.revision()
        listed = len(inside.passes) + 5
        await eventually(lambda: len(inside.passes) > listed)
        assert (await own.versions(), await own.revision()) == before


async def test_a_list_is_read_page_by_page(own: Site, rights: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tidegate_operator.api_server.PAGE", 3)
    names = {f"page-{number}" for number in range(8)}
    await asyncio.gather(*(own.apply(endpoint(name)) for name in names))
    async with Inside(rights, own.pool, [own.namespace]).running(watching=False):
        assert await own.served() == names


async def test_a_secret_that_no_event_told_of_is_read_again(own: Site, rights: ApiServer) -> None:
    token = {"name": "erp", "secretRef": {"name": "erp-token"}}
    await own.apply(endpoint("guarded", security={"tokens": [token]}))
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "erp-token"}, "stringData": {"token": "a"}}
    async with Inside(rights, own.pool, [own.namespace], every=0.2).running(watching=False) as inside:
        assert inside.store.secrets[Key("Secret", own.namespace, "erp-token")] is None
        await own.apply(secret)
        await own.until("Endpoint", "guarded", ResolvedRefs="True")
        await own.delete("Secret", "erp-token")
        await own.until("Endpoint", "guarded", ResolvedRefs="False/RefNotFound")
        await own.delete("Endpoint", "guarded")
        await eventually(lambda: not inside.store.secrets)


@pytest.mark.parametrize("everywhere", [True, False])
async def test_what_is_not_watched_is_not_listed(own: Site, rights: ApiServer, everywhere: bool) -> None:
    await own.apply(endpoint("here"))
    inside = Inside(rights, own.pool, [] if everywhere else ["elsewhere"])
    listing = asyncio.create_task(inside.relister.run())  # nothing else: other tests' resources are listed too
    await inside.control.complete.wait()
    listing.cancel()
    assert (Key("Endpoint", own.namespace, "here") in inside.store.resources) is everywhere


async def _serves(site: Site, names: set[str]) -> bool:
    return await site.served() == names
