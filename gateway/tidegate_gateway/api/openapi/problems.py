"""The refusals of an operation, by status: one response each, with the codes that it may have."""

from collections.abc import Iterable
from typing import Any

from tidegate_gateway.problems import CODES, TYPE

PROBLEM = "#/components/schemas/Problem"
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "What is wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "traceId"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": [f"{TYPE}invalid_json"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence that says what to do."},
        "code": {"type": "string", "description": "Stable: for programs.", "enum": sorted(CODES)},
        "traceId": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "errors": {
            "type": "array",
            "description": "What breaks the schema, each with its JSON Pointer.",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
HEADERS: dict[str, dict[str, Any]] = {
    "unauthorized": {"WWW-Authenticate": {"schema": {"const": "Bearer"}}},
    "method_not_allowed": {"Allow": {"schema": {"type": "string"}}},
    "unavailable": {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}},
}


def refusals(codes: Iterable[str]) -> dict[str, Any]:
    """Responses by status."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(CODES[code][0], []).append(code)
    return {str(status): _response(codes) for status, codes in sorted(by_status.items())}


def _response(codes: list[str]) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": PROBLEM}, {"properties": {"code": {"enum": codes}}}]}
    told = " ".join(f"`{code}`: {CODES[code][2]}" for code in codes)
    headers = {name: header for code in codes for name, header in HEADERS.get(code, {}).items()}
    response = {"description": told, "content": {"application/problem+json": {"schema": schema}}}
    return response | ({"headers": headers} if headers else {})
