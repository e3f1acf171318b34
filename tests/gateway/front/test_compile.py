"""What is decided when a configuration is loaded."""

import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.tokens import token
from tidegate_gateway.expressions.errors import AddressError
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.routes import Action

UID = uid_of("orders")


def test_an_endpoint_is_named_by_its_resource_and_found_by_its_address() -> None:
    compiled = compile_endpoint(endpoint(company="firm", group="sales", slug="in"), UID)
    assert (compiled.label, compiled.path) == ("acme/orders", "/api/endpoint/firm/sales/in")
    assert str(compiled.uid) == UID


def test_head_is_get() -> None:
    compiled = compile_endpoint(endpoint(methods={"GET": {}}), UID)
    for place in (compiled.collection, compiled.item, compiled.everything):
        assert place.routes["HEAD"] is place.routes["GET"]
    assert compiled.collection.routes["GET"].action is Action.LIST


def test_every_value_of_a_token_is_a_key_of_its_methods() -> None:
    tokens = (token("a", "b", name="erp", methods=["POST"]), token("c", methods=["POST", "GET"]))
    compiled = compile_endpoint(endpoint(methods={"POST": {}, "GET": {}}, tokens=tokens), UID)
    names = {method: [key.name for key in route.keys] for method, route in compiled.collection.routes.items()}
    assert names["POST"] == ["erp", "erp", "primary"]
    assert names["GET"] == names["HEAD"] == ["primary"]
    assert names["PUT"] == ["erp", "erp", "primary"]


@pytest.mark.parametrize(("patterns", "restricted"), [((), False), (("*",), False), (("10.0.0.1",), True)])
def test_an_endpoint_for_anyone_looks_at_no_address(patterns: tuple[str, ...], restricted: bool) -> None:
    compiled = compile_endpoint(endpoint(allowed_ips=patterns), UID)
    assert (compiled.address_allowed is not None) == restricted


def test_a_pattern_that_is_none_does_not_compile() -> None:
    with pytest.raises(AddressError, match=r"has host bits set: write 10\.0\.0\.0/8"):
        compile_endpoint(endpoint(allowed_ips=("10.0.0.1/8",)), UID)
