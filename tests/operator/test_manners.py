"""What the operator leaves alone: specs, annotations, finalizers, other people's fields; what it writes only once."""

from tests.operator.api import Object
from tests.operator.conftest import Place
from tests.operator.running import Site, endpoint
from tests.waiting import eventually


async def test_it_writes_its_status_and_nothing_else(shared: Site) -> None:
    applied = (await shared.apply(endpoint("untouched")))[0]
    await shared.until_ready("Endpoint", "untouched")
    found = await shared.get("Endpoint", "untouched")
    assert found["spec"] == applied["spec"]
    assert found["metadata"]["generation"] == 1
    assert {"annotations", "finalizers", "labels"} & set(found["metadata"]) == set()
    assert _managers(found) == {("a-person", "Apply", ""), ("tidegate", "Apply", "status")}


async def test_the_secret_of_tokens_is_all_that_it_makes(shared: Site) -> None:
    await shared.apply(endpoint("maker", security={}))
    await shared.until_ready("Endpoint", "maker")
    made = await shared.get("Secret", "maker-tokens")
    assert {manager for manager, _, _ in _managers(made)} == {"tidegate"}
    assert {"annotations", "finalizers"} & set(made["metadata"]) == set()


async def test_what_somebody_else_writes_into_the_status_is_put_right_and_a_foreign_condition_stays(
    shared: Site,
) -> None:
    await shared.apply(endpoint("contested"))
    await shared.until_ready("Endpoint", "contested")
    foreign = {
        "type": "example.com/Checked",
        "status": "True",
        "reason": "Checked",
        "message": "Looks good.",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }
    shown = (await shared.get("Endpoint", "contested"))["status"]
    body = {"status": {"url": "https://elsewhere.example.com", "conditions": [*shown["conditions"], foreign]}}
    await shared.api.merge("Endpoint", shared.namespace, "contested", body, "/status")

    async def is_right() -> bool:
        found = (await shared.get("Endpoint", "contested"))["status"]
        return bool(found["url"] == shown["url"] and foreign in found["conditions"])

    await eventually(is_right)


async def test_what_does_not_change_is_not_written_again(shared: Site, shared_place: Place) -> None:
    await shared.apply(endpoint("steady", security={}))
    await shared.until_ready("Endpoint", "steady")
    before = await shared.versions()
    for number in range(3):
        await shared.apply(endpoint(f"other-{number}"))
        await shared.until_ready("Endpoint", f"other-{number}")
    after = await shared.versions()
    assert {name: after[name] for name in before} == before
    assert await shared_place.operator.metric("tidegate_operator_status_writes_total") > 0


async def test_metadata_that_change_wake_nothing(shared: Site) -> None:
    await shared.apply(endpoint("labelled"))
    await shared.until_ready("Endpoint", "labelled")
    before = await shared.row("Endpoint", "labelled")
    labels = {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}
    await shared.api.merge("Endpoint", shared.namespace, "labelled", labels)
    await shared.apply(endpoint("next"))
    await shared.until_ready("Endpoint", "next")
    assert await shared.row("Endpoint", "labelled") == before


def _managers(found: Object) -> set[tuple[str, str, str]]:
    fields = found["metadata"]["managedFields"]
    return {(field["manager"], field["operation"], field.get("subresource", "")) for field in fields}
