"""Everything that is wrong with a spec is said at once, each with its path and what to do."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from tidegate_crds.endpoint import EndpointSpec
from tidegate_crds.errors import FieldError
from tidegate_crds.kinds import KINDS
from tidegate_crds.parse import check_name, parse_spec

MINIMAL: Mapping[str, dict[str, Any]] = {
    "Company": {},
    "DataSchema": {"schema": {"type": "object"}},
    "Endpoint": {"group": "sales", "methods": {"post": {}}},
    "Task": {"steps": [{"name": "wait", "delay": {"seconds": 1}}]},
    "Integration": {"type": "custom", "apiBaseUri": "https://api.example.com"},
    "Agent": {"secretRef": {"name": "agent"}},
}


def said(kind: str, spec: object) -> list[str]:
    model, errors = parse_spec(kind, spec)
    assert (model is None) == bool(errors)
    return [str(error) for error in errors]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_required_is_enough(kind: str) -> None:
    model, errors = parse_spec(kind, MINIMAL[kind])
    assert errors == ()
    assert isinstance(model, KINDS[kind].spec)


def test_defaults_are_filled_in() -> None:
    endpoint, _ = parse_spec("Endpoint", MINIMAL["Endpoint"])
    assert isinstance(endpoint, EndpointSpec)
    assert endpoint.security.authentication == "Token"
    assert endpoint.security.token_in_query is True
    assert endpoint.wait_time_seconds == 5
    assert endpoint.methods.get is None
    assert endpoint.methods.post is not None
    assert endpoint.methods.post.output.include_system_data is True


def test_mistakes_of_every_sort_are_reported_together() -> None:
    spec = {
        "slug": "Bad_Slug",
        "grup": "sales",
        "paused": "yes",
        "security": {"authentication": "token", "allowedIPs": ["10.0.0.1/8", "x"]},
        "methods": {"post": {"input": {"schema": {}, "schemaRef": {"name": "order"}}}},
        "data": {"indexes": [{"name": "limit", "path": "$.limit"}, {"name": "a", "path": 1}]},
    }
    assert said("Endpoint", spec) == [
        "spec.group: This field is required: add it.",
        "spec.paused: Give true or false, not a text.",
        "spec.security.authentication: Give one of None, Token, Internal: did you mean Token?",
        "spec.data.indexes[1].path: Give a text, not a number: put it in quotes.",
        "spec.grup: There is no such field: did you mean group?",
        "spec.slug: Use lower-case letters, digits and '-' only, 1 to 63 characters, and no '-' at either end.",
        "spec.security.allowedIPs[0]: 10.0.0.1/8 has host bits: give the network itself, 10.0.0.0/8.",
        "spec.security.allowedIPs[1]: Give an IP address, a network such as 10.0.0.0/8, an IPv4 pattern such as "
        "192.168.*.*, or * for anyone.",
        "spec.methods.post.input: Give schema or schemaRef, not both.",
        "spec.data.indexes[0].name: Choose another name: limit, after, from, to, status, wait, access_token are query "
        "parameters already.",
    ]


def test_a_wrong_item_is_not_said_to_make_the_list_too_short() -> None:
    assert said("Task", {"steps": [3]}) == ["spec.steps[0]: Give an object, not a number."]


def test_a_rule_over_a_list_waits_for_sound_items() -> None:
    spec = {"steps": [{"name": 1, "delay": {"seconds": 1}}, {"delay": {"seconds": 1}}]}
    assert said("Task", spec) == [
        "spec.steps[0].name: Give a text, not a number: put it in quotes.",
        "spec.steps[1].name: This field is required: add it.",
    ]


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (None, "spec: Give an object, not null."),
        ([], "spec: Give an object, not a list."),
        ("x", "spec: Give an object, not a text."),
        (1.5, "spec: Give an object, not a number with a fraction."),
        (True, "spec: Give an object, not true or false."),
    ],
)
def test_a_spec_that_is_no_object(spec: object, message: str) -> None:
    assert said("Company", spec) == [message]


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("displayName", date(2026, 1, 1), "Give a text, not a date or another YAML type: put it in quotes."),
        ("displayName", True, "Give a text, not true or false: put it in quotes."),
        ("displayName", {}, "Give a text, not an object."),
        ("displayName", "x" * 1025, "Make it shorter: at most 1024 characters; it has 1025."),
        ("displayName", "\ud800", "Take the lone surrogate out of the text: it is half a character."),
        ("retentionDays", True, "Give a whole number, not true or false."),
        ("retentionDays", "30", "Give a whole number, not a text."),
        ("retentionDays", 1.5, "Give a whole number, not a number with a fraction."),
        ("retentionDays", 10**30, "Give at most 36500."),
        ("orchestrator", False, "Give one of Enabled, Disabled, not true or false."),
        ("orchestrator", "Paused", "Give one of Enabled, Disabled."),
        ("fields", [], "Give an object, not a list."),
    ],
)
def test_sentences(field: str, value: object, message: str) -> None:
    assert said("Company", {field: value}) == [f"spec.{field}: {message}"]


@pytest.mark.parametrize(
    ("seconds", "message"),
    [
        (float("nan"), "Give a finite number."),
        (float("inf"), "Give a finite number."),
        (0, "Give a number above 0."),
        (604_801, "Give at most 604800."),
        ("1", "Give a number, not a text."),
    ],
)
def test_sentences_on_numbers(seconds: object, message: str) -> None:
    spec = {**MINIMAL["Task"], "deadlineSeconds": seconds}
    assert said("Task", spec) == [f"spec.deadlineSeconds: {message}"]


def test_a_list_that_is_too_long_says_by_how_much() -> None:
    spec = {**MINIMAL["Agent"], "allowedHosts": [f"host-{number}:443" for number in range(257)]}
    message = "Remove some: at most 256 may be here, and there are 257."
    assert parse_spec("Agent", spec) == (None, (FieldError("spec.allowedHosts", message),))


def test_what_is_null_is_not_there() -> None:
    spec = {"group": "sales", "slug": None, "methods": {"post": {"task": None}, "get": None}, "security": None}
    model, errors = parse_spec("Endpoint", spec)
    assert errors == ()
    assert model == parse_spec("Endpoint", MINIMAL["Endpoint"])[0]
    assert said("DataSchema", {"schema": None}) == ["spec.schema: This field is required: add it."]


def test_a_whole_number_may_be_written_with_a_point() -> None:
    model, errors = parse_spec("Company", {"retentionDays": 30.0})
    assert errors == ()
    assert model == parse_spec("Company", {"retentionDays": 30})[0]


def test_free_json_keeps_its_nulls_and_its_big_numbers() -> None:
    schema = {"const": None, "enum": [None, 12345678901234567890123], "properties": {"a": {"default": None}}}
    model, _ = parse_spec("DataSchema", {"schema": schema})
    assert model is not None
    assert model.model_dump(by_alias=True)["schema"] == schema


def test_a_schema_of_256_kb_is_taken_and_a_larger_one_not() -> None:
    frame = len('{"$comment":""}')
    assert said("DataSchema", {"schema": {"$comment": "x" * (256 * 1024 - frame)}}) == []
    assert said("DataSchema", {"schema": {"$comment": "x" * (256 * 1024 - frame + 1)}}) == [
        "spec.schema: Make it smaller: at most 256 kB as JSON."
    ]


def test_no_message_repeats_a_value_that_may_be_a_secret() -> None:
    spec = {**MINIMAL["Agent"], "secretRef": {"name": "S3CRET"}, "allowedHosts": ["s3cret host"], "token": "s3cret"}
    assert "s3cret" not in " ".join(said("Agent", spec)).lower()


def test_a_name_that_stands_for_a_slug_has_to_be_one() -> None:
    (error,) = check_name("Endpoint", "orders.v2", MINIMAL["Endpoint"])
    assert error.path == "metadata.name"
    assert error.message.startswith("Give spec.slug: metadata.name stands for it")
    assert check_name("Endpoint", "orders.v2", {**MINIMAL["Endpoint"], "slug": "orders"}) == ()
    assert check_name("Endpoint", "orders", MINIMAL["Endpoint"]) == ()
    assert check_name("Task", "orders.v2", MINIMAL["Task"]) == ()
    assert check_name("Endpoint", "orders.v2", "no object") == ()


def test_examples_take_any_json_and_one_body() -> None:
    example = {"name": "one", "request": {"body": [1, None]}, "response": {"status": 201, "body": 5}}
    model, errors = parse_spec("Endpoint", MINIMAL["Endpoint"] | {"examples": [example]})
    assert errors == ()
    assert isinstance(model, EndpointSpec)
    assert (model.examples[0].request.body, model.examples[0].response.body) == ([1, None], 5)
    both = example | {"request": {"body": 1, "text": "{"}}
    assert said("Endpoint", MINIMAL["Endpoint"] | {"examples": [both]}) == [
        "spec.examples[0].request: Give body or text, not both."
    ]
