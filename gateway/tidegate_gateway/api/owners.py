"""What the owner of an endpoint may ask of it: where its data come from, and how far its indexes are.

Whoever has one of its primary tokens is its owner; the tokens of calling applications open nothing here.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.data.indexes.definitions import index_states, request_reindex
from tidegate_gateway.data.sources import list_sources
from tidegate_gateway.front.checks import UNAUTHORIZED_HEADERS
from tidegate_gateway.front.compile import CompiledEndpoint
from tidegate_gateway.front.source import source_address
from tidegate_gateway.front.tokens import opened_by, presented_token
from tidegate_gateway.problems import Problem

PRIMARY = "primary"


class Source(BaseModel):
    """An address that data came from."""

    address: str
    first_seen: datetime
    last_seen: datetime
    requests: int


class Index(BaseModel):
    """An index: how many values it had when they were counted last, and how much of the history is in it, in percent,
    while that is being indexed."""

    name: str
    rows: int
    progress: int | None


class Reindexing(BaseModel):
    """How many indexes are being filled."""

    indexes: int


def owners_api(snapshot: Callable[[], Snapshot | None], pool: asyncpg.Pool, trusted_proxies: int) -> APIRouter:
    """The routes. Problem: the same as the endpoint's own."""
    router = APIRouter(prefix="/api", tags=["owners"])

    def owned(company: str, group: str, endpoint: str, request: Request) -> CompiledEndpoint:
        return _owned(snapshot(), f"{company}/{group}/{endpoint}", request, trusted_proxies)

    own = Annotated[CompiledEndpoint, Depends(owned)]

    @router.get("/sources/{company}/{group}/{endpoint}")
    async def sources(endpoint_: own) -> list[Source]:
        """The addresses that data of an endpoint came from, the busiest first."""
        return [Source.model_validate(one, from_attributes=True) for one in await list_sources(pool, endpoint_.uid)]

    @router.get("/indexes/{company}/{group}/{endpoint}")
    async def indexes(endpoint_: own) -> list[Index]:
        """The indexes of an endpoint."""
        found = await index_states(pool, datetime.now(UTC), [endpoint_.uid])
        return [Index.model_validate(one, from_attributes=True) for one in found.get(endpoint_.uid, ())]

    @router.post("/reindex/{company}/{group}/{endpoint}", status_code=202)
    async def reindex(endpoint_: own) -> Reindexing:
        """Index what an endpoint has stored."""
        return Reindexing(indexes=await request_reindex(pool, endpoint_.uid))

    return router


def _owned(snapshot: Snapshot | None, address: str, request: Request, trusted_proxies: int) -> CompiledEndpoint:
    """The endpoint, if the caller may come from where it does and has a primary token of it."""
    if snapshot is None:
        raise Problem("unavailable")
    endpoint: CompiledEndpoint | None = snapshot.endpoints.get(address)
    if endpoint is None:
        raise Problem("unavailable" if address in snapshot.unserved else "unknown_endpoint")
    allowed, source = endpoint.address_allowed, source_address(request.scope, trusted_proxies)
    if allowed and (source is None or not allowed(source)):
        raise Problem("address_not_allowed")
    given = request.headers.get("authorization")
    token = presented_token(given.encode("latin-1") if given else None, b"", in_query=False)
    if endpoint.internal or not token or opened_by(token, endpoint.documents.otherwise.keys) != PRIMARY:
        raise Problem("unauthorized", headers=UNAUTHORIZED_HEADERS)
    return endpoint
