"""Who is served at an address: the older Endpoint, the last good of what lost its new one, and nobody by surprise."""

from dataclasses import replace

from tests.operator.translate.worlds import Cluster, cluster, endpoint, key, resource, said
from tidegate_operator.translate.model import Translation

ORDERS, OTHER = key("Endpoint", "orders"), key("Endpoint", "other")
HOLDS = (
    "Endpoint acme/orders is older and holds /api/endpoint/acme/sales/orders: give one of them another slug or group."
)


def paths(translation: Translation) -> dict[str, str | None]:
    return {at.name: verdict.url_path for at, verdict in translation.verdicts.items()}


def two(**more: int) -> Cluster:
    """`orders` is older, `other` claims the same address."""
    return cluster(endpoint(), endpoint("other", age=5, spec={"slug": "orders"}, **more))


def test_the_older_keeps_the_address_and_the_younger_is_told_who_has_it() -> None:
    outcome = two().translate()
    assert paths(outcome) == {"orders": "/api/endpoint/acme/sales/orders", "other": None}
    (conflict,) = outcome.verdicts[OTHER].findings
    assert (conflict.reason, conflict.path, conflict.message) == ("AddressConflict", "spec.slug", HOLDS)
    assert outcome.verdicts[OTHER].served_generation is None
    assert OTHER not in outcome.served


def test_the_younger_is_served_when_the_older_goes() -> None:
    world = two()
    world.translate()
    outcome = world.drop(ORDERS).translate()
    assert paths(outcome) == {"other": "/api/endpoint/acme/sales/orders"}
    assert outcome.changed == {ORDERS, OTHER}


def test_the_younger_is_served_when_the_older_moves() -> None:
    world = two()
    world.translate()
    outcome = world.put(endpoint(generation=2, spec={"slug": "moved"})).translate()
    assert paths(outcome) == {"orders": "/api/endpoint/acme/sales/moved", "other": "/api/endpoint/acme/sales/orders"}


def test_who_is_refused_a_new_address_stays_at_its_last_good_one() -> None:
    world = cluster(endpoint(), endpoint("other", age=5))
    world.translate()
    outcome = world.put(endpoint("other", age=5, generation=2, spec={"slug": "orders"})).translate()
    verdict = outcome.verdicts[OTHER]
    assert (verdict.url_path, verdict.served_generation) == ("/api/endpoint/acme/sales/other", 1)
    assert [finding.message for finding in verdict.findings] == [
        HOLDS,
        "Generation 1 stays served as it was until this is mended.",
    ]


def test_an_older_one_that_moves_takes_the_address_of_a_younger() -> None:
    world = cluster(endpoint(), endpoint("other", age=5))
    world.translate()
    outcome = world.put(endpoint(generation=2, spec={"slug": "other"})).translate()
    assert paths(outcome) == {"orders": "/api/endpoint/acme/sales/other", "other": None}


def test_two_that_change_places_both_get_there() -> None:
    world = cluster(endpoint(), endpoint("other", age=5))
    world.translate()
    world.put(
        endpoint(generation=2, spec={"slug": "other"}), endpoint("other", age=5, generation=2, spec={"slug": "orders"})
    )
    assert paths(world.translate()) == {
        "orders": "/api/endpoint/acme/sales/other",
        "other": "/api/endpoint/acme/sales/orders",
    }


def test_of_one_age_the_name_decides() -> None:
    outcome = cluster(endpoint("b", spec={"slug": "x"}), endpoint("a", spec={"slug": "x"})).translate()
    assert paths(outcome) == {"a": "/api/endpoint/acme/sales/x", "b": None}


def test_groups_and_namespaces_keep_addresses_apart() -> None:
    outcome = cluster(
        endpoint(),
        endpoint("other", spec={"slug": "orders", "group": "hr"}),
        endpoint(namespace="beta"),
    ).translate()
    assert {verdict.url_path for verdict in outcome.verdicts.values()} == {
        "/api/endpoint/acme/sales/orders",
        "/api/endpoint/acme/hr/orders",
        "/api/endpoint/beta/sales/orders",
    }


def test_an_endpoint_made_anew_has_no_last_good() -> None:
    world = cluster(endpoint())
    world.translate()
    again = endpoint(uid="00000000-0000-4000-8000-000000000001", age=9, spec={"methods": {}})
    outcome = world.put(again).translate()
    assert outcome.verdicts[ORDERS].served_generation is None
    assert not outcome.served


def test_what_is_invalid_takes_no_address_from_anyone() -> None:
    invalid = endpoint("other", age=0, spec={"slug": "orders", "methods": {"post": {"input": {"resultPath": "$["}}}})
    outcome = cluster(endpoint(age=5), invalid).translate()
    assert outcome.verdicts[ORDERS].url_path == "/api/endpoint/acme/sales/orders"
    assert said(outcome.verdicts[OTHER]) == [("Accepted", "InvalidMapping", "spec.methods.post.input.resultPath")]


def test_a_last_good_that_lost_its_address_is_forgotten() -> None:
    """What is not served any more does not come back: a restart would not know of it either."""
    bad = {"methods": {"post": {"input": {"resultPath": "$["}}}}
    world = cluster(endpoint("other", age=5))
    world.translate()
    world.put(endpoint("other", age=5, generation=2, spec=bad)).translate()
    assert paths(world.translate())["other"] == "/api/endpoint/acme/sales/other"
    world.put(endpoint(spec={"slug": "other"})).translate()
    outcome = world.drop(ORDERS).translate()
    assert paths(outcome) == {"other": None}


def test_a_new_name_of_the_same_uid_is_no_other_resource() -> None:
    world = cluster(endpoint())
    world.translate()
    moved = replace(endpoint(), generation=2, spec=endpoint().spec | {"slug": "moved"})
    outcome = world.put(moved).translate()
    assert outcome.verdicts[ORDERS].served_generation == 2
    assert outcome.verdicts[ORDERS].findings == ()


def test_resources_of_other_kinds_have_no_address() -> None:
    outcome = cluster(resource("Company", "acme", {})).translate()
    verdict = outcome.verdicts[key("Company", "acme")]
    assert (verdict.url_path, verdict.methods, verdict.token_secret) == (None, None, None)
