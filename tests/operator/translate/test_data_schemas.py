"""DataSchemas: what they reach, whose mistake it is when one does not compile, and who hears of a change."""

from typing import Any

from tests.operator.translate.worlds import cluster, endpoint, key, resource, said, translated
from tidegate_gateway.config.model import EndpointConfig, Schema
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate.model import Translation

ORDERS = key("Endpoint", "orders")
NOWHERE = {"$ref": "#/$defs/nowhere"}


def schema(name: str, document: Any) -> Resource:
    return resource("DataSchema", name, {"schema": document})


def at(name: str) -> Key:
    return key("DataSchema", name)


def to(*names: str) -> dict[str, Any]:
    return {"properties": {name: {"$ref": f"schema:{name}"} for name in names}}


def referring(name: str) -> Resource:
    return endpoint(spec={"methods": {"post": {"input": {"schemaRef": {"name": name}}}}})


def validation(outcome: Translation) -> Schema:
    config = outcome.served[ORDERS].config
    assert isinstance(config, EndpointConfig)
    found = config.methods["POST"].input.validation
    assert found is not None
    return found


def reasons(outcome: Translation) -> dict[str, list[str]]:
    return {
        verdict.key.name: [str(finding.reason) for finding in verdict.findings]
        for verdict in outcome.verdicts.values()
        if verdict.key.kind == "DataSchema"
    }


def test_everything_that_is_reached_comes_along() -> None:
    outcome = translated(schema("a", to("b")), schema("b", to("c")), schema("c", {"type": "string"}), referring("a"))
    assert validation(outcome).root == to("b")
    assert validation(outcome).resources == {"schema:b": to("c"), "schema:c": {"type": "string"}}
    assert not any(verdict.findings for verdict in outcome.verdicts.values())


def test_schemas_may_go_round_in_circles() -> None:
    outcome = translated(schema("a", to("b")), schema("b", to("a", "b")), referring("a"))
    assert set(validation(outcome).resources) == {"schema:a", "schema:b"}
    assert reasons(outcome) == {"a": [], "b": []}


def test_a_change_far_away_reaches_all_that_reach_it() -> None:
    world = cluster(schema("a", to("b")), schema("b", to("c")), schema("c", True), schema("d", {}), referring("a"))
    assert reasons(world.translate()) == {"a": ["RefNotFound"], "b": ["RefNotFound"], "c": ["InvalidField"], "d": []}
    outcome = world.edit(at("c"), {"schema": {"type": "string"}}).translate()
    assert outcome.changed == {at("a"), at("b"), at("c"), ORDERS}
    assert validation(outcome).resources["schema:c"] == {"type": "string"}


def test_a_display_name_reaches_nobody() -> None:
    world = cluster(schema("a", {}), referring("a"))
    world.translate()
    outcome = world.edit(at("a"), {"schema": {}, "displayName": "A"}).translate()
    assert outcome.changed == {at("a")}


def test_a_mistake_is_told_where_it_is() -> None:
    outcome = translated(schema("a", to("b")), schema("b", {"type": "objekt"}))
    assert reasons(outcome) == {"a": ["RefNotFound"], "b": ["InvalidSchema"]}
    assert outcome.verdicts[at("b")].findings[0].message == (
        "At /type of it: Use array, boolean, integer, null, number, object or string, or a list of them."
    )


def test_own_mistakes_are_told_beside_anothers() -> None:
    outcome = translated(schema("a", to("b", "gone") | {"type": "objekt"}), schema("b", {"type": "objekt"}))
    assert said(outcome.verdicts[at("a")]) == [
        ("Accepted", "InvalidSchema", "spec.schema"),
        ("ResolvedRefs", "RefNotFound", "spec.schema"),
        ("ResolvedRefs", "RefNotFound", "spec.schema"),
    ]


def test_a_mistake_that_only_compiling_shows_is_told_where_it_is() -> None:
    outcome = translated(schema("a", to("b")), schema("b", NOWHERE), schema("c", to("a")))
    assert reasons(outcome) == {"a": ["RefNotFound"], "b": ["InvalidSchema"], "c": ["RefNotFound", "RefNotFound"]}


def test_in_a_circle_nobody_can_tell_whose_it_is() -> None:
    outcome = translated(schema("a", to("b")), schema("b", to("a") | NOWHERE))
    assert reasons(outcome) == {"a": ["InvalidSchema"], "b": ["InvalidSchema"]}


def test_a_pointer_into_another_schema_that_meets_nothing() -> None:
    outcome = translated(schema("a", {"$ref": "schema:b#/$defs/gone"}), schema("b", {"$defs": {"x": {}}}))
    assert reasons(outcome) == {"a": ["InvalidSchema"], "b": []}


def test_other_namespaces_are_never_reached() -> None:
    beyond = resource("DataSchema", "b", {"schema": {}}, namespace="beta")
    assert reasons(translated(schema("a", to("b")), beyond))["a"] == ["RefNotFound"]
