"""What the owner of an endpoint may ask of it: where its data come from, and how far its indexes are."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from tidegate_gateway.api.ownership import Ownership, refusals
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.data.indexes.definitions import index_states, request_reindex
from tidegate_gateway.data.sources import list_sources
from tidegate_gateway.front.compile import CompiledEndpoint


class Answer(BaseModel):
    """A part of an answer, made of what the data have under the same names."""

    model_config = ConfigDict(from_attributes=True, alias_generator=to_camel, populate_by_name=True)


class Source(Answer):
    """An address that data came from."""

    address: str
    first_seen: datetime
    last_seen: datetime
    requests: int


class Index(Answer):
    """An index: how many values it had when they were counted last, and how much of the history is in it, in percent,
    while that is being indexed."""

    name: str
    rows: int
    progress: int | None


class Reindexing(Answer):
    """How many indexes are being filled."""

    indexes: int


def owners_api(snapshot: Callable[[], Snapshot | None], pool: asyncpg.Pool, trusted_proxies: int) -> APIRouter:
    """The routes. Problem: the same as the endpoint's own."""
    router = APIRouter(prefix="/api", tags=["owners"], responses=refusals())
    own = Annotated[CompiledEndpoint, Depends(Ownership(snapshot, trusted_proxies))]

    @router.get("/sources/{company}/{group}/{endpoint}")
    async def sources(endpoint_: own) -> list[Source]:
        """The addresses that data of an endpoint came from, the busiest first."""
        return [Source.model_validate(one) for one in await list_sources(pool, endpoint_.uid)]

    @router.get("/indexes/{company}/{group}/{endpoint}")
    async def indexes(endpoint_: own) -> list[Index]:
        """The indexes of an endpoint."""
        found = await index_states(pool, datetime.now(UTC), [endpoint_.uid])
        return [Index.model_validate(one) for one in found.get(endpoint_.uid, ())]

    @router.post("/reindex/{company}/{group}/{endpoint}", status_code=202)
    async def reindex(endpoint_: own) -> Reindexing:
        """Index what an endpoint has stored."""
        return Reindexing(indexes=await request_reindex(pool, endpoint_.uid))

    return router
