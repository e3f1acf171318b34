"""How much is told of a document that breaks its schema: all, as long as that keeps nobody waiting."""

import time
import tracemalloc
from typing import Any

import pytest

from tidegate_gateway.expressions.schema import Effort, Violation, compile_schema
from tidegate_gateway.expressions.schema_effort import MOST_EFFORT

MORE = Violation("", "More may be wrong: it is too large for all to be told.")
NO_PLACE = Violation("", "It breaks the schema, in more ways than can be looked through.")


def told(schema: Any, instance: Any, **resources: Any) -> list[Violation]:
    """What is told, which takes no time that others would notice."""
    validator = compile_schema(schema, resources)
    started = time.process_time()
    found = validator.errors(instance)
    assert time.process_time() - started < 2
    return found


def required(count: int) -> dict[str, Any]:
    return {"required": [f"n{number}" for number in range(count)]}


def test_a_document_of_the_usual_size_is_told_all() -> None:
    schema = {"type": "object", "properties": {"x": {"items": {"type": "string"}}}} | required(20)
    found = told(schema, {"x": [""] * 5000 + [1] * 500})
    assert len(found) == 520
    assert set(found) >= {("", 'The property "n7" is missing.'), ("/x/5499", "It should be a string.")}


def test_so_many_violations_that_all_can_not_be_told_in_detail_are_told_in_general() -> None:
    found = told({"items": {"type": "string"}}, [1] * 9000)
    assert len(found) == 1000
    assert found[-1] == Violation("/999", 'It breaks the rule "type" of the schema.')


def test_names_that_are_missing_are_told_whatever_the_size() -> None:
    schema = {"required": [f'n"\\{number}' for number in range(20)]}
    found = told(schema, {"x": [""] * 85_000})
    assert [violation.detail for violation in found[:2]] == [
        r'The property "n\"\\0" is missing.',
        r'The property "n\"\\1" is missing.',
    ]
    assert len(found) == 20


def test_of_many_violations_the_first_thousand_are_told() -> None:
    found = told({"items": {"type": "string"}}, [1] * 3000)
    assert len(found) == 1000
    assert found[-1] == Violation("/999", "It should be a string.")


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({"items": {"type": "string"}}, [1] * 200_000),
        ({"items": required(200)}, [{}] * 100_000),
        (
            {"properties": {"0": required(200)}, "additionalProperties": required(200)},
            {str(n): {} for n in range(9999)},
        ),
        (required(200), {"x": [""] * 100_000}),
        ({"allOf": [{"type": "string", "title": str(n)} for n in range(200)]}, [""] * 100_000),
        ({"allOf": [{"maxLength": 1, "title": str(n)} for n in range(200)]}, "x" * 1_000_000),
    ],
    ids=["values", "names", "members", "copies", "rules", "text"],
)
def test_of_too_many_the_first_is_told(schema: Any, instance: Any) -> None:
    tracemalloc.start()
    first, more = told(schema, instance)
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()
    assert first.detail.startswith(("It should be a string", "It should have at most", 'The property "n0" is missing.'))
    assert more == MORE


def nested(levels: int, value: Any) -> Any:
    for _ in range(levels):
        value = [value]
    return value


def test_what_doubles_with_each_level_of_a_document_is_not_followed() -> None:
    tree = {"allOf": [{"items": {"$ref": "#"}}, {"items": {"$ref": "#"}}], "type": "array"}
    assert len(told(tree, nested(6, 1))) == 64
    assert told(tree, nested(60, 1)) == [NO_PLACE]
    late = {"prefixItems": [{"$ref": "schema:tree"}, False]}
    resource = {"allOf": [{"items": {"$ref": "schema:tree"}}] * 2}
    assert told(late, [nested(60, 1), 1], **{"schema:tree": resource}) == [NO_PLACE]


def test_alternatives_that_all_lead_on_are_told_as_long_as_a_document_is_flat() -> None:
    kinds = [{"properties": {"kind": {"const": n}, "of": {"items": {"$ref": "#"}}}} for n in range(3)]
    node: Any = {"kind": 9}
    for _ in range(3):
        node = {"kind": 1, "of": [node]}
    assert told({"oneOf": kinds}, node) == [Violation("", "It fits none of the alternatives.")]
    for _ in range(50):
        node = {"kind": 1, "of": [node]}
    assert told({"oneOf": kinds}, node) == [NO_PLACE]


def test_many_documents_may_share_an_effort() -> None:
    validator, effort = compile_schema({"items": {"type": "string"}}, {}), Effort()
    found = [validator.errors([1] * 1000, effort) for _ in range(100)]
    assert found[0] == [Violation(f"/{n}", "It should be a string.") for n in range(1000)]
    assert found[-1] == [Violation("/0", "It should be a string."), MORE]
    assert -1000 < effort.left < MOST_EFFORT
    assert validator.errors(["a"], effort) == []


@pytest.mark.parametrize(
    ("schema", "instance", "pointer"),
    [
        ({"patternProperties": {"^a": {"minimum": 1}}}, {"a": 0}, "/a"),
        ({"dependentRequired": {"a": ["b"]}, "unevaluatedProperties": {"minimum": 1}}, {"a": 0, "b": 1}, ""),
        ({"prefixItems": [True, {"minimum": 1}], "items": False}, [0, 0], "/1"),
        ({"contains": {"minimum": 1}}, [0], ""),
        ({"if": {}, "then": {"dependentSchemas": {"a~/b": {"properties": {"a~/b": False}}}}}, {"a~/b": 0}, "/a~0~1b"),
    ],
)
def test_every_way_into_a_document_is_gone(schema: Any, instance: Any, pointer: str) -> None:
    assert [found.pointer for found in told(schema, instance)] == [pointer]


def test_a_name_that_is_long_is_not_repeated_in_very_many_places() -> None:
    schema = {"additionalProperties": {"items": {"type": "string"}}}
    found = told(schema, {"k" * 200_000: [1] * 990})
    assert found == [Violation("/" + "k" * 200_000 + "/0", "It should be a string."), MORE]
