"""The schemas of Tidegate's own answers and patches, as they stand among the components of a document."""

from types import MappingProxyType
from typing import Any

from tidegate_gateway.api.openapi.problems import SCHEMA as PROBLEM
from tidegate_gateway.front.statuses import NAMES

UUID = {"type": "string", "format": "uuid"}
STATUS = {"enum": [None, *NAMES.values()], "description": "Of the run; null without a task."}
STORED = {
    "type": "object",
    "description": "What was stored. Without a task there is nothing but its ID.",
    "required": ["ID", "Status", "Message", "Result"],
    "properties": {
        "ID": UUID,
        "Status": STATUS,
        "Message": {"type": ["array", "null"], "items": {"type": "string"}},
        "Result": {},
    },
}
DATUM = {
    "type": "object",
    "description": "One received request and what came of it.",
    "required": ["ID", "ReceivedAt", "Method", "Status", "Token", "SourceIp", "Input", "Output"],
    "properties": {
        "ID": UUID,
        "ReceivedAt": {"type": "string", "format": "date-time"},
        "Method": {"enum": ["POST", "GET", "PUT", "PATCH", "DELETE"]},
        "Status": STATUS,
        "Token": {"type": ["string", "null"], "description": "The name of the token that was used."},
        "SourceIp": {"type": ["string", "null"]},
        "Input": {"description": "What came in; null where outputs alone are shown."},
        "Output": {"description": "What the task answered; null where inputs alone are shown."},
    },
}
PAGE = {
    "type": "object",
    "required": ["Items", "Next"],
    "properties": {
        "Items": {"type": "array", "items": {"$ref": "#/components/schemas/Datum"}},
        "Next": {
            "type": ["string", "null"],
            "format": "uuid",
            "description": "Go on `after` this one; null at the end.",
        },
    },
}
BOTH = {"type": "object", "required": ["Input", "Output"], "properties": {"Input": {}, "Output": {}}}
MERGE_PATCH = {
    "type": ["object", "string", "number", "boolean", "null"],
    "description": "A JSON Merge Patch (RFC 7396): null takes a member out.",
}
OPERATION = {
    "type": "object",
    "required": ["op", "path"],
    "properties": {
        "op": {"enum": ["add", "remove", "replace", "move", "copy", "test"]},
        "path": {"type": "string", "format": "json-pointer"},
        "from": {"type": "string", "format": "json-pointer"},
        "value": {},
    },
}
JSON_PATCH = {"type": "array", "items": OPERATION, "description": "A JSON Patch (RFC 6902)."}
OWN = MappingProxyType(
    {
        "Problem": PROBLEM,
        "Stored": STORED,
        "Datum": DATUM,
        "Page": PAGE,
        "InputAndOutput": BOTH,
        "MergePatch": MERGE_PATCH,
        "JsonPatch": JSON_PATCH,
    }
)


def own(name: str) -> dict[str, Any]:
    """A reference to one of OWN."""
    return {"$ref": f"#/components/schemas/{name}"}
