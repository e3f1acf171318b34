"""OpenAPI documents say what the front door does, to the last code of a refusal."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from tests.gateway.api.openapi.samples import SERVER, SHAPES, described
from tests.gateway.config.samples import endpoint
from tests.gateway.serving import ORDERS
from tests.golden_files import Golden
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.problems import CODES

HERE = Path(__file__).parent
ITEM = f"{ORDERS}/{{id}}"
JSON = "application/json"


def operation(shape: str, method: str, path: str = ORDERS) -> dict[str, Any]:
    found: dict[str, Any] = described(SHAPES[shape])["paths"][path][method]
    return found


def codes(shape: str, method: str, path: str = ORDERS) -> list[str]:
    """What an operation says that it may be refused with."""
    references = [told["$ref"] for told in operation(shape, method, path)["responses"].values() if "$ref" in told]
    return [code for reference in references for code in reference.rpartition("/")[2].split(".")[1:]]


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_a_valid_document(shape: str) -> None:
    validate(described(SHAPES[shape]))


@pytest.mark.parametrize("shape", ["full", "mapped", "tasks"])
def test_documents_are_as_they_were_read_last(shape: str, golden: Golden) -> None:
    golden(HERE / f"{shape}.json", json.dumps(described(SHAPES[shape]), indent=2) + "\n")


def test_a_company_is_one_document_in_which_nothing_is_there_twice() -> None:
    configs = [one.model_copy(update={"slug": name, "name": name}) for name, one in SHAPES.items()]
    made = document(configs, f"{SERVER}/", title="Acme", version="7")
    validate(made)
    assert made["info"]["title"] == "Acme"
    assert made["info"]["version"] == "7"
    assert made["servers"] == [{"url": SERVER}]
    assert [tag["name"] for tag in made["tags"]] == [f"main/{name}" for name in SHAPES]
    ids = [one["operationId"] for place in made["paths"].values() for key, one in place.items() if key != "parameters"]
    assert len(ids) == len(set(ids))
    own = {name for name in made["components"]["schemas"] if name[0].islower()}
    assert own == {"id", "main.full.post", "main.hostile.post"}


def test_routes_are_those_of_the_front_door() -> None:
    made = described(SHAPES["full"])["paths"]
    assert {path: {*place} - {"parameters"} for path, place in made.items()} == {
        ORDERS: {"get", "post"},
        ITEM: {"get", "put", "patch", "delete"},
        f"{ORDERS}/all": {"delete"},
    }
    assert {*described(SHAPES["tasks"])["paths"][ORDERS]} == {"parameters", "get", "post", "put", "patch", "delete"}
    assert {*described(SHAPES["tasks"])["paths"][ITEM]} == {"parameters", "get"}


BODY = {"too_large", "unsupported_media_type", "invalid_json", "unstorable_json"}
ALWAYS = {"unknown_endpoint", "paused", "unavailable", "internal"}
EDIT = BODY | ALWAYS | {"unauthorized", "not_found", "version_mismatch", "run_in_progress"}


@pytest.mark.parametrize(
    ("shape", "method", "path", "expected"),
    [
        ("open", "get", ORDERS, ALWAYS | {"invalid_parameter"}),
        ("least", "post", ORDERS, ALWAYS | BODY | {"unauthorized"}),
        ("least", "get", ITEM, ALWAYS | {"unauthorized", "not_found"}),
        ("full", "post", ORDERS, ALWAYS | BODY | {"unauthorized", "address_not_allowed", "schema_violation"}),
        (
            "mapped",
            "post",
            ORDERS,
            ALWAYS | BODY | {"unauthorized", "invalid_rows", "invalid_parameter", "schema_violation"},
        ),
        ("mapped", "put", ITEM, EDIT | {"schema_violation"}),
        (
            "mapped",
            "patch",
            ITEM,
            EDIT | {"schema_violation", "invalid_patch", "array_not_supported", "patch_conflict"},
        ),
        ("full", "delete", ITEM, ALWAYS | {"unauthorized", "address_not_allowed", "not_found", "version_mismatch"}),
        ("full", "delete", f"{ORDERS}/all", ALWAYS | {"unauthorized", "address_not_allowed"}),
        (
            "tasks",
            "get",
            ORDERS,
            ALWAYS | {"unauthorized", "invalid_parameter", "invalid_rows", "task_not_available"},
        ),
        ("tasks", "put", ORDERS, ALWAYS | BODY | {"unauthorized", "invalid_rows", "task_not_available"}),
    ],
)
def test_each_operation_tells_every_code_of_its_refusals(
    shape: str, method: str, path: str, expected: set[str]
) -> None:
    assert sorted(codes(shape, method, path)) == sorted(expected)


def test_every_code_stands_somewhere_with_a_problem_document() -> None:
    made = [described(config)["components"] for config in SHAPES.values()]
    examples = {code: example for components in made for code, example in components["examples"].items()}
    assert CODES.keys() - examples.keys() == {
        "method_not_allowed"
    }  # of no operation that is there: see the introduction
    for code, example in examples.items():
        assert (example["value"]["code"], example["value"]["status"]) == (code, CODES[code][0])
    assert "405" in described(SHAPES["least"])["info"]["description"]


def test_refusals_tell_when_to_come_again_and_how_to_come_in() -> None:
    responses = described(SHAPES["least"])["components"]["responses"]
    headers = {name.partition(".")[0]: {*told["headers"]} for name, told in responses.items()}
    assert headers["401"] == {"traceparent", "WWW-Authenticate"}
    assert headers["503"] == {"traceparent", "Retry-After"}


def test_filters_are_parameters() -> None:
    names = [one["name"] for one in operation("full", "get")["parameters"]]
    assert names[:6] == ["limit", "after", "from", "to", "status", "total"]
    assert "total[gte]" in names
    assert [name for name in names if name.startswith("paid")] == ["paid", "paid[ne]"]
    assert not [name for name in names if name.startswith("old")]


def test_what_is_read_of_the_query_is_a_parameter() -> None:
    assert [one["name"] for one in operation("mapped", "post")["parameters"]] == ["channel"]
    assert [one["name"] for one in operation("tasks", "get")["parameters"]] == ["customer", "channel", "parameters"]
    assert {*operation("mapped", "put", ITEM)["parameters"][0]} == {"$ref"}


def test_changes_name_the_version_and_may_be_answered_in_brief() -> None:
    put = operation("full", "put", ITEM)
    assert [one["$ref"].rpartition("/")[2] for one in put["parameters"]] == ["IfMatch", "Prefer"]
    assert {*put["responses"]["201"]["headers"]} == {"ETag", "traceparent"}
    assert {*put["responses"]["204"]["headers"]} == {"ETag", "Preference-Applied", "traceparent"}
    assert [one["$ref"] for one in operation("full", "delete", ITEM)["parameters"]] == [
        "#/components/parameters/IfMatch"
    ]
    assert "Tidegate-Deleted" in operation("full", "delete", f"{ORDERS}/all")["responses"]["204"]["headers"]


def test_who_may_call_stands_there() -> None:
    assert operation("least", "post")["security"] == [{"bearer": []}, {"query": []}]
    assert operation("mapped", "post")["security"] == [{"bearer": []}]
    assert operation("open", "get")["security"] == []
    assert operation("least", "post")["description"].endswith("Needs a token of POST.")


def test_a_body_is_a_row_or_several_where_nothing_is_mapped() -> None:
    media = operation("full", "post")["requestBody"]["content"][JSON]
    reference = {"$ref": "#/components/schemas/main.orders.post"}
    assert media["schema"] == {"anyOf": [reference, {"type": "array", "items": reference}]}
    assert operation("full", "put", ITEM)["requestBody"]["content"][JSON]["schema"] == reference
    assert operation("tasks", "post")["requestBody"]["content"][JSON]["schema"]["anyOf"][0] == {"type": "object"}
    assert operation("least", "post")["requestBody"] == {"required": True, "content": {JSON: {"schema": {}}}}


def test_a_mapped_body_is_any_json_and_the_rows_are_told() -> None:
    body = operation("mapped", "post")["requestBody"]
    assert body["content"][JSON]["schema"] == {}
    assert body["description"] == (
        "The rows are at `$.rows` of the body. Each row is read: `id` from `$.n`, `channel` from `${query.channel}`, "
        "`key` is fixed, `name` from `customer.name`. A row must fit the schema `main.orders.post`."
    )
    patch = operation("mapped", "patch", ITEM)["requestBody"]
    assert patch["description"] == "What it leaves behind must fit the schema `main.orders.post`."
    assert [*patch["content"]] == ["application/merge-patch+json", JSON, "application/json-patch+json"]


def test_examples_stand_where_they_are_sent_and_answered() -> None:
    post = operation("full", "post")
    assert post["requestBody"]["content"][JSON]["examples"] == {
        "refused": {"summary": "Is answered with 400.", "value": {"id": ""}},
        "taken": {"summary": "Is answered with 201.", "value": {"id": "it's 7"}},
    }
    shown = post["responses"]["201"]["content"][JSON]["examples"]
    assert shown == {"taken": {"summary": "A part of it.", "value": {"Status": None}}}


def test_answers_are_those_of_the_endpoint() -> None:
    assert {*operation("bare", "post")["responses"]} >= {"204"}
    assert operation("full", "get", ITEM)["responses"]["200"]["content"][JSON]["schema"] == {
        "$ref": "#/components/schemas/InputAndOutput"
    }
    assert operation("least", "get", ITEM)["responses"]["200"]["content"][JSON]["schema"] == {}
    assert min(operation("tasks", "post")["responses"]) == "400"


def test_what_is_not_a_callers_to_know_stands_nowhere() -> None:
    tokens = ({"name": "erp", "methods": ("POST",), "digests": ("ab" * 32,)},)
    mapping = [{"property": "key", "from": "${fixed:hunter2}"}]
    methods = {"POST": {"input": {"mapping": mapping}}}
    hidden = endpoint(tokens=tokens, allowed_ips=("10.1.2.3",), redact=("$.card",), methods=methods)
    text = json.dumps(described(hidden))
    assert not [secret for secret in ("erp", "abab", "10.1.2.3", "hunter2", "$.card") if secret in text]
