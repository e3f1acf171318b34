"""Whoever has one of the primary tokens of an endpoint is its owner: the checks of the front door, and that one.

The tokens of calling applications open nothing here, and neither does an endpoint that is open to anyone.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import APIKeyQuery, HTTPAuthorizationCredentials, HTTPBearer

from tidegate_gateway.api.openapi.problems import MEDIA, SCHEMA
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.front.checks import UNAUTHORIZED_HEADERS, check_entrance
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.lookup import find, served
from tidegate_gateway.front.query import ACCESS_TOKEN
from tidegate_gateway.front.request import Request as FrontRequest
from tidegate_gateway.front.request import request_of
from tidegate_gateway.front.tokens import opened_by, presented_token
from tidegate_gateway.problems import CODES, Problem

PRIMARY = "primary"
REFUSALS = ("unauthorized", "address_not_allowed", "unknown_endpoint", "paused", "unavailable")
# They stand in the document of the API; what comes in is judged as at the front door.
BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="A primary token of the endpoint.")
QUERY = APIKeyQuery(name=ACCESS_TOKEN, auto_error=False, scheme_name="query", description="The same in the query.")


class Ownership:
    """Gives the endpoint at an address to its owner."""

    def __init__(self, snapshot: Callable[[], Snapshot | None], trusted_proxies: int) -> None:
        self._snapshot, self._trusted_proxies = snapshot, trusted_proxies

    def __call__(
        self,
        company: str,
        group: str,
        endpoint: str,
        request: Request,
        _: Annotated[HTTPAuthorizationCredentials | None, Security(BEARER)],
        __: Annotated[str | None, Security(QUERY)],
    ) -> CompiledEndpoint:
        """Problem: one of REFUSALS."""
        found = find(served(self._snapshot), f"{company}/{group}/{endpoint}")
        asking = request_of(request.scope, request.receive)
        asking.endpoint = found.label
        check_entrance(asking, found, self._trusted_proxies)
        _check_owner(asking, found)
        return found


def refusals() -> dict[int | str, dict[str, Any]]:
    """What a document of the API says of them."""
    found: dict[int | str, dict[str, Any]] = {"default": _refusal("Another problem.")}
    for code in REFUSALS:
        status, _, detail = CODES[code]
        told = found[status]["description"] + " " if status in found else ""
        found[status] = _refusal(f"{told}`{code}`: {detail}")
    return found


def _refusal(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA: {"schema": SCHEMA}}}


def _check_owner(request: FrontRequest, endpoint: CompiledEndpoint) -> None:
    token = presented_token(request, in_query=endpoint.token_in_query)
    own = tuple(key for key in endpoint.documents.otherwise.keys if key.name == PRIMARY)
    request.token = opened_by(token, own) if token and not endpoint.internal else None
    if request.token is None:
        raise Problem("unauthorized", headers=UNAUTHORIZED_HEADERS, why="it is no primary token")
