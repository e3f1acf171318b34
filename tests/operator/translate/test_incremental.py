"""Told of each change, the translator comes to what it would come to if it looked at everything anew."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.operator.translate import variety
from tests.operator.translate.variety import Change, Shape
from tests.operator.translate.worlds import Cluster, cluster, endpoint, key, resource, secret
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Served, Translation
from tidegate_operator.translate.translator import Translator

ORDERS = key("Endpoint", "orders")


def apply(world: Cluster, change: Change) -> None:
    match change:
        case Shape(at, None, _):
            world.drop(at)
        case Shape(at, spec, age):
            if at in world.resources:
                world.edit(at, spec)
            else:
                world.put(resource(at.kind, at.name, spec, namespace=at.namespace, age=age, uid=str(uuid4())))
        case (at, None):
            world.drop(at)
        case (_, there):
            world.put(there)


def anew(world: Cluster, last_good: dict[str, Served]) -> Translation:
    """The same world, looked at by a translator that knows only what was served."""
    return Cluster(world.resources, world.stored, Translator(last_good)).translate()


def last_good(outcome: Translation) -> dict[str, Served]:
    return {outcome.verdicts[at].uid: served for at, served in outcome.served.items()}


def same(one: Translation, other: Translation) -> None:
    assert one.verdicts == other.verdicts
    assert one.served == other.served
    assert one.wanted_tokens == other.wanted_tokens
    assert one.bugs == other.bugs == ()


@settings(max_examples=300, deadline=None)
@given(variety.batches)
def test_a_change_comes_to_what_a_whole_pass_does(batches: Sequence[Sequence[Change]]) -> None:
    world, known = Cluster(), dict[str, Served]()
    for batch in batches:
        for change in batch:
            apply(world, change)
        outcome = world.translate()
        same(outcome, anew(world, known))
        known = last_good(outcome)


@settings(max_examples=100, deadline=None)
@given(variety.batches)
def test_what_has_changed_is_named_and_nothing_else(batches: Sequence[Sequence[Change]]) -> None:
    world = Cluster()
    before = world.translate()
    for batch in batches:
        for change in batch:
            apply(world, change)
        after = world.translate()
        differ = {at for at in before.verdicts.keys() | after.verdicts if facets(before, at) != facets(after, at)}
        assert differ <= after.changed
        for at in after.verdicts.keys() & before.verdicts.keys() - after.changed:
            assert after.served.get(at) is before.served.get(at)
            assert after.verdicts[at] is before.verdicts[at]
        before = after


def facets(outcome: Translation, at: Key) -> Any:
    return outcome.verdicts.get(at), outcome.served.get(at)


@settings(max_examples=100, deadline=None)
@given(st.lists(variety.shapes(), max_size=12, unique_by=lambda shape: shape.at), st.randoms())
def test_the_order_in_which_resources_come_is_nothing(shapes: list[Shape], random: Any) -> None:
    in_order, shuffled = Cluster(), Cluster()
    made = [resource(s.at.kind, s.at.name, s.spec, namespace=s.at.namespace, age=s.age) for s in shapes if s.spec]
    in_order.put(*made)
    shuffled.put(*random.sample(made, len(made)))
    same(in_order.translate(), shuffled.translate())
    one_by_one = Cluster()
    for thing in random.sample(made, len(made)):
        one_by_one.put(thing)
        one_by_one.translate()
    one_by_one.translator = Translator()
    one_by_one._changed = None
    same(in_order.translate(), one_by_one.translate())


def test_a_pass_without_a_change_changes_nothing() -> None:
    world = cluster(endpoint(), endpoint("other", age=3))
    before = world.translate()
    after = world.translate()
    assert after.changed == frozenset()
    assert all(after.served[at] is served for at, served in before.served.items())


def test_a_whole_pass_finds_what_no_change_told() -> None:
    world = cluster(endpoint(), endpoint("other", age=3))
    world.translate()
    del world.resources[ORDERS]
    world.resources[key("Endpoint", "third")] = endpoint("third")
    world.secrets[key("Secret", "nobody")] = None
    outcome = world.translator.translate(world.world())
    assert outcome.changed == {ORDERS, key("Endpoint", "third")}
    assert set(outcome.verdicts) == {key("Endpoint", "other"), key("Endpoint", "third")}


def test_a_secret_that_nobody_reads_reaches_nobody() -> None:
    world = cluster(endpoint())
    world.translate()
    world.put(secret("stray", {"token": "x"}))
    assert world.translate().changed == frozenset()


def test_what_is_translated_stays_when_the_translator_goes_on() -> None:
    world = cluster(endpoint())
    first = world.translate()
    world.drop(ORDERS)
    world.translate()
    assert ORDERS in first.served
    assert ORDERS in first.verdicts
