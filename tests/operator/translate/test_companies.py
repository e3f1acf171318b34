"""Which company a namespace is, whoever else would like to be it."""

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.operator.translate.worlds import cluster, endpoint, key, resource, said
from tidegate_gateway.config.model import CompanyConfig, EndpointConfig
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate.model import Translation


def company(
    spec: dict[str, Any] | None = None, *, name: str = "company", namespace: str = "acme", **more: Any
) -> Resource:
    return resource("Company", name, spec or {}, namespace=namespace, **more)


def at(namespace: str, name: str = "company") -> Key:
    return key("Company", name, namespace)


def slugs(translation: Translation) -> dict[str, str]:
    """The company that each namespace's Endpoints are served in."""
    found = {at.namespace: served.config for at, served in translation.served.items() if at.kind == "Endpoint"}
    return {namespace: config.company for namespace, config in found.items() if isinstance(config, EndpointConfig)}


def test_a_namespace_without_a_company_is_one_by_its_own_name() -> None:
    assert slugs(cluster(endpoint(namespace="beta")).translate()) == {"beta": "beta"}


def test_a_company_gives_its_endpoints_slug_and_retention() -> None:
    world = cluster(
        company({"slug": "acme-inc", "retentionDays": 90}),
        endpoint(),
        endpoint("own", spec={"data": {"retentionDays": 3}}),
    )
    outcome = world.translate()
    configs = {at.name: served.config for at, served in outcome.served.items()}
    assert isinstance(configs["orders"], EndpointConfig)
    assert isinstance(configs["own"], EndpointConfig)
    assert (configs["orders"].company, configs["orders"].retention_days) == ("acme-inc", 90)
    assert (configs["own"].company, configs["own"].retention_days) == ("acme-inc", 3)


def test_a_company_that_changes_changes_its_endpoints_and_no_others() -> None:
    world = cluster(company({"retentionDays": 90}), endpoint(), endpoint(namespace="beta"))
    before = world.translate()
    outcome = world.edit(at("acme"), {"retentionDays": 30}).translate()
    assert outcome.changed == {at("acme"), key("Endpoint", "orders")}
    kept = key("Endpoint", "orders", "beta")
    assert outcome.served[kept] is before.served[kept]
    world.edit(at("acme"), {})
    config = world.translate().served[key("Endpoint", "orders")].config
    assert isinstance(config, EndpointConfig)
    assert config.retention_days is None


def test_its_display_name_alone_changes_no_endpoint() -> None:
    world = cluster(company(), endpoint())
    world.translate()
    assert world.edit(at("acme"), {"displayName": "Acme s.r.o."}).translate().changed == {at("acme")}


def test_a_company_is_translated_with_all_that_it_says() -> None:
    spec = {"slug": "a", "displayName": "Acme", "orchestrator": "Disabled", "retentionDays": 1, "defaultPriority": 9}
    outcome = cluster(company(spec | {"fields": {"region": "eu"}})).translate()
    assert outcome.served[at("acme")].config == CompanyConfig(
        namespace="acme",
        name="company",
        slug="a",
        display_name="Acme",
        orchestrator=False,
        retention_days=1,
        default_priority=9,
        fields={"region": "eu"},
    )


def test_of_two_in_a_namespace_the_older_holds() -> None:
    outcome = cluster(company({"slug": "one"}), company({"slug": "two"}, name="second", age=5), endpoint()).translate()
    assert slugs(outcome) == {"acme": "one"}
    (conflict,) = outcome.verdicts[at("acme", "second")].findings
    assert (conflict.reason, conflict.path) == ("SlugConflict", None)
    assert conflict.message == "Company acme/company is older and holds this namespace: delete one of the two."
    assert at("acme", "second") not in outcome.served


def test_the_second_follows_when_the_first_goes() -> None:
    world = cluster(company({"slug": "one"}), company({"slug": "two"}, name="second", age=5), endpoint())
    world.translate()
    outcome = world.drop(at("acme")).translate()
    assert slugs(outcome) == {"acme": "two"}
    assert outcome.verdicts[at("acme", "second")].findings == ()


def test_of_two_namespaces_the_older_claim_holds_the_slug() -> None:
    outcome = cluster(
        company({"slug": "shop"}),
        endpoint(),
        company({"slug": "shop"}, namespace="beta", age=5),
        endpoint(namespace="beta"),
    ).translate()
    assert slugs(outcome) == {"acme": "shop", "beta": "beta"}
    (conflict,) = outcome.verdicts[at("beta")].findings
    assert (conflict.reason, conflict.path) == ("SlugConflict", "spec.slug")
    assert conflict.message == "Namespace acme has claimed the slug shop before: choose another."


def test_a_company_that_never_was_accepted_is_as_if_absent() -> None:
    outcome = cluster(
        company({"slug": "shop"}),
        company({"slug": "shop", "retentionDays": 1}, namespace="beta", age=5),
        endpoint(namespace="beta"),
    ).translate()
    config = outcome.served[key("Endpoint", "orders", "beta")].config
    assert isinstance(config, EndpointConfig)
    assert (config.company, config.retention_days) == ("beta", None)
    broken = cluster(company({"slug": "Not A Slug", "retentionDays": 1}), endpoint()).translate()
    assert slugs(broken) == {"acme": "acme"}
    assert said(broken.verdicts[at("acme")]) == [("Accepted", "InvalidSlug", "spec.slug")]


def test_a_company_that_was_good_keeps_its_last_good_slug() -> None:
    world = cluster(
        company({"slug": "one"}), endpoint(), company({"slug": "two"}, namespace="beta"), endpoint(namespace="beta")
    )
    world.translate()
    outcome = world.edit(at("beta"), {"slug": "one"}).translate()
    assert slugs(outcome) == {"acme": "one", "beta": "two"}
    assert [finding.reason for finding in outcome.verdicts[at("beta")].findings] == ["SlugConflict", "SlugConflict"]
    assert outcome.verdicts[at("beta")].served_generation == 1


def test_a_namespace_claims_its_own_name_as_of_its_oldest_endpoint() -> None:
    taker = company({"slug": "acme"}, namespace="beta", age=5)
    assert slugs(
        cluster(endpoint(age=1), endpoint("late", age=9), taker, endpoint(namespace="beta", age=6)).translate()
    ) == {
        "acme": "acme",
        "beta": "beta",
    }
    late = cluster(endpoint(age=9), taker, endpoint(namespace="beta", age=6)).translate()
    assert slugs(late) == {"beta": "acme"}
    (conflict,) = late.verdicts[key("Endpoint", "orders")].findings
    assert (conflict.reason, conflict.path) == ("SlugConflict", None)
    assert conflict.message == (
        "Namespace beta holds the slug acme, which this namespace's name would stand for: "
        "give this namespace a Company with a slug of its own."
    )


def test_a_namespace_does_not_lose_its_name_to_its_own_younger_company() -> None:
    world = cluster(
        endpoint(age=1), company({"slug": "acme"}, namespace="beta", age=5), endpoint(namespace="beta", age=6)
    )
    world.translate()
    outcome = world.put(company({"retentionDays": 7}, age=9)).translate()
    assert slugs(outcome) == {"acme": "acme", "beta": "beta"}
    assert outcome.verdicts[at("acme")].findings == ()


def test_a_namespace_gets_its_name_back_when_it_is_free() -> None:
    world = cluster(endpoint(age=9), company({"slug": "acme"}, namespace="beta", age=5))
    world.translate()
    outcome = world.drop(at("beta")).translate()
    assert slugs(outcome) == {"acme": "acme"}
    assert outcome.verdicts[key("Endpoint", "orders")].findings == ()


def test_an_endpoint_that_never_was_good_claims_nothing_for_its_namespace() -> None:
    outcome = cluster(
        endpoint(age=1, spec={"methods": {}}),
        company({"slug": "acme"}, namespace="beta", age=5),
        endpoint(namespace="beta", age=6),
    ).translate()
    assert slugs(outcome) == {"beta": "acme"}


def test_the_last_good_of_an_endpoint_moves_with_its_company() -> None:
    """Else it would stay at an address of a company that may be another tenant's by now."""
    world = cluster(company({"slug": "one"}), endpoint(), endpoint(namespace="beta"))
    world.translate()
    world.put(endpoint(generation=2, spec={"methods": {}})).translate()
    outcome = world.edit(at("acme"), {"slug": "other"}).translate()
    verdict = outcome.verdicts[key("Endpoint", "orders")]
    assert (verdict.url_path, verdict.served_generation) == ("/api/endpoint/other/sales/orders", 1)
    world.put(company({"slug": "one"}, namespace="beta", age=9))
    assert slugs(world.translate()) == {"acme": "other", "beta": "one"}


def test_an_old_company_cannot_take_a_slug_that_another_holds() -> None:
    old = company({"slug": "mallory"}, name="old", namespace="mallory", age=0)
    victim = company({"slug": "acme"}, name="victim", namespace="victim", age=10)
    world = cluster(old, victim, endpoint(namespace="victim", age=11), endpoint(namespace="mallory", age=12))
    before = world.translate()
    renamed = company({"slug": "acme"}, name="old", namespace="mallory", age=0, generation=2)
    after = world.put(renamed).translate()
    assert after.served[key("Endpoint", "orders", "victim")] == before.served[key("Endpoint", "orders", "victim")]
    assert after.verdicts[at("mallory", "old")].findings[0].reason == "SlugConflict"
    assert after.served[key("Endpoint", "orders", "mallory")] == before.served[key("Endpoint", "orders", "mallory")]


def test_an_old_company_cannot_take_the_name_of_a_namespace_that_is_served() -> None:
    old = company({"slug": "mallory"}, name="old", namespace="mallory", age=0)
    world = cluster(old, endpoint(namespace="victim", age=11))
    before = world.translate()
    after = world.put(company({"slug": "victim"}, name="old", namespace="mallory", age=0, generation=2)).translate()
    assert after.served[key("Endpoint", "orders", "victim")] == before.served[key("Endpoint", "orders", "victim")]


def test_whoever_starts_anew_knows_who_held_a_slug() -> None:
    renamed = company({"slug": "acme"}, name="old", namespace="mallory", age=0, generation=2)
    victim = company({"slug": "acme"}, name="victim", namespace="victim", age=10)
    first = cluster(victim, endpoint(namespace="victim", age=11)).translate()
    held = {first.verdicts[where].uid: served for where, served in first.served.items()}
    after = cluster(renamed, victim, endpoint(namespace="victim", age=11), last_good=held).translate()
    config = after.served[key("Endpoint", "orders", "victim")].config
    assert isinstance(config, EndpointConfig)
    assert config.company == "acme"


def test_a_slug_that_a_company_was_edited_to_is_its_own_once_it_is_served() -> None:
    edited = company({"slug": "acme"}, name="old", namespace="first", age=0, generation=2)
    world = cluster(edited)
    world.translate()
    after = world.put(company({"slug": "acme"}, name="new", namespace="second", age=10)).translate()
    assert after.served[at("first", "old")].config.name == "old"
    assert after.verdicts[at("second", "new")].findings[0].reason == "SlugConflict"


def test_the_work_grows_as_the_companies_of_a_namespace_do() -> None:
    few, many = (calls(cluster(*crowd(number)).translate) for number in (100, 400))
    assert many < few * 6  # as n log n does; squares would be 16 times


def test_a_namespace_ages_with_what_is_left_when_its_oldest_go() -> None:
    several = [endpoint(f"one-{index}", age=index) for index in range(5)]
    world = cluster(*several, company({"slug": "acme"}, namespace="beta", age=4), endpoint(namespace="beta", age=9))
    assert slugs(world.translate()) == {"acme": "acme", "beta": "beta"}
    assert slugs(world.drop(*(one.key for one in several[:3])).translate()) == {"acme": "acme", "beta": "beta"}
    assert slugs(world.drop(several[3].key).translate()) == {"beta": "acme"}


def crowd(number: int) -> list[Resource]:
    """A namespace with very many Companies, each of a slug of its own."""
    return [company({"slug": f"one-{index}"}, name=f"company-{index}", age=index) for index in range(number)]


def calls(work: Callable[[], object]) -> int:
    """How many calls of functions a work takes: the same on every machine."""
    counts = Counter[str]()
    sys.setprofile(lambda _frame, event, _argument: counts.update((event,)))
    try:
        work()
    finally:
        sys.setprofile(None)
    return counts["call"] + counts["c_call"]
