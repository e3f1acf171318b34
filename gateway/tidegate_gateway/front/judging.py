"""Holds a body against what its method asks for, and gives what is stored of it."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tidegate_gateway.data.ids import time_of
from tidegate_gateway.expressions.context import Context
from tidegate_gateway.front.intake import Intake
from tidegate_gateway.front.query import ACCESS_TOKEN, check_text, parameters
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.row_mapping import RowMapping
from tidegate_gateway.front.storable import Body
from tidegate_gateway.front.unhurried import within_bounds


async def judged(request: Request, intake: Intake, body: Body, id_: UUID) -> bytes:
    """The text to store. Problem: `invalid_rows`, `schema_violation`, `unstorable_json`."""
    mapping, size = intake.mapping, len(body.text)
    context = _context(request, mapping, body.document, id_) if mapping else Context(body=body.document)

    def work() -> bytes:
        intake.check(context, size)
        return intake.redactor.text(body) if intake.redactor else body.text

    return await within_bounds(mapping.work(body.text.count(b"{"), size) if mapping else size, work)


def _context(request: Request, mapping: RowMapping, document: Any, id_: UUID) -> Context:
    """What a mapping may read, as far as it does."""
    return Context(
        body=document,
        row=document,
        headers=_headers(request) if mapping.headers else {},
        query=query_of(request) if mapping.query else {},
        method=request.method,
        id=id_,
        source_ip=request.source,
        received_at=time_of(id_),
    )


def query_of(request: Request) -> Mapping[str, str | list[str]]:
    """The query parameters by name, a repeated one as a list; never the token. Problem: `invalid_parameter`."""
    found: dict[str, list[str]] = {}
    for name, value in parameters(request.query_string):
        if name != ACCESS_TOKEN:
            check_text(name, value)
            found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _headers(request: Request) -> dict[str, str]:
    """By name; what came several times is one list, as HTTP has it."""
    found: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found
