"""The numbers of index definitions."""

import pytest

from tidegate_gateway.config.index_ids import index_id
from tidegate_gateway.config.model import Index

INDEX = Index(name="customer", method="POST", source="Input", path="$.customer.id", type="Text")
ENDPOINT = "5b7c9d64-0000-4000-8000-000000000001"


def test_it_is_the_same_in_every_process_and_fits_a_bigint() -> None:
    assert index_id(ENDPOINT, INDEX) == 3_936_507_370_229_415_877
    assert -(2**63) <= index_id(ENDPOINT, INDEX) < 2**63


@pytest.mark.parametrize(
    "change",
    [{"name": "client"}, {"method": "PUT"}, {"source": "Output"}, {"path": "$.id"}, {"type": "Number"}],
    ids=str,
)
def test_another_definition_has_another_number(change: dict[str, str]) -> None:
    assert index_id(ENDPOINT, INDEX.model_copy(update=change)) != index_id(ENDPOINT, INDEX)


def test_an_endpoint_of_the_same_definition_has_another_number() -> None:
    assert index_id(ENDPOINT.replace("1", "2"), INDEX) != index_id(ENDPOINT, INDEX)
