"""Two Endpoints at one address, two namespaces with one slug: the older holds it, and the younger follows."""

from datetime import datetime

from tests.operator.running import Site, endpoint
from tests.waiting import eventually


async def test_the_older_keeps_an_address_and_the_younger_takes_over_when_it_goes(shared: Site) -> None:
    await shared.apply(endpoint("older", slug="wanted"))
    await shared.until_ready("Endpoint", "older")
    await _until_the_clock_has_moved_on(shared, "older")
    await shared.apply(endpoint("younger", slug="wanted"))
    found = await shared.until("Endpoint", "younger", Accepted="False/AddressConflict", Programmed="False/NotServed")
    address = f"/api/endpoint/{shared.namespace}/tests/wanted"
    assert f"Endpoint {shared.namespace}/older is older and holds {address}" in found["Accepted"]["message"]
    await shared.until_ready("Endpoint", "older")
    assert "younger" not in await shared.served()
    await shared.delete("Endpoint", "older")
    await shared.until_ready("Endpoint", "younger")
    assert (await shared.get("Endpoint", "younger"))["status"]["url"].endswith(address)


async def test_of_two_companies_in_a_namespace_the_older_counts(shared: Site) -> None:
    await shared.apply(_company("first", f"{shared.namespace}-a"))
    await shared.until_ready("Company", "first")
    await _until_the_clock_has_moved_on(shared, "first", "Company")
    await shared.apply(_company("second", f"{shared.namespace}-b"))
    found = await shared.until("Company", "second", Accepted="False/SlugConflict")
    assert f"Company {shared.namespace}/first" in found["Accepted"]["message"]
    await shared.apply(endpoint("tenant"))
    await shared.until_ready("Endpoint", "tenant")
    assert (await shared.config("Endpoint", "tenant"))["company"] == f"{shared.namespace}-a"
    await shared.delete("Company", "first")
    await shared.until_ready("Company", "second")
    assert (await shared.config("Endpoint", "tenant"))["company"] == f"{shared.namespace}-b"
    await shared.delete("Company", "second")
    await eventually(lambda: _is_of(shared, "tenant", shared.namespace))


async def _is_of(site: Site, name: str, company: str) -> bool:
    return bool((await site.config("Endpoint", name))["company"] == company)


async def _until_the_clock_has_moved_on(site: Site, name: str, kind: str = "Endpoint") -> None:
    """Ages are whole seconds: what is made now has to be younger."""
    made = (await site.get(kind, name))["metadata"]["creationTimestamp"]
    await eventually(lambda: _is_past(site, datetime.fromisoformat(made)))


async def _is_past(site: Site, made: datetime) -> bool:
    return await site.api.time() > made


def _company(name: str, slug: str) -> dict[str, object]:
    spec = {"slug": slug, "displayName": name}
    return {"apiVersion": "tidegate.dev/v1alpha1", "kind": "Company", "metadata": {"name": name}, "spec": spec}
