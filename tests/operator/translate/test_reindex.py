"""The annotation that asks for indexing anew goes to the gateways, though it makes no new generation."""

from dataclasses import replace

from tests.operator.translate.worlds import cluster, endpoint, key
from tidegate_gateway.config.index_ids import index_id
from tidegate_gateway.config.model import EndpointConfig
from tidegate_operator.translate.model import Translation

AT = key("Endpoint", "orders")
INDEXES = [{"name": "customer", "path": "$.customer"}, {"name": "total", "path": "$.total", "type": "Number"}]


def served(outcome: Translation) -> EndpointConfig:
    config = outcome.served[AT].config
    assert isinstance(config, EndpointConfig)
    return config


def test_a_new_value_changes_what_is_served_and_nothing_else() -> None:
    world = cluster(endpoint(spec={"data": {"indexes": INDEXES}}), endpoint("other"))
    before = world.translate()
    assert served(before).reindex is None
    outcome = world.put(replace(world.resources[AT], reindex="monday")).translate()
    assert outcome.changed == {AT}
    assert outcome.served[AT].generation == 1
    assert served(outcome) == served(before).model_copy(update={"reindex": "monday"})
    assert served(world.put(replace(world.resources[AT], reindex=None)).translate()) == served(before)


def test_an_index_keeps_its_number_for_as_long_as_it_says_the_same() -> None:
    world = cluster(endpoint(spec={"data": {"indexes": INDEXES}}))
    first = served(world.translate()).indexes
    assert [index.id for index in first] == [index_id(world.resources[AT].uid, index) for index in first]
    changed = [INDEXES[0], INDEXES[1] | {"type": "Text"}]
    second = served(world.edit(AT, world.resources[AT].spec | {"data": {"indexes": changed}}).translate()).indexes
    assert (second[0].id == first[0].id, second[1].id == first[1].id) == (True, False)
