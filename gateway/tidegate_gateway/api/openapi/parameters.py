"""Parameters of operations: those of a list, the filters of an endpoint's indexes, what a mapping reads, headers."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from tidegate_gateway.config.model import EndpointConfig, Index, MethodConfig
from tidegate_gateway.front.filters import OF_BOOLEANS, OPERATORS
from tidegate_gateway.front.page_query import MOST_LIMIT, USUAL_LIMIT
from tidegate_gateway.front.statuses import NAMES

Parameter = dict[str, Any]
UUID = {"type": "string", "format": "uuid"}
TIME = {"type": "string", "format": "date-time"}
VALUES: dict[str, Parameter] = {
    "Text": {"type": "string"},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Timestamp": TIME,
}
COMPARED = {
    "eq": "is this",
    "ne": "is there and is not this",
    "gt": "is more than this",
    "gte": "is this or more",
    "lt": "is less than this",
    "lte": "is this or less",
}
QUERY_SOURCE = re.compile(r"\$\{query\.(.+)\}")


def _header(name: str, description: str, example: str) -> Parameter:
    return {"name": name, "in": "header", "description": description, "schema": {"type": "string"}, "example": example}


def _query(name: str, description: str, schema: Parameter) -> Parameter:
    return {"name": name, "in": "query", "description": description, "schema": schema}


ID = {"name": "id", "in": "path", "required": True, "description": "The `ID` of a datum.", "schema": UUID}
SHARED = {
    "IfMatch": _header("If-Match", "The `ETag` of the version that was seen: no other one is changed.", '"1"'),
    "Prefer": _header("Prefer", "`return=minimal` spares the body of the answer.", "return=minimal"),
    "traceparent": _header(
        "traceparent",
        "The trace that the request belongs to, as W3C has it.",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ),
}
"""What stands among the components, by name."""


def shared(name: str) -> Parameter:
    """A reference to one of SHARED."""
    return {"$ref": f"#/components/parameters/{name}"}


def list_parameters(config: EndpointConfig) -> list[Parameter]:
    """Those of a list of stored data."""
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_LIMIT, "default": USUAL_LIMIT}
    status = {"type": "array", "items": {"enum": [*NAMES.values()]}}
    return [
        _query("limit", "How many data at most.", limit),
        _query("after", "Goes on behind this datum: `Next` of the page before.", UUID),
        _query("from", "Received at this time or later (RFC 3339).", TIME),
        _query("to", "Received before this time.", TIME),
        _query("status", f"Statuses of runs: {', '.join(NAMES.values())}.", status)
        | {"style": "form", "explode": False},
        *(parameter for index in config.indexes if index.id is not None for parameter in _filters(index)),
    ]


def task_parameters(own: MethodConfig) -> list[Parameter]:
    """Those of a GET that runs a task: each is a member of its input."""
    members = [pair.source.partition(".")[0] for pair in own.input.mapping if not pair.source.startswith("$")]
    named = [_read(name) for name in dict.fromkeys([*members, *_queries(own)])]
    text = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
    schema = {"type": "object", "additionalProperties": text}
    every = _query("parameters", "Whatever the task takes; a repeated one is an array.", schema)
    return [*named, every | {"style": "form", "explode": True}]


def mapped_parameters(own: MethodConfig) -> list[Parameter]:
    """What a mapping reads of the query."""
    return [_read(name) for name in _queries(own)]


def _queries(own: MethodConfig) -> Iterable[str]:
    return dict.fromkeys(match[1] for pair in own.input.mapping if (match := QUERY_SOURCE.fullmatch(pair.source)))


def _read(name: str) -> Parameter:
    return _query(name, "Is read into the rows.", {"type": "string"})


def _filters(index: Index) -> Iterator[Parameter]:
    for operator in OF_BOOLEANS if index.type == "Boolean" else OPERATORS:
        name = index.name if operator == "eq" else f"{index.name}[{operator}]"
        told = f"Whose `{index.name}` {COMPARED[operator]}: `{index.path}` of {index.method}."
        yield _query(name, told, VALUES[index.type])
