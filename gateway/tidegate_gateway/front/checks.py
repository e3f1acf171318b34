"""The checks before a body is read, in their order: active, source address, authentication, method.

The first that fails ends the request, so that nobody learns of what lies behind it.
"""

from types import MappingProxyType

from tidegate_gateway.front.compile import CompiledEndpoint, Place, Route
from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.source import source_address
from tidegate_gateway.front.tokens import opened_by, presented_token
from tidegate_gateway.problems import Problem

ALL = "all"
CHECKS = MappingProxyType(
    {
        "unknown_endpoint": "address",
        "paused": "active",
        "address_not_allowed": "source",
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
        "version_mismatch": "version",
        "run_in_progress": "version",
        "patch_conflict": "version",
        "task_not_available": "run",
        "unavailable": "store",
        "internal": "internal",
        "caller_gone": "caller",
    }
)
"""The check behind each problem's code, for the owner's log."""
UNAUTHORIZED_HEADERS = ((b"www-authenticate", b"Bearer"),)


def check_entrance(request: Request, endpoint: CompiledEndpoint, trusted_proxies: int) -> None:
    """Active, then source address, which the request knows from here on. Problem."""
    if endpoint.paused:
        raise Problem("paused")
    request.source = source_address(request.scope, trusted_proxies)
    allowed = endpoint.address_allowed
    if allowed and (request.source is None or not allowed(request.source)):
        raise Problem("address_not_allowed")


def place_of(endpoint: CompiledEndpoint, tail: str | None) -> Place:
    """The routes behind a tail."""
    if tail is None:
        return endpoint.collection
    if tail == ALL:
        return endpoint.everything
    return endpoint.item if parse_id(tail) else endpoint.nowhere


def check_token(request: Request, endpoint: CompiledEndpoint, route: Route) -> None:
    """Authentication; the request knows its token's name from here on. Problem: the same for whatever is wrong."""
    if endpoint.open:
        return
    authorization = request.headers.get(b"authorization")
    token = presented_token(authorization, request.query_string, in_query=endpoint.token_in_query)
    if token and not endpoint.internal:
        request.token = opened_by(token, route.keys)
    if request.token is None:
        raise Problem("unauthorized", headers=UNAUTHORIZED_HEADERS)
