"""Left out, or last good: what never was good is not served, and what was stays while its new generation is mended."""

from typing import Any

from tests.operator.translate.worlds import cluster, endpoint, key, resource, said, secret, translated
from tidegate_gateway.config.model import EndpointConfig, IntegrationConfig, TaskConfig
from tidegate_operator.store import Resource
from tidegate_operator.translate.model import Served
from tidegate_operator.translate.translator import Translator

ORDERS = key("Endpoint", "orders")
WRONG = {"methods": {"post": {"input": {"mapping": [{"property": "id", "from": "$["}]}}}}
STAYS = "Generation 1 stays served as it was until this is mended."


def schema(document: dict[str, Any]) -> Resource:
    return resource("DataSchema", "order", {"schema": document})


def test_what_never_was_good_is_not_served() -> None:
    outcome = translated(endpoint(spec=WRONG))
    assert not outcome.served
    assert outcome.verdicts[ORDERS].served_generation is None
    assert said(outcome.verdicts[ORDERS]) == [("Accepted", "InvalidMapping", "spec.methods.post.input.mapping[0].from")]


def test_what_was_good_stays_and_says_which_generation_it_is() -> None:
    world = cluster(endpoint())
    before = world.translate()
    outcome = world.put(endpoint(generation=2, spec=WRONG)).translate()
    verdict = outcome.verdicts[ORDERS]
    assert outcome.served[ORDERS] is before.served[ORDERS]
    assert (verdict.generation, verdict.served_generation) == (2, 1)
    assert [(finding.reason, finding.path) for finding in verdict.findings] == [
        ("InvalidMapping", "spec.methods.post.input.mapping[0].from"),
        ("InvalidMapping", None),
    ]
    assert verdict.findings[1].message == STAYS


def test_it_is_served_again_when_it_is_mended() -> None:
    world = cluster(endpoint())
    world.translate()
    world.put(endpoint(generation=2, spec=WRONG)).translate()
    outcome = world.put(endpoint(generation=3)).translate()
    assert (outcome.verdicts[ORDERS].served_generation, outcome.verdicts[ORDERS].findings) == (3, ())


def test_after_a_restart_what_was_published_is_the_last_good() -> None:
    good = translated(endpoint())
    uid = good.verdicts[ORDERS].uid
    broken = cluster(endpoint(generation=2, spec=WRONG))
    outcome = Translator({uid: good.served[ORDERS]}).translate(broken.world())
    assert outcome.served[ORDERS] is good.served[ORDERS]
    assert outcome.verdicts[ORDERS].findings[1].message == STAYS


def test_after_a_restart_what_is_published_already_is_the_same_object() -> None:
    good = translated(endpoint())
    uid = good.verdicts[ORDERS].uid
    read_back = good.served[ORDERS].config.model_dump_json(by_alias=True)
    published = good.served[ORDERS].__class__(1, EndpointConfig.model_validate_json(read_back))
    outcome = Translator({uid: published}).translate(cluster(endpoint()).world())
    assert outcome.served[ORDERS] is published


def test_a_schema_that_went_missing_leaves_the_last_good() -> None:
    spec = {"methods": {"post": {"input": {"schemaRef": {"name": "order"}}}}}
    world = cluster(schema({"type": "object"}), endpoint(spec=spec))
    before = world.translate()
    outcome = world.drop(key("DataSchema", "order")).translate()
    verdict = outcome.verdicts[ORDERS]
    assert outcome.served[ORDERS] is before.served[ORDERS]
    assert said(verdict) == [
        ("ResolvedRefs", "RefNotFound", "spec.methods.post.input.schemaRef"),
        ("ResolvedRefs", "RefNotFound", None),
    ]
    assert verdict.findings[0].message == "There is no DataSchema order in this namespace: create it, or name another."
    assert verdict.findings[1].message == STAYS


def test_a_schema_that_was_never_there_leaves_nothing() -> None:
    spec = {"methods": {"post": {"input": {"schemaRef": {"name": "order"}}}}}
    world = cluster(endpoint(spec=spec))
    assert not world.translate().served
    outcome = world.put(schema({"type": "object"})).translate()
    assert outcome.verdicts[ORDERS].findings == ()
    assert ORDERS in outcome.served


def test_a_schema_that_breaks_changes_no_endpoint_and_one_that_is_mended_does() -> None:
    spec = {"methods": {"post": {"input": {"schemaRef": {"name": "order"}}}}}
    world = cluster(schema({"type": "object"}), endpoint(spec=spec))
    before = world.translate()
    broken = world.edit(key("DataSchema", "order"), {"schema": {"type": "objekt"}}).translate()
    assert broken.served[ORDERS] is before.served[ORDERS]
    assert broken.verdicts[ORDERS].findings[0].message == (
        "DataSchema order is not accepted, or refers to what is not there: mend it, its status says how."
    )
    mended = world.edit(key("DataSchema", "order"), {"schema": {"type": "object", "required": ["id"]}}).translate()
    config = mended.served[ORDERS].config
    assert isinstance(config, EndpointConfig)
    assert config.methods["POST"].input.validation is not None
    assert config.methods["POST"].input.validation.root == {"type": "object", "required": ["id"]}


def test_a_token_that_is_taken_away_closes_at_once_even_of_a_last_good() -> None:
    security = {"tokens": [{"name": "erp", "secretRef": {"name": "erp"}}]}
    good = endpoint(spec={"security": security})
    primary = secret("orders-tokens", {"POST": "p", "GET": "g"}, owner=good.uid)
    world = cluster(good, secret("erp", {"token": "s3cret"}), primary)
    opened = world.translate().served[ORDERS].config
    assert isinstance(opened, EndpointConfig)
    assert [len(token.digests) for token in opened.tokens] == [1, 1, 1]
    world.put(endpoint(generation=2, spec=WRONG | {"security": security})).translate()
    outcome = world.drop(key("Secret", "erp"), key("Secret", "orders-tokens")).translate()
    closed = outcome.served[ORDERS].config
    assert isinstance(closed, EndpointConfig)
    assert outcome.served[ORDERS].generation == 1
    assert [(token.name, token.digests) for token in closed.tokens] == [("primary", ()), ("primary", ()), ("erp", ())]
    assert outcome.wanted_tokens[0].methods == ("POST", "GET")


def test_while_a_path_is_unjudged_the_last_good_stays() -> None:
    indexed = {"data": {"indexes": [{"name": "customer", "path": "$.bad"}]}}
    world = cluster(endpoint())
    before = world.translate()
    world.put(endpoint(generation=2, spec=indexed))
    pending = world.translator.translate(world.world(), {ORDERS})
    assert pending.wanted_paths == {"$.bad"}
    assert pending.served[ORDERS] is before.served[ORDERS]
    refused = world.translate()
    assert refused.served[ORDERS] is before.served[ORDERS]
    assert refused.verdicts[ORDERS].served_generation == 1


def test_a_last_good_of_another_version_breaks_no_pass() -> None:
    task = resource("Task", "process", {"steps": []})
    integration = resource("Integration", "pricing", {})
    foreign = {
        task.uid: Served(1, TaskConfig(namespace="acme", name="process", spec={"later": 1}, priority=5)),
        integration.uid: Served(1, IntegrationConfig(namespace="acme", name="pricing", slug="pricing", spec={})),
    }
    bound = endpoint(spec={"methods": {"post": {"task": {"ref": {"name": "process"}}}}})
    outcome = Translator(foreign).translate(cluster(task, integration, bound).world())
    assert outcome.bugs == ()
    assert set(outcome.served) == {task.key, integration.key, ORDERS}
    assert outcome.served[integration.key] is foreign[integration.uid]
