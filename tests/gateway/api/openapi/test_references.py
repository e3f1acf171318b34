"""Schemas move into a document with everything that they refer to."""

from typing import Any

import pytest

from tests.gateway.api.openapi.samples import ID, INPUT
from tidegate_gateway.api.openapi.components import ROOT, Components
from tidegate_gateway.api.openapi.references import moved
from tidegate_gateway.config.model import Schema
from tidegate_gateway.expressions.schema_places import Place, places

AT = "#/components/schemas/own"


def moved_alone(schema: Any) -> Any:
    return moved(schema, ROOT, places(schema, Place(ROOT, "")), {ROOT: AT})


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (True, True),
        ({"$ref": "#"}, {"$ref": AT}),
        ({"$ref": "#/$defs/a%20b"}, {"$ref": f"{AT}/$defs/a%20b"}),
        ({"items": {"$ref": "#/$defs/a"}}, {"items": {"$ref": f"{AT}/$defs/a"}}),
        ({"$dynamicRef": "#x", "$dynamicAnchor": "x"}, {"$ref": AT}),
        ({"$ref": "#", "$dynamicRef": "#/a"}, {"$ref": AT, "allOf": [{"$ref": f"{AT}/a"}]}),
        ({"$id": "https://a/b", "not": {"$ref": "b#/c"}}, {"not": {"$ref": f"{AT}/c"}}),
        ({"$id": "https://a/b", "not": {"$ref": "#"}}, {"not": {"$ref": AT}}),
        ({"$ref": "elsewhere"}, {"$ref": "elsewhere"}),
        (
            {"$defs": {"a/b": {"$id": "https://a/c", "$anchor": "d"}}, "allOf": [{"$ref": "https://a/c#d"}]},
            {"$defs": {"a/b": {}}, "allOf": [{"$ref": f"{AT}/$defs/a~1b"}]},
        ),
        ({"$schema": "x", "discriminator": "x", "xml": 1, "externalDocs": 2, "title": "t"}, {"title": "t"}),
        ({"enum": [{"$ref": "#"}], "default": {"$id": "x"}}, {"enum": [{"$ref": "#"}], "default": {"$id": "x"}}),
        (
            {"properties": {"default": {"$ref": "#"}, "$ref": {"const": 1}, "xml": {"type": "null"}}},
            {"properties": {"default": {"$ref": AT}, "$ref": {"const": 1}, "xml": {"type": "null"}}},
        ),
    ],
)
def test_references_follow_what_they_refer_to(schema: Any, expected: Any) -> None:
    before = repr(schema)
    assert moved_alone(schema) == expected
    assert repr(schema) == before


def schema(root: Any, **resources: Any) -> Schema:
    return Schema(root=root, resources={f"schema:{name}": one for name, one in resources.items()})


def test_a_schema_and_its_dataschemas_are_components() -> None:
    components = Components()
    assert components.add(Schema.model_validate(INPUT["validation"]), "orders.post") == {
        "$ref": "#/components/schemas/orders.post"
    }
    assert components.schemas["id"] == ID
    own = components.schemas["orders.post"]
    assert own["properties"] == {
        "id": {"$ref": "#/components/schemas/id"},
        "lines": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/orders.post/$defs/line"},
            "minItems": 1,
        },
        "secret": {"type": "string", "writeOnly": True},
        "before": {"$ref": "#/components/schemas/orders.post"},
    }
    assert "$id" not in own
    assert "$schema" not in own


def test_what_is_the_same_is_there_once() -> None:
    components = Components()
    same = schema({"$ref": "schema:a"}, a={"$ref": "schema:b#/x"}, b={"x": True})
    assert components.add(same, "one") == components.add(same, "two")
    assert components.schemas == {
        "one": {"$ref": "#/components/schemas/a"},
        "a": {"$ref": "#/components/schemas/b/x"},
        "b": {"x": True},
    }


def test_an_older_dataschema_of_the_same_name_stands_beside_the_newer_one() -> None:
    components = Components()
    components.add(schema({"$ref": "schema:a"}, a={"$ref": "schema:b"}, b={"type": "string"}), "new")
    components.add(schema({"$ref": "schema:a"}, a={"$ref": "schema:b"}, b={"type": "number"}), "old")
    assert components.schemas["new"] == {"$ref": "#/components/schemas/a"}
    assert components.schemas["old"] == {"$ref": "#/components/schemas/a-2"}
    assert components.schemas["a-2"] == {"$ref": "#/components/schemas/b-2"}
    assert components.schemas["b-2"] == {"type": "number"}


def test_schemas_that_refer_to_each_other_are_moved_too() -> None:
    components = Components()
    components.add(schema({"$ref": "schema:a"}, a={"not": {"$ref": "schema:b"}}, b={"not": {"$ref": "schema:a"}}), "x")
    assert components.schemas["b"] == {"not": {"$ref": "#/components/schemas/a"}}
