"""Endpoints of every shape, for documents of them."""

from typing import Any

from tests.gateway.config.samples import endpoint
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.config.model import EndpointConfig

SERVER = "https://gw.example.com"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>`{{ 7 * 7 }}</style></pre>"
ID = {"type": "string", "description": "A number of ours.", "minLength": 1}
ORDER = {
    "$id": "https://example.com/order",
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["id"],
    "properties": {
        "id": {"$ref": "schema:id"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}, "minItems": 1},
        "secret": {"type": "string", "writeOnly": True},
        "before": {"$ref": "https://example.com/order"},
    },
    "$defs": {"line": {"$anchor": "line", "type": "object", "properties": {"qty": {"type": "integer", "minimum": 1}}}},
}
INPUT = {"validation": {"root": ORDER, "resources": {"schema:id": ID}}}
INDEXES = [
    {"id": 1, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"},
    {"id": 2, "name": "paid", "method": "POST", "source": "Input", "path": "$.paid", "type": "Boolean"},
    {"name": "old", "method": "POST", "source": "Input", "path": "$.old", "type": "Text"},
]
MAPPING = [
    {"property": "id", "from": "$.n"},
    {"property": "channel", "from": "${query.channel}"},
    {"property": "key", "from": "${fixed:hunter2}"},
    {"property": "name", "from": "customer.name"},
]
EXAMPLES: list[dict[str, Any]] = [
    {"name": "refused", "request": {"body": {"id": ""}}, "response": {"status": 400}},
    {
        "name": "taken",
        "request": {"body": {"id": "it's 7"}},
        "response": {"status": 201, "hasBody": True, "body": {"Status": None}},
    },
    {"name": "half", "request": {"text": "{"}, "response": {"status": 400}},
]
EVERY: dict[str, Any] = {"POST": {"input": INPUT}, "GET": {}, "PUT": {"input": INPUT}, "PATCH": {}, "DELETE": {}}
TASK = {"task": {"name": "t"}}
MAPPED = {"input": INPUT | {"resultPath": "$.rows", "mapping": MAPPING}}
SHAPES = {
    "least": endpoint(methods={"POST": {}}),
    "open": endpoint(authentication="None", methods={"GET": {}}),
    "full": endpoint(
        methods=EVERY,
        display_name="Orders",
        allow_deleting=True,
        indexes=INDEXES,
        allowed_ips=("10.0.0.0/8",),
        output_type="InputAndOutput",
        examples=EXAMPLES,
    ),
    "mapped": endpoint(token_in_query=False, methods={"POST": MAPPED, "PUT": MAPPED, "PATCH": {"input": INPUT}}),
    "tasks": endpoint(methods=dict.fromkeys(EVERY, TASK) | {"GET": TASK | {"input": {"mapping": MAPPING}}}),
    "bare": endpoint(methods={"POST": {"output": {"includeSystemData": False}}}),
    "hostile": endpoint(
        display_name=HOSTILE,
        methods={"POST": {"input": {"validation": {"root": {"description": HOSTILE, "properties": {HOSTILE: ID}}}}}},
        examples=[{"name": "x", "request": {"body": {"id": HOSTILE}}, "response": {"status": 201}}],
    ),
}


def described(*configs: EndpointConfig, **given: str) -> dict[str, Any]:
    """The document of some endpoints."""
    return document(configs, SERVER, **given)
