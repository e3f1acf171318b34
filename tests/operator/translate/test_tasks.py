"""Tasks, and the endpoints in front of them: what a run needs, and what is said while it is not there."""

from typing import Any

import pytest

from tests.operator.translate.worlds import cluster, endpoint, key, resource, said, secret, translated
from tidegate_gateway.config.model import EndpointConfig, TaskConfig
from tidegate_operator.store import Resource
from tidegate_operator.translate.model import Translation

ORDERS, PROCESS, PRICING = key("Endpoint", "orders"), key("Task", "process"), key("Integration", "pricing")
STEP = {"name": "s1", "delay": {"seconds": 1}}
CALL = {"name": "call", "http": {"integrationRef": {"name": "pricing"}}}


def task(*steps: Any, name: str = "process", **more: Any) -> Resource:
    return resource("Task", name, {"steps": list(steps or (STEP,))} | more)


def integration(**spec: Any) -> Resource:
    base = {"type": "custom", "mode": "Shared", "apiBaseUri": "https://api.example.com"}
    return resource("Integration", "pricing", base | spec)


def bound(**method: Any) -> Resource:
    return endpoint(spec={"methods": {"post": {"task": {"ref": {"name": "process"}}} | method}})


def uid_behind(outcome: Translation) -> str | None:
    config = outcome.served[ORDERS].config
    assert isinstance(config, EndpointConfig)
    binding = config.methods["POST"].task
    assert binding is not None
    return binding.uid


def config_of(outcome: Translation, at: Any = PROCESS) -> TaskConfig:
    config = outcome.served[at].config
    assert isinstance(config, TaskConfig)
    return config


def test_an_endpoint_heals_when_its_task_arrives() -> None:
    world = cluster(bound())
    before = world.translate()
    assert uid_behind(before) is None
    assert said(before.verdicts[ORDERS]) == [("ResolvedRefs", "RefNotFound", "spec.methods.post.task.ref")]
    after = world.put(task()).translate()
    assert uid_behind(after) == task().uid
    assert after.verdicts[ORDERS].findings == ()
    assert after.changed == {ORDERS, PROCESS}
    gone = world.drop(PROCESS).translate()
    assert uid_behind(gone) is None


def test_a_disabled_task_is_not_runnable() -> None:
    world = cluster(bound(), task())
    world.translate()
    outcome = world.edit(PROCESS, {"enabled": False, "steps": [STEP]}).translate()
    assert uid_behind(outcome) is None
    assert outcome.verdicts[ORDERS].findings[0].message.startswith("Task process is disabled: enable it. Until then")


def test_a_task_that_turns_wrong_goes_on_as_it_was() -> None:
    world = cluster(bound(), task())
    before = world.translate()
    outcome = world.edit(PROCESS, {"steps": []}).translate()
    assert outcome.served[ORDERS] is before.served[ORDERS]
    assert outcome.served[PROCESS] is before.served[PROCESS]
    assert outcome.changed == {PROCESS}


def test_a_change_of_steps_reaches_an_endpoint_only_where_it_matters() -> None:
    world = cluster(bound(output={"step": "s1"}), task())
    world.translate()
    assert world.edit(PROCESS, {"steps": [STEP | {"attempts": 2}]}).translate().changed == {PROCESS}
    outcome = world.edit(PROCESS, {"steps": [STEP | {"name": "other"}]}).translate()
    assert outcome.changed == {PROCESS, ORDERS}
    (finding,) = outcome.verdicts[ORDERS].findings
    assert finding.path == "spec.methods.post.output.step"
    assert finding.message.startswith("Task process has no step s1: name one of other.")
    assert uid_behind(outcome) is None


def test_two_tasks_may_start_each_other() -> None:
    first = task({"name": "a", "task": {"ref": {"name": "second"}}})
    second = task({"name": "b", "task": {"ref": {"name": "process"}}}, name="second")
    outcome = translated(first, second)
    assert config_of(outcome).tasks == {"second": second.uid}
    assert config_of(outcome, key("Task", "second")).tasks == {"process": first.uid}
    assert all(not verdict.findings for verdict in outcome.verdicts.values())


def test_a_task_waits_for_its_integration() -> None:
    world = cluster(task(CALL))
    assert PROCESS not in world.translate().served
    outcome = world.put(integration()).translate()
    assert config_of(outcome).integrations == {"pricing": integration().uid}
    assert outcome.verdicts[PROCESS].findings == ()
    kept = world.drop(PRICING).translate()
    assert kept.served[PROCESS] is outcome.served[PROCESS]
    assert said(kept.verdicts[PROCESS])[0] == ("ResolvedRefs", "RefNotFound", "spec.steps[0].http.integrationRef")


def test_an_integration_without_a_shared_connection_is_refused() -> None:
    outcome = translated(integration(mode="PerUser"), task(CALL))
    (finding,) = outcome.verdicts[PROCESS].findings
    assert (finding.condition, finding.reason) == ("Accepted", "PerUserIntegration")
    assert finding.message == "Integration pricing has no shared connection: set its mode to Shared, or use another."


def test_the_priority_is_the_tasks_or_the_companys() -> None:
    world = cluster(task(), task(name="own", priority=3))
    assert config_of(world.translate()).priority == 50
    outcome = world.put(resource("Company", "acme", {"defaultPriority": 7})).translate()
    assert config_of(outcome).priority == 7
    assert config_of(outcome, key("Task", "own")).priority == 3
    assert outcome.changed == {PROCESS, key("Company", "acme")}


def test_the_connection_string_of_a_statement_is_a_credential() -> None:
    step = {"name": "archive", "sql": {"secretRef": {"name": "db", "key": "dsn"}, "statement": "select 1"}}
    world = cluster(task(step), secret("db", {"dsn": "postgresql://s3cret@db\n"}))
    outcome = world.translate()
    assert outcome.served[PROCESS].secrets == {"sql.archive": b"postgresql://s3cret@db"}
    assert "s3cret" not in repr(outcome)
    gone = world.drop(key("Secret", "db")).translate()
    assert gone.served[PROCESS].secrets == {}
    assert gone.verdicts[PROCESS].findings[0].message == (
        "There is no Secret db in this namespace: create it, with the connection string under the key dsn."
    )


IN_BULK = [
    ({"http": {"integrationRef": {"name": "pricing"}, "relativeUri": "/{{row.id}}"}}, "http.relativeUri"),
    ({"endpoint": {"group": "g", "slug": "s", "body": "{{row.id}}"}}, "endpoint.body"),
    ({"transform": {"expression": "[row]"}}, "transform.expression"),
]


@pytest.mark.parametrize(("connector", "path"), IN_BULK)
def test_there_is_no_row_in_bulk(connector: Any, path: str) -> None:
    refused = translated(integration(), task({"name": "s1"} | connector))
    assert said(refused.verdicts[PROCESS]) == [("Accepted", "InvalidExpression", f"spec.steps[0].{path}")]
    taken = translated(integration(), task({"name": "s1", "processing": "RowByRow"} | connector))
    assert taken.verdicts[PROCESS].findings == ()


ANYWAY = [
    {"map": [{"property": "a", "from": "row.id"}]},
    {"sql": {"secretRef": {"name": "db"}, "statement": "select $1", "parameters": ["row.id"]}},
    {"fail": {"message": "Nothing to do for {{row.id}}"}},
]


@pytest.mark.parametrize("connector", ANYWAY)
def test_there_is_a_row_where_a_connector_takes_one_after_the_other(connector: Any) -> None:
    outcome = translated(task({"name": "s1"} | connector), secret("db", {"token": "dsn"}))
    assert outcome.verdicts[PROCESS].findings == ()


def test_steps_name_earlier_steps_only() -> None:
    sources = ["steps.s1[0].id", "steps.s1", "steps.s1.id", "steps['s1']", "steps", "steps.later", "steps.s"]
    mapping = {"name": "m", "map": [{"property": f"p{i}", "from": source} for i, source in enumerate(sources)]}
    outcome = translated(task(STEP, mapping, STEP | {"name": "later"}))
    assert said(outcome.verdicts[PROCESS]) == [
        ("Accepted", "InvalidMapping", "spec.steps[1].map[5].from"),
        ("Accepted", "InvalidMapping", "spec.steps[1].map[6].from"),
    ]
    assert outcome.verdicts[PROCESS].findings[0].message == "Name an earlier step: one of s1."


def test_schemas_of_steps_come_with_all_that_they_reach() -> None:
    line = resource("DataSchema", "line", {"schema": {"type": "integer"}})
    order = resource("DataSchema", "order", {"schema": {"properties": {"line": {"$ref": "schema:line"}}}})
    outcome = translated(line, order, task(STEP | {"input": {"schemaRef": {"name": "order"}}}))
    assert config_of(outcome).schemas == {
        "schema:order": {"properties": {"line": {"$ref": "schema:line"}}},
        "schema:line": {"type": "integer"},
    }
