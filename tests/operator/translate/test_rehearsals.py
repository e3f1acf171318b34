"""When contract examples are tried out, and what becomes of an Endpoint whose examples fail."""

import time
from typing import Any

from tests.operator.translate.worlds import cluster, endpoint, key, resource
from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.translate.model import Finding, Translation

SCHEMA = {"type": "object", "required": ["id"]}
TAKEN = {"name": "taken", "request": {"body": {"id": 1}}, "response": {"status": 201}}
AT = key("Endpoint", "orders")


def orders(*examples: Any, **spec: Any) -> Any:
    methods = {"post": {"input": {"schemaRef": {"name": "order"}}}}
    return {"group": "sales", "methods": methods, "examples": list(examples)} | spec


def schema(**changes: Any) -> Any:
    return {"schema": SCHEMA | changes}


def findings(outcome: Translation) -> list[tuple[Reason, str | None]]:
    return [(finding.reason, finding.path) for finding in outcome.verdicts[AT].findings]


def test_an_endpoint_carries_its_examples_to_the_gateways() -> None:
    outcome = cluster(
        resource("DataSchema", "order", schema()), resource("Endpoint", "orders", orders(TAKEN))
    ).translate()
    config = outcome.served[AT].config
    assert isinstance(config, EndpointConfig)
    (one,) = config.examples
    assert (one.name, one.request.body, one.response.status, one.response.has_body) == ("taken", {"id": 1}, 201, False)


def test_a_schema_that_changes_tries_the_examples_out_again() -> None:
    world = cluster(resource("DataSchema", "order", schema()), resource("Endpoint", "orders", orders(TAKEN)))
    before = world.translate()
    assert findings(before) == []
    outcome = world.edit(key("DataSchema", "order"), schema(required=["number"])).translate()
    assert findings(outcome)[0] == (Reason.EXAMPLE_FAILED, "spec.examples[0]")
    assert outcome.served[AT] is before.served[AT]
    assert AT in outcome.changed
    mended = world.edit(key("DataSchema", "order"), schema()).translate()
    assert findings(mended) == []


def test_all_failures_are_told_and_the_last_good_stays() -> None:
    world = cluster(resource("DataSchema", "order", schema()), resource("Endpoint", "orders", orders(TAKEN)))
    before = world.translate()
    wrong = TAKEN | {"name": "wrong", "response": {"status": 400}}
    other = TAKEN | {"name": "other", "response": {"status": 201, "body": {"Status": "Done", "ID": "1"}}}
    outcome = world.edit(AT, orders(TAKEN, wrong, other)).translate()
    told = outcome.verdicts[AT].findings
    assert [finding.path for finding in told[:-1]] == ["spec.examples[1]", "spec.examples[2]", "spec.examples[2]"]
    assert told[0].message == "The answer is 201, not 400."
    assert told[-1] == Finding(
        ConditionType.ACCEPTED,
        Reason.EXAMPLE_FAILED,
        "Generation 1 stays served as it was until this is mended.",
    )
    assert outcome.served[AT] == before.served[AT]
    assert outcome.verdicts[AT].served_generation == 1


def test_other_mistakes_come_first_and_examples_are_not_tried_out_with_them() -> None:
    failing = TAKEN | {"response": {"status": 500}}
    spec = orders(failing, security={"allowedIPs": ["nowhere"]})
    outcome = cluster(resource("DataSchema", "order", schema()), resource("Endpoint", "orders", spec)).translate()
    assert findings(outcome) == [(Reason.INVALID_ADDRESS, "spec.security.allowedIPs[0]")]


def test_a_path_that_postgresql_has_not_judged_yet_lets_examples_wait() -> None:
    failing = TAKEN | {"response": {"status": 500}}
    index = {"name": "id", "path": "$.id"}
    world = cluster(endpoint(spec={"examples": [failing], "data": {"indexes": [index]}}))
    assert findings(world.translate()) == [(Reason.EXAMPLE_FAILED, "spec.examples[0]")]
    world.mistakes["$.bad("] = "syntax error"
    outcome = world.edit(AT, orders(failing, data={"indexes": [index | {"path": "$.bad("}]})).translate()
    assert (Reason.EXAMPLE_FAILED, "spec.examples[0]") not in findings(outcome)


def test_no_example_depends_on_the_company() -> None:
    world = cluster(
        resource("Company", "acme", {"slug": "acme-inc"}),
        resource("DataSchema", "order", schema()),
        resource("Endpoint", "orders", orders(TAKEN)),
    )
    before = world.translate()
    outcome = world.edit(key("Company", "acme"), {"slug": "acme-inc", "retentionDays": 0}).translate()
    assert findings(before) == findings(outcome) == []
    config = outcome.served[AT].config
    assert isinstance(config, EndpointConfig)
    assert config.retention_days == 0


def test_large_examples_are_refused_before_they_are_tried_out() -> None:
    large = TAKEN | {"request": {"body": "x" * 300_000}}
    outcome = cluster(
        resource("DataSchema", "order", schema()), resource("Endpoint", "orders", orders(large))
    ).translate()
    assert outcome.bugs == ()
    (finding,) = outcome.verdicts[AT].findings
    assert (finding.reason, finding.path) == (Reason.INVALID_FIELD, "spec.examples")
    assert finding.message == "Make it smaller: at most 256 kB as JSON."


def test_examples_that_take_much_work_are_told_so_and_hold_nobody_up() -> None:
    pairs = [{"property": f"p{number}", "from": "$..*..*"} for number in range(200)]
    methods = {"post": {"input": {"mapping": pairs, "schema": {}}}}
    body = [[[number] for number in range(100)]] * 5
    examples = [{"name": f"e{number}", "request": {"body": body}, "response": {"status": 201}} for number in range(50)]
    began = time.monotonic()
    outcome = cluster(endpoint(spec={"methods": methods, "examples": examples})).translate()
    assert time.monotonic() - began < 10
    (finding,) = outcome.verdicts[AT].findings
    assert (finding.reason, finding.path) == (Reason.EXAMPLE_FAILED, "spec.examples[0]")
    assert finding.message == (
        "This example, with those before it, takes too much work: make its body smaller, or the paths plainer."
    )
