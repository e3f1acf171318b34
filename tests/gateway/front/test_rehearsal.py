"""Examples are tried out on the real front door, and nothing comes of it but what does not fit."""

import logging
from typing import Any

import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.expressions.errors import ExpressionError
from tidegate_gateway.front.rehearsal import Mismatch, rehearse

SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}}
POST = {"POST": {"input": {"validation": {"root": SCHEMA}}}}
TOKENS = [{"name": "primary", "methods": [method], "digests": []} for method in ("GET", "POST")]


def example(request: dict[str, Any], status: int, body: Any = ..., name: str = "one") -> dict[str, Any]:
    expected = {"status": status} | ({} if body is ... else {"hasBody": True, "body": body})
    return {"name": name, "request": request, "response": expected}


def orders(*examples: dict[str, Any], **changes: Any) -> EndpointConfig:
    values = {"methods": POST, "tokens": TOKENS, "company": "", "examples": examples}
    return endpoint(**(values | changes))


def rehearsed(*examples: dict[str, Any], **changes: Any) -> list[str]:
    return [mismatch.sentence for mismatch in rehearse(orders(*examples, **changes), uid_of("orders"))]


@pytest.mark.parametrize(
    ("request_", "status", "body"),
    [
        ({"body": {"id": "1"}}, 201, {"Status": None, "Result": None}),
        ({"body": {"id": 1}}, 400, {"code": "schema_violation", "errors": [{"pointer": "/id"}]}),
        ({"text": '{"id": '}, 400, {"code": "invalid_json"}),
        ({"text": '\ufeff{"id": "1"}'}, 201, ...),
        ({}, 400, {"detail": "The body is empty."}),
        ({"body": {"id": "1"}, "token": False}, 401, {"code": "unauthorized"}),
        ({"body": {"id": "1"}, "headers": {"Authorization": "Bearer another"}}, 401, ...),
        ({"text": "id=1", "headers": {"Content-Type": "text/plain"}}, 415, {"code": "unsupported_media_type"}),
        ({"method": "GET"}, 200, {"Items": [], "Next": None}),
        ({"method": "GET", "query": {"limit": "0"}}, 400, {"code": "invalid_parameter"}),
        ({"method": "GET", "query": {"customer": "7"}}, 200, {"Items": []}),
        ({"method": "GET", "query": {"customer[no]": "7"}}, 400, ...),
        ({"method": "PUT", "body": {}}, 405, {"code": "method_not_allowed"}),
        ({"method": "DELETE"}, 405, ...),
    ],
)
def test_what_the_door_would_answer_is_what_an_example_is_held_against(
    request_: dict[str, Any], status: int, body: Any
) -> None:
    index = {"id": 1, "name": "customer", "method": "POST", "source": "Input", "path": "$.customer"}
    assert rehearsed(example(request_, status, body), methods=POST | {"GET": {}}, indexes=[index]) == []


def test_every_mismatch_is_told_with_its_example() -> None:
    config = orders(
        example({"body": {"id": "1"}}, 201, {"Status": "Done", "Result": []}, name="stored"),
        example({"body": {"id": "1"}}, 201, name="fine"),
        example({"body": {}}, 201, name="empty"),
    )
    assert rehearse(config, uid_of("orders")) == [
        Mismatch("stored", 0, '/Status is null, not "Done".'),
        Mismatch("stored", 0, "/Result is null, not []."),
        Mismatch(
            "empty",
            2,
            "The answer is 400 (schema_violation: The body does not fit the schema of the endpoint. "
            'At the root: The property "id" is missing), not 201.',
        ),
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"paused": True},
        {"allowed_ips": ["10.0.0.0/8"]},
        {"authentication": "Internal"},
        {"authentication": "None", "tokens": []},
        {"retention_days": 0},
    ],
)
def test_who_may_call_and_when_is_no_part_of_an_example(changes: dict[str, Any]) -> None:
    assert rehearsed(example({"body": {"id": "1"}}, 201), **changes) == []


def test_a_task_is_not_judged_but_what_comes_before_it_is() -> None:
    methods = {"POST": POST["POST"] | {"task": {"name": "fold"}}}
    fine = example({"body": {"id": "1"}}, 201, {"Status": "FinishedSuccess"})
    wrong = example({"body": {"id": 1}}, 201)
    (sentence,) = rehearsed(fine, wrong, methods=methods)
    assert sentence.startswith("The answer is 400 (schema_violation: ")


def test_a_mapping_reads_the_query_and_the_headers_of_an_example() -> None:
    mapping = [{"property": "shop", "from": "${headers}"}, {"property": "id", "from": "${query.id}"}]
    methods = {"POST": {"input": {"mapping": mapping, "validation": {"root": SCHEMA}}}}
    given = {"body": {}, "query": {"id": "1"}, "headers": {"X-Shop": "web"}}
    assert rehearsed(example(given, 201), methods=methods) == []
    assert rehearsed(example(given | {"query": {"id": ["1", "2"]}}, 400), methods=methods) == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"text": '{"id": "' + "x" * 2_000_000 + '"}'}, 201),
        ({"text": '"\ud800"'}, 400),
        ({"body": {"id": "\ud800"}}, 400),
        ({"method": "GET", "query": {"limit": "\ud800"}}, 400),
        ({"body": {"id": "1"}, "headers": {"X-\ud800": "\ud800"}}, 201),
        ({"text": "no gzip", "headers": {"Content-Encoding": "gzip"}}, 400),
    ],
    ids=["large", "half", "half in JSON", "half in a query", "half in a header", "gzip"],
)
async def test_no_example_is_too_much_for_it(request_: dict[str, Any], status: int) -> None:
    """Inside an event loop too, as the operator has one."""
    assert rehearsed(example(request_, status), methods=POST | {"GET": {}}) == []


def test_a_rehearsal_leaves_no_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        rehearsed(example({"body": {"id": "1"}}, 201))
    assert caplog.records == []


def test_an_endpoint_that_does_not_compile_is_not_rehearsed() -> None:
    with pytest.raises(ExpressionError):
        rehearsed(example({"body": {}}, 201), redact=["$["])
