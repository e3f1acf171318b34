"""No document, and no page, tells what a `writeOnly` field holds."""

import json
from typing import Any

import pytest

from tests.gateway.api.openapi.samples import described
from tests.gateway.config.samples import endpoint
from tidegate_gateway.api.openapi.hiding import TELLING, without_secrets
from tidegate_gateway.api.openapi.page import page_of
from tidegate_gateway.config.model import Schema

SECRET = "hunter2"
TOLD: dict[str, Any] = {word: [SECRET] if word in ("enum", "examples") else SECRET for word in TELLING}
PIN: dict[str, Any] = {"writeOnly": True, "type": "string"}


@pytest.mark.parametrize("word", TELLING)
def test_neither_document_nor_page_has_the_value_of_a_secret(word: str) -> None:
    root = {"properties": {"pin": PIN | {word: TOLD[word]}, "open": {word: ["shown"]}}}
    config = endpoint(methods={"POST": {"input": {"validation": {"root": root}}}, "PUT": {}})
    document = described(config)
    assert SECRET not in json.dumps(document)
    assert SECRET not in page_of(document)
    assert "shown" in json.dumps(document)


@pytest.mark.parametrize(
    "pin",
    [
        PIN | {"$ref": "schema:pin"},
        PIN | {"$ref": "#/$defs/pin"},
        PIN | {"$ref": "#pin"},
        PIN | {"allOf": [{"$ref": "#/$defs/pin"}]},
        PIN | {"properties": {"a": {"items": TOLD}}},
        PIN | {"properties": {"a": {"items": {"$ref": "#/$defs/pin"}}}},
        {"$ref": "#/$defs/write_only"} | TOLD,
        {"allOf": [{"$ref": "#/$defs/write_only"}, TOLD]},
        {"anyOf": [PIN, TOLD]},
    ],
    ids=str,
)
def test_a_secret_is_one_through_references_and_parts(pin: dict[str, Any]) -> None:
    own = {"pin": TOLD | {"$anchor": "pin"}, "write_only": {"writeOnly": True}}
    given = Schema(root={"properties": {"pin": pin}, "$defs": own}, resources={"schema:pin": TOLD})
    hidden = without_secrets(given)
    assert SECRET not in json.dumps(hidden.root["properties"])
    reached = [name for name in ("#/$defs/pin", "#pin") if name in json.dumps(pin)]
    assert not reached or SECRET not in json.dumps(hidden.root["$defs"])
    assert "schema:pin" not in json.dumps(pin) or hidden.resources == {"schema:pin": {}}
    assert SECRET in json.dumps(given.root) + json.dumps(given.resources)


def test_what_is_no_secret_stays() -> None:
    given = Schema(root={"properties": {"pin": PIN, "other": TOLD, "$defs": PIN}, "default": 1}, resources={})
    assert without_secrets(given) == given


def test_a_condition_beside_a_secret_does_not_tell_it() -> None:
    beside = {"if": {"properties": {"pin": TOLD}}, "then": {"required": ["more"]}}
    hidden = without_secrets(Schema(root={"properties": {"pin": PIN}} | beside, resources={}))
    assert hidden.root["if"] == {"properties": {"pin": {}}}
