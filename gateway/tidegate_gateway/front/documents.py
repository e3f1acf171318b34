"""Stored data as callers read them. JSON that is stored is passed on as PostgreSQL writes it, digit by digit."""

from collections.abc import Sequence
from typing import Any

import orjson

from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.ids import time_of
from tidegate_gateway.front.statuses import NAMES

NULL = b"null"


def datum_document(datum: StoredDatum, output_type: str) -> bytes:
    """One datum, as the endpoint's `outputType` says."""
    if output_type == "Input":
        return datum.input or NULL
    if output_type == "Output":
        return datum.output or NULL
    return orjson.dumps({"Input": _stored(datum.input), "Output": _stored(datum.output)})


def page_document(data: Sequence[StoredDatum], output_type: str, following: str | None) -> bytes:
    """A page; `following` is the id after which the next one begins."""
    return orjson.dumps({"Items": [_item(datum, output_type) for datum in data], "Next": following})


def _item(datum: StoredDatum, output_type: str) -> dict[str, Any]:
    received = time_of(datum.id).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {
        "ID": str(datum.id),
        "ReceivedAt": received,
        "Method": datum.method,
        "Status": None if datum.status is None else NAMES.get(datum.status),
        "Token": datum.token,
        "SourceIp": datum.source,
        "Input": None if output_type == "Output" else _stored(datum.input),
        "Output": None if output_type == "Input" else _stored(datum.output),
    }


def _stored(text: bytes | None) -> orjson.Fragment | None:
    return None if text is None else orjson.Fragment(text)
