"""What the owner of an endpoint reads in the log of a request that was refused: which check it was, and over what."""

from collections.abc import Mapping
from types import MappingProxyType

from tidegate_gateway.asgi import Answer
from tidegate_gateway.front.request import Request

CHECKS = MappingProxyType(
    {
        "paused": "active",
        "address_not_allowed": "address",
        "unauthorized": "authentication",
        "not_found": "method",
        "method_not_allowed": "method",
        "too_large": "size",
        "unsupported_media_type": "type",
        "invalid_json": "parse",
        "unstorable_json": "parse",
        "invalid_patch": "parse",
        "array_not_supported": "parse",
        "invalid_parameter": "parse",
        "invalid_rows": "map",
        "schema_violation": "validate",
    }
)
"""The check behind a problem's code. All others are met when the request is run or stored, or before any check."""


def refusal(request: Request, answer: Answer) -> Mapping[str, str | None]:
    """`check` and `why`; nothing for a request that was served."""
    if answer.code is None:
        return {}
    usual = "run" if request.acting else None
    check = usual if answer.code == "not_found" and request.acting else CHECKS.get(answer.code, usual)
    return {"check": check, "why": answer.why}
