"""Parameters of operations: those of a list, the filters of an endpoint's indexes, and headers."""

from collections.abc import Iterator
from typing import Any

from tidegate_gateway.config.model import EndpointConfig, Index
from tidegate_gateway.front.filters import OF_BOOLEANS, OPERATORS
from tidegate_gateway.front.page import MOST_LIMIT, USUAL_LIMIT
from tidegate_gateway.front.statuses import NAMES

TYPES: dict[str, dict[str, Any]] = {
    "Text": {"type": "string"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Timestamp": {"type": "string", "format": "date-time"},
}
TIME = {"type": "string", "format": "date-time"}
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The `ETag` of the version that is to be changed.",
    "schema": {"type": "string"},
}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": "`return=minimal`: without the datum in the answer.",
    "schema": {"type": "string"},
}


def list_parameters(config: EndpointConfig) -> list[dict[str, Any]]:
    """Those of `GET /`."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT}
    return [
        _query("limit", "How many data.", limit),
        _query("after", "The ID behind which to go on.", {"type": "string", "format": "uuid"}),
        _query("from", "Received then or later.", TIME),
        _query("to", "Received before.", TIME),
        _query("status", f"Names of statuses, comma-separated: {', '.join(NAMES.values())}.", {"type": "string"}),
        *(parameter for index in config.indexes if index.id is not None for parameter in _filters(index)),
    ]


def _filters(index: Index) -> Iterator[dict[str, Any]]:
    for operator in OF_BOOLEANS if index.type == "Boolean" else OPERATORS:
        name = index.name if operator == "eq" else f"{index.name}[{operator}]"
        yield _query(name, f"Where `{index.path}` of {index.method} {operator} this.", TYPES[index.type])


def _query(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema}
