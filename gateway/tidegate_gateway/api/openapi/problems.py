"""The refusals of an operation: which codes it may answer with, and the responses that say so, from the one table."""

from collections.abc import Iterable, Iterator
from typing import Any

from tidegate_gateway.api.openapi.parameters import mapped_parameters
from tidegate_gateway.config.model import EndpointConfig, Method, MethodConfig
from tidegate_gateway.front.routes import Action
from tidegate_gateway.problems import CODES, RETRY_AFTER_SECONDS, TYPE

MEDIA = "application/problem+json"
TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
BODY = ("too_large", "unsupported_media_type", "invalid_json", "unstorable_json")
EDIT = (*BODY, "not_found", "version_mismatch", "run_in_progress")
OWN: dict[Action, tuple[str, ...]] = {
    Action.STORE: BODY,
    Action.LIST: ("invalid_parameter",),
    Action.READ: ("not_found",),
    Action.RUN: ("task_not_available",),
    Action.REPLACE: EDIT,
    Action.CHANGE: (*EDIT, "invalid_patch", "array_not_supported", "patch_conflict"),
    Action.DELETE: ("not_found", "version_mismatch"),
    Action.DELETE_ALL: (),
}
ERRORS = [{"pointer": "/qty", "detail": "It should be 1 or more."}]
SCHEMA = {
    "type": "object",
    "description": "What is wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "traceId"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence."},
        "code": {"enum": [*CODES], "description": "For programs: it never changes."},
        "traceId": {"type": "string", "pattern": "^[0-9a-f]{32}$", "description": "What the logs have."},
        "errors": {
            "type": "array",
            "description": "What breaks the schema.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
TRACEPARENT = {"traceparent": {"$ref": "#/components/headers/traceparent"}}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
BEARER = {"WWW-Authenticate": {"schema": {"const": "Bearer"}}}


def codes(config: EndpointConfig, method: Method, action: Action) -> list[str]:
    """Every code that an operation may be refused with."""
    own = config.methods.get(method, MethodConfig())
    return [*_entrance(config), *OWN[action], *_intake(own, method, action), "unavailable", "internal"]


def refusals(wanted: Iterable[str]) -> dict[str, Any]:
    """The responses of an operation, by status: references to those that `responses` gives."""
    by_status: dict[int, list[str]] = {}
    for code in CODES:
        if code in wanted:
            by_status.setdefault(CODES[code][0], []).append(code)
    return {
        str(status): {"$ref": f"#/components/responses/{status}.{'.'.join(found)}"}
        for status, found in sorted(by_status.items())
    }


def response(name: str) -> dict[str, Any]:
    """A response by its name among the components: the status and the codes."""
    _, *found = name.split(".")
    told = "\n".join(f"- `{code}`: {CODES[code][2]}" for code in found)
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": found}}}]}
    examples = {code: {"$ref": f"#/components/examples/{code}"} for code in found}
    return {
        "description": told,
        "headers": _headers(found),
        "content": {MEDIA: {"schema": schema, "examples": examples}},
    }


def example(code: str) -> dict[str, Any]:
    """A problem document of a code."""
    status, title, detail = CODES[code]
    value: dict[str, Any] = {"type": TYPE + code, "title": title, "status": status, "detail": detail, "code": code}
    value["traceId"] = TRACE_ID
    return {"summary": title, "value": value | ({"errors": ERRORS} if code == "schema_violation" else {})}


def _entrance(config: EndpointConfig) -> Iterator[str]:
    yield "unknown_endpoint"
    yield "paused"
    if config.allowed_ips and "*" not in config.allowed_ips:
        yield "address_not_allowed"
    if config.authentication != "None":
        yield "unauthorized"


def _intake(own: MethodConfig, method: Method, action: Action) -> Iterator[str]:
    """What mapping and schema may refuse: what a stored datum becomes is not mapped."""
    if action is Action.RUN:
        yield from ("invalid_parameter",) if method == "GET" else BODY
    if action in (Action.STORE, Action.RUN):
        if mapped_parameters(own):
            yield "invalid_parameter"
        if own.input.mapping or own.input.result_path or own.task:
            yield "invalid_rows"
    if action in (Action.STORE, Action.RUN, Action.REPLACE, Action.CHANGE) and own.input.validation:
        yield "schema_violation"


def _headers(found: Iterable[str]) -> dict[str, Any]:
    headers: dict[str, Any] = dict(TRACEPARENT)
    if "unauthorized" in found:
        headers |= BEARER
    if any(code in RETRY_AFTER_SECONDS for code in found):
        headers |= RETRY_AFTER
    return headers
