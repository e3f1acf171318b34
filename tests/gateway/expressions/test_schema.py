"""JSON Schema: what is valid, what is told about what is not, and every mistake of a schema at once."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import EvaluationError, SchemaError
from tidegate_gateway.expressions.schema import Violation, compile_schema, references


@pytest.mark.parametrize(
    ("schema", "instance", "pointer", "detail"),
    [
        ({"type": "string"}, 1, "", "It should be a string."),
        ({"type": ["integer", "null"]}, "x", "", "It should be an integer or null."),
        ({"required": ["id"]}, {}, "", 'The property "id" is missing.'),
        ({"properties": {"a": {"required": ["id"]}}}, {"a": {}}, "/a", 'The property "id" is missing.'),
        ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "", 'The property "b" is missing.'),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            {"a": 1, "b": 2},
            "",
            'The property "b" is not allowed.',
        ),
        (
            {"properties": {"a": {}}, "additionalProperties": False},
            dict.fromkeys("bcdefgh"),
            "",
            'The properties "b", "c", "d", "e", "f" and 2 more are not allowed.',
        ),
        (
            {"required": ["a", "b"], "additionalProperties": False},
            {"a": 1, "b": 1},
            "",
            "It has a property that is not allowed.",
        ),
        ({"allOf": [{}], "unevaluatedProperties": False}, {"z": 1}, "", 'The property "z" is not allowed.'),
        ({"prefixItems": [{}], "unevaluatedItems": False}, [1, 2], "", "It has more elements than are allowed."),
        ({"propertyNames": {"maxLength": 1}}, {"zz": 1}, "", 'The property name "zz" is not allowed.'),
        ({"enum": [1, "2"]}, 3, "", 'It should be one of 1, "2".'),
        ({"enum": list(range(9))}, 10, "", "It should be one of the values that the schema lists."),
        ({"enum": ["x" * 99]}, "y", "", "It should be one of the values that the schema lists."),
        ({"const": {"k": 1}}, 1, "", 'It should be {"k":1}.'),
        ({"const": "x" * 99}, 1, "", "It should be the one value that the schema allows."),
        ({"pattern": "^x+$"}, "y", "", 'It should match the pattern "^x+$".'),
        ({"format": "email"}, "y", "", 'It should be of the format "email".'),
        ({"format": "date-time"}, "2026-13-01T00:00:00Z", "", 'It should be of the format "date-time".'),
        ({"minLength": 3}, "y", "", "It should have at least 3 characters."),
        ({"maxLength": 1}, "yy", "", "It should have at most 1 character."),
        ({"minItems": 1}, [], "", "It should have at least 1 element."),
        ({"maxItems": 1}, [1, 2], "", "It should have at most 1 element."),
        ({"minProperties": 1}, {}, "", "It should have at least 1 property."),
        ({"maxProperties": 2}, dict.fromkeys("abc"), "", "It should have at most 2 properties."),
        ({"minimum": 1}, 0, "", "It should be 1 or more."),
        ({"maximum": 1.5}, 2, "", "It should be 1.5 or less."),
        ({"exclusiveMinimum": 1}, 1, "", "It should be more than 1."),
        ({"exclusiveMaximum": 1}, 1, "", "It should be less than 1."),
        ({"multipleOf": 2}, 3, "", "It should be a multiple of 2."),
        ({"uniqueItems": True}, [1, 1], "", "Its elements should all be different."),
        (
            {"contains": {"const": 1}},
            [2],
            "",
            "It should hold the elements that the schema asks for, as many as it asks for.",
        ),
        ({"anyOf": [{"type": "string"}, {"minimum": 3}]}, 1, "", "It fits none of the alternatives."),
        ({"oneOf": [{"type": "string"}, {"minimum": 3}]}, 1, "", "It fits none of the alternatives."),
        ({"oneOf": [{}, {}]}, 1, "", "It fits more than one alternative, where exactly one is asked for."),
        ({"not": {}}, 1, "", "It has a form that is excluded."),
        ({"properties": {"a": False}}, {"a": 1}, "/a", "Nothing is allowed here."),
        (False, 1, "", "Nothing is allowed here."),
        ({"if": {"type": "string"}, "else": {"minimum": 3}}, 2, "", "It should be 3 or more."),
        ({"items": {"type": "string"}}, ["a", 1], "/1", "It should be a string."),
        ({"properties": {"a/b~c": {"type": "string"}}}, {"a/b~c": 1}, "/a~1b~0c", "It should be a string."),
    ],
)
def test_a_violation_has_a_place_and_a_sentence(schema: Any, instance: Any, pointer: str, detail: str) -> None:
    assert compile_schema(schema, {}).errors(instance) == [Violation(pointer, detail)]


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        (True, {"anything": 1}),
        ({}, None),
        ({"type": "integer"}, 1.0),
        ({"type": "integer"}, 2**80),
        ({"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}, ["a", 1]),
        ({"dependentRequired": {"a": ["b"]}}, {"b": 1}),
        ({"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "null"}, None),
        ({"format": "of our own"}, "anything"),
        ({"pattern": "^\\p{L}+$"}, "žluť"),
    ],
)
def test_a_valid_document_has_no_violations(schema: Any, instance: Any) -> None:
    assert compile_schema(schema, {}).errors(instance) == []


def test_all_violations_are_told() -> None:
    order = compile_schema(
        {"required": ["id", "who"], "properties": {"qty": {"minimum": 1}, "lines": {"items": {"type": "object"}}}}, {}
    )

    found = order.errors({"qty": 0, "lines": [{}, 1, "x"]})
    assert sorted(found) == [
        ("", 'The property "id" is missing.'),
        ("", 'The property "who" is missing.'),
        ("/lines/1", "It should be an object."),
        ("/lines/2", "It should be an object."),
        ("/qty", "It should be 1 or more."),
    ]


SECRET = "hunter2-is-the-password"


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "integer"},
        {"enum": ["a"]},
        {"pattern": "^a$"},
        {"maxLength": 3},
        {"format": "email"},
        {"not": {}},
        False,
    ],
)
def test_no_value_of_a_document_is_told(rule: Any) -> None:
    found = compile_schema({"properties": {"password": rule}}, {}).errors({"password": SECRET})

    assert found
    assert SECRET not in str(found)


@pytest.mark.parametrize("rule", [{"const": SECRET}, {"enum": [SECRET]}, {"pattern": SECRET}])
@pytest.mark.parametrize("nested", [False, True])
def test_what_a_write_only_field_should_be_is_not_told(rule: dict[str, Any], nested: bool) -> None:
    secret = {"writeOnly": True, "$ref": "schema:secret"} if nested else {"writeOnly": True, **rule}
    login = compile_schema({"properties": {"password": secret}}, {"schema:secret": rule})

    assert login.errors({"password": "guess"}) == [Violation("/password", "It is not what is expected here.")]


def test_a_big_value_is_never_in_a_message() -> None:
    found = compile_schema({"additionalProperties": False, "const": list(range(1000))}, {}).errors({"x" * 10_000: 1})

    assert found
    assert all(len(violation.detail) < 200 for violation in found)


def test_a_reference_reaches_another_schema() -> None:
    resources = {
        "schema:customer": {"required": ["id"], "properties": {"home": {"$ref": "schema:address#/$defs/postal"}}},
        "schema:address": {"$defs": {"postal": {"required": ["city"]}}},
    }
    order = compile_schema({"properties": {"customer": {"$ref": "schema:customer"}}}, resources)

    assert order.errors({"customer": {"id": 1, "home": {"city": "Brno"}}}) == []
    assert sorted(order.errors({"customer": {"home": {}}})) == [
        ("/customer", 'The property "id" is missing.'),
        ("/customer/home", 'The property "city" is missing.'),
    ]


def test_schemas_may_refer_to_themselves_and_to_each_other() -> None:
    tree = {"required": ["name"], "properties": {"children": {"items": {"$ref": "#"}}}}
    person = {"properties": {"employer": {"$ref": "schema:firm"}}}
    firm = {"required": ["vat"], "properties": {"owner": {"$ref": "schema:person"}}}

    assert compile_schema(tree, {}).errors({"name": 1, "children": [{"name": 2, "children": [{}]}]}) == [
        Violation("/children/0/children/0", 'The property "name" is missing.')
    ]
    resources = {"schema:person": person, "schema:firm": firm}
    assert compile_schema(person, resources).errors({"employer": {"vat": 1, "owner": {"employer": {}}}}) == [
        Violation("/employer/owner/employer", 'The property "vat" is missing.')
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}]},
        {"not": {"$ref": "#"}},
        {"$dynamicAnchor": "x", "$dynamicRef": "#x"},
        {"$ref": "schema:a"},
    ],
)
def test_a_schema_that_is_only_itself_comes_to_an_end(schema: Any) -> None:
    loop = compile_schema(schema, {"schema:a": {"$ref": "schema:b"}, "schema:b": {"anyOf": [{"$ref": "schema:a"}]}})

    assert isinstance(loop.errors({"a": 1}), list)


def test_parts_of_a_bundled_schema_are_reached_by_their_id() -> None:
    bundled = {
        "$id": "https://example.com/order",
        "$defs": {"line": {"$id": "line", "type": "object"}, "tag": {"$anchor": "tag", "type": "string"}},
        "properties": {
            "line": {"$ref": "line"},
            "again": {"$ref": "https://example.com/line"},
            "tag": {"$ref": "#tag"},
        },
    }

    assert sorted(compile_schema(bundled, {}).errors({"line": 1, "again": 2, "tag": 3})) == [
        ("/again", "It should be an object."),
        ("/line", "It should be an object."),
        ("/tag", "It should be a string."),
    ]


def test_the_names_of_referenced_schemas_are_found_where_schemas_stand() -> None:
    schema = {
        "$ref": "schema:a",
        "properties": {"x": {"items": {"$ref": "schema:b#/$defs/c"}}, "$ref": {"$dynamicRef": "schema:c"}},
        "allOf": [{"if": {"$ref": "schema:d"}}],
        "patternProperties": {"^x": {"$ref": "#/$defs/x"}},
        "enum": [{"$ref": "schema:data"}],
        "default": {"$ref": "schema:data"},
        "examples": [{"$ref": "schema:data"}],
    }

    assert references(schema) == {"a", "b", "c", "d"}
    assert references(True) == references("schema:a") == references({"$ref": 5, "allOf": {"$ref": "schema:x"}}) == set()


FETCHED = "Refer with #/$defs/<name> or schema:<name>: {} is never fetched."
PATTERN = "Write the pattern shorter, without lookaround and backreferences, so that it parses."
TYPES = "Use array, boolean, integer, null, number, object or string, or a list of them."


@pytest.mark.parametrize(
    ("schema", "pointer", "detail"),
    [
        (5, "", "Write the schema as an object, or as true or false."),
        ("{}", "", "Write the schema as an object, or as true or false."),
        ({"type": "strng"}, "/type", TYPES),
        ({"properties": {"a": {"type": ["string", 5]}}}, "/properties/a/type", TYPES),
        ({"properties": {"type": 5}}, "/properties/type", "It should be a boolean or an object."),
        ({"minimum": "x"}, "/minimum", "It should be a number."),
        ({"minLength": -1}, "/minLength", "It should be 0 or more."),
        ({"required": ["a", "a"]}, "/required", "Its elements should all be different."),
        ({"items": [{}]}, "/items", "It should be a boolean or an object."),
        ({"properties": {"a/b": 5}}, "/properties/a~1b", "It should be a boolean or an object."),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            "/$schema",
            "Remove it or write https://json-schema.org/draft/2020-12/schema: schemas are of draft 2020-12 here.",
        ),
        ({"$ref": "other.json"}, "/$ref", FETCHED.format('"other.json"')),
        ({"items": {"$ref": "../other"}}, "/items/$ref", FETCHED.format('"../other"')),
        ({"$id": "https://example.com/a", "$ref": "b"}, "/$ref", FETCHED.format('"b"')),
        ({"$ref": "//["}, "/$ref", FETCHED.format('"//["')),
        ({"$ref": "schema:nope"}, "/$ref", 'Name a DataSchema of this namespace: there is no "nope".'),
        (
            {"properties": {"a": {"$ref": "#/$defs/nope"}}},
            "/properties/a/$ref",
            'Point the reference to a part of the schema: there is none at "#/$defs/nope".',
        ),
        (
            {"$ref": "#nope"},
            "/$ref",
            'Point the reference to a part of the schema: there is none at "#nope".',
        ),
        ({"pattern": "(?=a)"}, "/pattern", PATTERN),
        ({"pattern": "(?<!a)b"}, "/pattern", PATTERN),
        ({"pattern": "(a)\\1"}, "/pattern", PATTERN),
        ({"pattern": "("}, "/pattern", PATTERN),
        ({"pattern": "a{1000}{1000}{1000}"}, "/pattern", PATTERN),
        ({"items": {"patternProperties": {"~/(": {}}}}, "/items/patternProperties/~0~1(", PATTERN),
        ({1: 2}, "", "Write the schema in JSON: something in it has no place there."),
    ],
)
def test_a_mistake_in_a_schema_has_a_place_and_a_sentence(schema: Any, pointer: str, detail: str) -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, {})

    assert [(mistake.pointer, mistake.detail) for mistake in caught.value.mistakes] == [(pointer, detail)]
    assert caught.value.message == f"At {pointer or 'the root'} of the schema: {detail}"
    check_refusal(caught.value, 0)


def test_all_mistakes_of_a_schema_are_told_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema(
            {"type": "strng", "$ref": "http://x/y", "properties": {"a": {"pattern": "(?=x)", "minItems": "1"}}}, {}
        )

    assert {mistake.pointer for mistake in caught.value.mistakes} == {
        "/type",
        "/$ref",
        "/properties/a/pattern",
        "/properties/a/minItems",
    }
    assert caught.value.message.endswith("; 3 more mistakes.")


def test_a_mistake_in_a_referenced_schema_names_that_schema() -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema({"$ref": "schema:a"}, {"schema:a": {"$ref": "schema:b"}, "schema:b": {"items": {"type": "x"}}})

    assert [(mistake.pointer, mistake.detail) for mistake in caught.value.mistakes] == [("schema:b#/items/type", TYPES)]


@pytest.mark.parametrize("depth", [201, 100_000])
def test_a_schema_that_is_nested_too_deep_is_refused(depth: int) -> None:
    schema: Any = {}
    for _ in range(depth):
        schema = {"not": schema}

    with pytest.raises(SchemaError) as caught:
        compile_schema(schema, {})
    assert (
        caught.value.message
        == "At the root of the schema: Make the schema flatter: it is nested deeper than 200 levels."
    )


def test_a_regular_expression_runs_in_linear_time() -> None:
    evil = compile_schema({"pattern": "^(a+)+$"}, {})

    assert evil.errors("a" * 200_000 + "!") == [Violation("", 'It should match the pattern "^(a+)+$".')]


@pytest.mark.parametrize("instance", [object(), {1: 2}, "\ud800", {"a": object()}])
def test_what_is_no_json_can_not_be_checked(instance: Any) -> None:
    with pytest.raises(EvaluationError) as caught:
        compile_schema({"type": "object", "properties": {"a": {"type": "string"}}}, {}).errors(instance)

    assert caught.value.message == "The value can't be checked: it is nested too deep, or is no JSON."


KEYWORDS = (
    "type properties items $ref $id $defs $schema $anchor $dynamicRef allOf anyOf not pattern patternProperties enum "
    "const minimum required format additionalProperties if then $vocabulary $comment default x"
)
keywords = st.sampled_from(KEYWORDS.split())
leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
values = st.recursive(
    leaves | st.sampled_from(["string", "#", "schema:a", "http:x", "//["]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keywords | st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(values, values, values)
@example({"properties": {"\x1f": None}}, None, None)
def test_no_schema_raises_anything_else(schema: Any, resource: Any, instance: Any) -> None:
    validator = refused_or(lambda _: compile_schema(schema, {"schema:a": resource}), "")

    assert validator is None or json.dumps(validator.errors(instance))


def test_patterns_that_are_costly_to_compile_are_refused_and_so_are_too_many() -> None:
    with pytest.raises(SchemaError) as costly:
        compile_schema({"pattern": r"\pL{200}"}, {})
    assert [mistake.detail for mistake in costly.value.mistakes] == [PATTERN]
    many = {"allOf": [{"pattern": f"^{number}$"} for number in range(101)]}
    with pytest.raises(SchemaError) as too_many:
        compile_schema(many, {})
    assert [mistake.detail for mistake in too_many.value.mistakes] == [
        "Leave patterns out: a schema may have 100 of them."
    ]


def fan(steps: int, **more: Any) -> dict[str, Any]:
    """Parts that each apply the next one twice."""
    parts: list[Any] = [{"allOf": [{"$ref": f"#/$defs/d{step + 1}"}] * 2} for step in range(steps)]
    parts.append({"type": "object"})
    return {"$ref": "#/$defs/d0", "$defs": {f"d{number}": part for number, part in enumerate(parts)}} | more


@pytest.mark.parametrize("more", [{}, {"unevaluatedProperties": False}])
def test_parts_that_double_with_each_step_are_refused_before_they_are_compiled(more: dict[str, Any]) -> None:
    with pytest.raises(SchemaError, match="Refer less often: its parts apply thousands of times over"):
        compile_schema(fan(40, **more), {})
    assert compile_schema(fan(8, **more), {}).errors({}) == []


def test_doubling_through_other_documents_is_seen_too() -> None:
    resources = {
        f"schema:d{step}": {"anyOf": [{"$ref": f"schema:d{step + 1}"}, {"$ref": f"schema:d{step + 1}#"}]}
        for step in range(30)
    } | {"schema:d30": {}}
    with pytest.raises(SchemaError, match="Refer less often"):
        compile_schema({"$ref": "schema:d0"}, resources)


def test_a_schema_that_refers_to_itself_or_to_one_part_many_times_is_fine() -> None:
    tree = {"properties": {"left": {"$ref": "#"}, "right": {"$ref": "#"}}, "unevaluatedProperties": False}
    assert compile_schema(tree, {}).errors({"left": {"right": {}}}) == []
    address = {"properties": {str(n): {"$ref": "#/$defs/address"} for n in range(3000)}, "$defs": {"address": {}}}
    assert compile_schema(address, {}).errors({}) == []


def test_a_chain_of_thousands_of_references_is_refused() -> None:
    chain = {f"d{number}": {"$ref": f"#/$defs/d{number + 1}"} for number in range(5000)} | {"d5000": {}}
    with pytest.raises(SchemaError, match="Refer less often"):
        compile_schema({"$ref": "#/$defs/d0", "$defs": chain}, {})


def named(steps: int, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parts that each apply the next one twice, and refer to it by another name than a pointer; with its resources."""
    names = {
        "anchor": ({"$anchor": "d%d"}, "#d%d"),
        "dynamic": ({"$dynamicAnchor": "d%d"}, "#d%d"),
        "id": ({"$id": "https://x/d%d"}, "https://x/d%d"),
        "anchor of another": ({"$anchor": "d%d"}, "schema:parts#d%d"),
        "odd place": ({}, "#/x-parts/d%d"),
    }
    own, reference = names[kind]
    word = "$dynamicRef" if kind == "dynamic" else "$ref"
    parts: dict[str, Any] = {
        f"d{step}": {name: text % step for name, text in own.items()}
        | {"allOf": [{word: reference % (step + 1)}] * 2 if step < steps else []}
        for step in range(steps + 1)
    }
    parts[f"d{steps}"]["allOf"] = [{}]
    root = {word: reference % 0, "unevaluatedProperties": False}
    if kind == "anchor of another":
        return root, {"schema:parts": {"$defs": parts}}
    return root | {"x-parts" if kind == "odd place" else "$defs": parts}, {}


KINDS = ["anchor", "dynamic", "id", "anchor of another", "odd place"]


@pytest.mark.parametrize("kind", KINDS)
def test_doubling_is_seen_by_whatever_name_the_next_part_is_called(kind: str) -> None:
    with pytest.raises(SchemaError, match="Refer less often"):
        compile_schema(*named(40, kind))
    assert compile_schema(*named(6, kind)).errors({}) == []


@pytest.mark.parametrize("others", [1, 7])
def test_a_circle_with_branches_is_refused(others: int) -> None:
    """The library goes round one several times: six parts that each apply the five others need gigabytes of memory."""
    parts = {
        f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{(n + m + 1) % 8}"} for m in (*range(others), 0)]} for n in range(8)
    }
    with pytest.raises(SchemaError, match="Refer less often"):
        compile_schema({"$ref": "#/$defs/d0", "$defs": parts}, {})


def test_a_secret_in_a_part_at_an_odd_place_is_not_told_either() -> None:
    login = compile_schema({"$ref": "#/x/login", "x": {"login": {"writeOnly": True, "const": SECRET}}}, {})
    assert login.errors("guess") == [Violation("", "It is not what is expected here.")]


def test_references_that_meet_nothing_are_told_all() -> None:
    with pytest.raises(SchemaError) as caught:
        compile_schema(
            {"$ref": "#a", "items": {"$ref": "#/enum/0"}, "enum": [1], "not": {"$ref": "schema:b"}},
            {"schema:b": {"$ref": "#/$defs/a~1b/~0"}},
        )
    assert {mistake.pointer for mistake in caught.value.mistakes} == {"/$ref", "/items/$ref", "schema:b#/$ref"}
    odd = {"$ref": "#/$defs/a~1b%20c/allOf/0", "$defs": {"a/b c": {"allOf": [True]}}}
    assert compile_schema(odd, {}).errors(1) == []


def test_a_mistake_in_a_circle_of_schemas_is_told_once() -> None:
    own = {"$ref": "schema:other", "not": {"$ref": "#nowhere"}}
    with pytest.raises(SchemaError) as caught:
        compile_schema(own, {"schema:own": own, "schema:other": {"items": {"$ref": "schema:own"}}})
    assert [mistake.pointer for mistake in caught.value.mistakes] == ["/not/$ref"]
