"""The checks before a body is read, in their order: active, source address, authentication, method.

The first that fails ends the request, so that nobody learns of what lies behind it.
"""

from tidegate_gateway.front.compile import CompiledEndpoint, Place, Route
from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.source import source_address
from tidegate_gateway.front.tokens import opened_by, presented_token
from tidegate_gateway.problems import Problem

ALL = "all"
DOCUMENTS = ("openapi.json", "openapi.html")
UNAUTHORIZED_HEADERS = ((b"www-authenticate", b"Bearer"),)


def check_entrance(request: Request, endpoint: CompiledEndpoint, trusted_proxies: int) -> None:
    """Active, then source address, which the request knows from here on. Problem."""
    if endpoint.paused:
        raise Problem("paused", why="spec.paused is set")
    request.source = source_address(request.scope, trusted_proxies)
    if not lets_in(endpoint, request.source):
        why = "allowedIPs does not have the address" if request.source else "a trusted proxy says no readable address"
        raise Problem("address_not_allowed", why=why)


def lets_in(endpoint: CompiledEndpoint, source: str | None) -> bool:
    """Whether a caller's address is one of those that are allowed."""
    allowed = endpoint.address_allowed
    return allowed is None or (source is not None and allowed(source))


def place_of(endpoint: CompiledEndpoint, tail: str | None) -> Place:
    """The routes behind a tail."""
    if tail is None:
        return endpoint.collection
    if tail == ALL:
        return endpoint.everything
    if tail in DOCUMENTS:
        return endpoint.documents
    return endpoint.item if parse_id(tail) else endpoint.nowhere


def check_token(request: Request, endpoint: CompiledEndpoint, route: Route) -> None:
    """Authentication; the request knows its token's name from here on. Problem: the same for whatever is wrong."""
    if endpoint.open:
        return
    token = presented_token(request, in_query=endpoint.token_in_query)
    if token and not endpoint.internal:
        request.token = opened_by(token, route.keys)
    if request.token is None:
        raise Problem("unauthorized", headers=UNAUTHORIZED_HEADERS, why=_why_closed(endpoint, token))


def _why_closed(endpoint: CompiledEndpoint, token: bytes | None) -> str:
    """For the owner. Any token that opens nothing here is looked for in the same way, and takes the same time."""
    if endpoint.internal:
        return "only steps of tasks may call an Internal endpoint"
    if not token:
        return "there is no token"
    name = opened_by(token, endpoint.nowhere.otherwise.keys)
    return f"the token is {name}'s, which is of other methods" if name else "the token is none of this endpoint"
