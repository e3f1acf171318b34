"""A resource that is wrong changes no other one by a byte, and a processor that breaks on one breaks no pass."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.operator.translate import variety
from tests.operator.translate.variety import Shape
from tests.operator.translate.worlds import Cluster, cluster, dumped, endpoint, key, resource, secret
from tidegate_operator.store import Resource
from tidegate_operator.translate import drafts, serving
from tidegate_operator.translate.facts import Built
from tidegate_operator.translate.view import View

ORDERS, OTHER = key("Endpoint", "orders"), key("Endpoint", "other")
YOUNG = 1000
HIDDEN = "s3cret"
WRONG: list[tuple[str, Any]] = [
    ("Endpoint", {"group": "g", "slug": "x", "methods": {"post": {"input": {"resultPath": "$["}}}}),
    ("Endpoint", {"group": "g", "slug": "x", "methods": {"post": {"output": {"schema": {"type": "objekt"}}}}}),
    ("Endpoint", {"group": "g", "slug": "x", "colour": "red", "methods": {"post": {}}}),
    ("Endpoint", {"group": "g", "slug": "x", "security": {"allowedIPs": ["10.0.0.1/8"]}, "methods": {"post": {}}}),
    ("Task", {"steps": [{"name": "s1", "transform": {"expression": "rows.("}}]}),
    ("Task", {"schedule": "61 * * * *", "steps": [{"name": "s1", "delay": {"seconds": 1}}]}),
    ("Task", {"steps": [{"name": "s1"}]}),
    ("Integration", {"type": "custom", "slug": "x", "apiBaseUri": "https://host:99999"}),
    ("Integration", {"type": "custom", "slug": "x", "apiBaseUri": "nowhere"}),
    ("Company", {"slug": "No Slug"}),
    ("Company", {"slug": "one", "retentionDays": "many"}),
    ("DataSchema", {"schema": {"type": "objekt"}}),
    ("DataSchema", {"schema": {"$ref": "https://elsewhere.example.com/s"}}),
    ("DataSchema", {"schema": "text"}),
    ("Agent", {"secretRef": {"name": "s"}, "allowedHosts": ["nowhere"]}),
]
NOT_EVEN_SPECS: list[Any] = [None, "text", 7, [], {"colour": "red"}]
WRONG += [(kind, spec) for kind in drafts.BUILDERS for spec in NOT_EVEN_SPECS]
worlds = st.lists(variety.shapes(), max_size=14, unique_by=lambda shape: shape.at)


def world_of(shapes: list[Shape]) -> Cluster:
    made = [resource(s.at.kind, s.at.name, s.spec, namespace=s.at.namespace, age=s.age) for s in shapes if s.spec]
    return cluster(*made, secret("s", {"token": "t"}), secret("s", {"token": "t"}, namespace="beta"))


@settings(max_examples=300, deadline=None)
@given(worlds, st.sampled_from(WRONG), st.sampled_from(variety.NAMESPACES), st.sampled_from("abc"))
def test_a_wrong_resource_that_comes_changes_no_other(
    shapes: list[Shape], wrong: tuple[str, Any], namespace: str, name: str
) -> None:
    kind, spec = wrong
    stray = resource(kind, name, spec, namespace=namespace, age=YOUNG)
    shapes = [shape for shape in shapes if shape.at != stray.key]
    alone, beside = world_of(shapes).translate(), world_of(shapes).put(stray).translate()
    assert dumped(beside, of=alone.verdicts) == dumped(alone)
    assert stray.key not in beside.served
    assert beside.verdicts[stray.key].findings


@settings(max_examples=300, deadline=None)
@given(worlds, st.sampled_from(WRONG), st.sampled_from(variety.NAMESPACES), st.sampled_from("ab"))
def test_a_resource_that_turns_wrong_changes_no_other(
    shapes: list[Shape], wrong: tuple[str, Any], namespace: str, name: str
) -> None:
    kind, spec = wrong
    at = key(kind, name, namespace)
    world = world_of(shapes)
    if at not in world.resources:
        world.put(resource(kind, name, variety.SHAPES[kind](name)[0], namespace=namespace))
    before = world.translate()
    after = world.edit(at, spec).translate()
    others = before.verdicts.keys() - {at}
    assert dumped(after, of=others) == dumped(before, of=others)
    assert dumped(after, of=[at]) == dumped(before, of=[at])


def break_on(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = drafts.BUILDERS["Endpoint"]

    def build(resource: Resource, view: View) -> Built:
        if resource.key.name == name:
            raise KeyError(HIDDEN)
        return real(resource, view)

    monkeypatch.setattr(drafts, "BUILDERS", {**drafts.BUILDERS, "Endpoint": build})


def test_a_processor_that_breaks_is_that_resources_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    break_on("other", monkeypatch)
    outcome = cluster(endpoint(), endpoint("other")).translate()
    assert ORDERS in outcome.served
    (finding,) = outcome.verdicts[OTHER].findings
    assert (finding.condition, finding.reason, finding.path) == ("Accepted", "InvalidField", None)
    assert finding.message == (
        "Tidegate broke on this resource; the mistake is in Tidegate. Please report it, with the operator's log."
    )
    (bug,) = outcome.bugs
    assert bug.key == OTHER
    assert bug.stack.endswith("KeyError")
    assert "drafts.py" in bug.stack
    assert HIDDEN not in repr(outcome)


def test_a_processor_that_breaks_leaves_the_last_good(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cluster(endpoint())
    before = world.translate()
    break_on("orders", monkeypatch)
    outcome = world.put(endpoint(generation=2, spec={"paused": True})).translate()
    assert outcome.served[ORDERS] is before.served[ORDERS]
    assert outcome.verdicts[ORDERS].served_generation == 1
    monkeypatch.undo()
    mended = world.put(endpoint(generation=3, spec={"paused": True})).translate()
    assert (mended.verdicts[ORDERS].served_generation, mended.bugs) == (3, ())


def test_what_breaks_on_its_way_out_stays_with_its_resource_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world = cluster(endpoint(), endpoint("other"))
    before = world.translate()
    real = serving.methods
    monkeypatch.setattr(serving, "methods", lambda config: 1 / 0 if config.paused else real(config))
    outcome = world.put(endpoint(generation=2, spec={"paused": True}), endpoint("third")).translate()
    assert outcome.bugs[0].stack.endswith("ZeroDivisionError")
    assert outcome.served[ORDERS] is before.served[ORDERS]
    assert key("Endpoint", "third") in outcome.served
