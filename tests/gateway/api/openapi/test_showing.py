"""Parts of a document as they are shown: references followed, values made up, members listed, lines for a shell."""

import json
import shlex
from typing import Any

import pytest

from tidegate_gateway.api.openapi.curl import curl
from tidegate_gateway.api.openapi.outline import MOST_ROWS, outline, type_of
from tidegate_gateway.api.openapi.resolving import name_of, resolved
from tidegate_gateway.api.openapi.sampling import MOST_DEPTH, MOST_VALUES, sample

DOCUMENT: dict[str, Any] = {
    "a": {"$ref": "#/b"},
    "b": {"x/y z": [{"type": "integer"}]},
    "round": {"$ref": "#/round"},
    "tree": {"properties": {"next": {"$ref": "#/tree"}}},
}


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("#/a", DOCUMENT["b"]),
        ("#/b/x~1y%20z/0", {"type": "integer"}),
        ("#/b/x~1y%20z/1", {}),
        ("#/none", {}),
        ("#/round", {}),
    ],
)
def test_references_are_followed_within_the_document(reference: str, expected: Any) -> None:
    assert resolved(DOCUMENT, {"$ref": reference}) == expected


def test_a_reference_names_its_component() -> None:
    assert name_of("#/components/schemas/orders/$defs/line") == "orders"
    assert name_of("elsewhere") == "elsewhere"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"examples": [7], "enum": [1]}, 7),
        ({"enum": ["a", "b"]}, "a"),
        ({"const": None}, None),
        ({"default": 3}, 3),
        ({"type": "string", "format": "date"}, "2026-03-01"),
        ({"type": "string"}, "text"),
        ({"type": ["null", "string"]}, None),
        ({"type": "integer", "minimum": 3}, 3),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "boolean"}, True),
        ({"items": {"type": "number"}}, [1]),
        ({"type": "array"}, []),
        ({"anyOf": [{"type": "number"}, {}]}, 1),
        ({"required": ["a"], "properties": {"a": {"type": "string"}, "b": {}}}, {"a": "text"}),
        ({"properties": {"a": {"$ref": "#/b/x~1y%20z/0"}}}, {"a": 1}),
        ({"allOf": [{"properties": {"a": {"type": "string"}}, "required": ["a"]}, True]}, {"a": "text"}),
        (True, {}),
        ({"type": "of another world"}, {}),
    ],
)
def test_a_value_is_made_up_of_a_schema(schema: Any, value: Any) -> None:
    assert sample(DOCUMENT, schema) == value


def test_a_schema_within_itself_is_met_with_nothing() -> None:
    assert sample(DOCUMENT, {"$ref": "#/tree"}) == {"next": {}}
    alone: dict[str, Any] = {"anyOf": []}
    alone["anyOf"].append(alone)
    assert sample(DOCUMENT, alone) == {}


def deep(levels: int) -> dict[str, Any]:
    return {"properties": {"a": deep(levels - 1)}} if levels else {}


def test_a_value_is_no_larger_than_anybody_reads() -> None:
    names = [f"n{number}" for number in range(20)]
    wide: dict[str, Any] = {
        f"s{n}": {"properties": {name: {"$ref": f"#/s{n + 1}"} for name in names}} for n in range(9)
    }
    assert 100 < json.dumps(sample(wide, {"$ref": "#/s0"})).count(":") <= MOST_VALUES
    rounds = {name: {"properties": {other: {"$ref": f"#/{other}"} for other in names}} for name in names}
    assert json.dumps(sample(rounds, {"$ref": "#/n0"})).count(":") <= MOST_VALUES
    assert json.dumps(sample({}, deep(50))).count(":") == MOST_DEPTH + 1


@pytest.mark.parametrize("large", ["x" * 5000, ["x"] * 5000, {"x" * 5000: 1}])
def test_a_value_that_is_too_large_to_read_is_passed_over(large: Any) -> None:
    assert sample({}, {"default": large, "type": "boolean"}) is True


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        (True, "anything"),
        (False, "nothing"),
        ({}, "anything"),
        ({"enum": ["a", 1, None]}, "a or 1 or null"),
        ({"enum": [*range(9)]}, "one of 9 values"),
        ({"type": "string", "format": "uuid"}, "string (uuid)"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"type": "array", "items": {"type": "integer"}}, "array of integer"),
        ({"type": "array"}, "array"),
        ({"properties": {}}, "object"),
    ],
)
def test_types_are_told_in_words(schema: Any, told: str) -> None:
    assert type_of(schema) == told


def test_members_are_listed_with_what_is_within_them() -> None:
    lines = {"type": "array", "items": {"properties": {"qty": {"type": "integer", "minimum": 1, "maximum": 9}}}}
    schema = {
        "required": ["id"],
        "properties": {"id": {"$ref": "#/components/schemas/id"}, "lines": lines, "any": True},
        "allOf": [{"properties": {"more": {"items": {"$ref": "#/components/schemas/m/x"}, "description": "d"}}}],
    }
    rows = outline(schema)
    assert [(row.name, row.type, row.refers, row.required, row.limits, row.description) for row in rows] == [
        ("id", "", "id", True, "", ""),
        ("lines", "array of object", "", False, "", ""),
        ("lines[].qty", "integer", "", False, "1 or more, 9 or less", ""),
        ("any", "anything", "", False, "", ""),
        ("more", "array of", "m", False, "", "d"),
    ]
    assert outline(True) == []


def test_a_list_of_members_has_an_end() -> None:
    wide: dict[str, Any] = {"properties": {f"p{number}": {} for number in range(300)}}
    assert len(outline(wide)) == MOST_ROWS
    (row,) = outline({"properties": {"a": {"enum": ["x" * 500]}}})
    assert len(row.type) == 200


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"method": "GET", "token": False}, "curl https://a/b"),
        ({"method": "DELETE", "token": True}, 'curl -X DELETE https://a/b \\\n  -H "Authorization: Bearer $TOKEN"'),
        ({"method": "POST", "token": False, "body": "it's", "has_body": True}, None),
    ],
)
def test_commands_are_quoted(given: dict[str, Any], line: str | None) -> None:
    made = curl(url="https://a/b", **given)
    assert line is None or made == line
    if line is None:
        assert shlex.split(made.replace("\\\n", "")) == ["curl", "https://a/b", "--json", '"it\'s"']


def test_an_address_from_outside_is_no_command() -> None:
    made = curl("GET", "https://a/$(reboot)/{id}", token=False)
    assert made == "curl 'https://a/$(reboot)/'\"$ID\""
