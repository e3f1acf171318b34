"""OpenAPI documents as the front door hands them out: of the configurations that are published now.

Who may read which was decided before.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
from pydantic import ValidationError

from tidegate_gateway.api.openapi.cache import Cache
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.api.openapi.page import POLICY, page_of
from tidegate_gateway.asgi import JSON, Answer, Header
from tidegate_gateway.config.model import MAJOR, EndpointConfig
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load
from tidegate_gateway.problems import Problem

QUERIES = load(__package__, "documents.sql")
MOST_CACHED_BYTES = 32 * 1024 * 1024
HTML = (b"content-type", b"text/html; charset=utf-8")
# Each caller reads his own part of it.
PRIVATE: tuple[Header, ...] = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
# The address may hold a token.
GUARDED: tuple[Header, ...] = ((b"content-security-policy", POLICY.encode()), (b"referrer-policy", b"no-referrer"))


class Documents:
    """`public_url` is what addresses begin with, where it is known better than by the request."""

    def __init__(self, pool: asyncpg.Pool, public_url: str | None = None) -> None:
        self._pool, self._public_url = pool, public_url
        self._cache = Cache(MOST_CACHED_BYTES)
        # Of a tenant: whoever asks for many waits for himself, and not everybody else for him.
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, uids: Sequence[UUID], *, page: bool, request_server: str) -> Answer:
        """The document of some endpoints, or a page of it for people. Unavailable; Problem: none of them is there."""
        server = self._public_url or request_server
        versions = await self._fetch(QUERIES.versions, uids)
        key = tuple(map(tuple, versions)), page, server
        if found := self._cache.get(key):
            return found
        async with self._turns.setdefault(versions[0]["namespace"] if versions else "", asyncio.Lock()):
            if found := self._cache.get(key):
                return found
            rows = await self._fetch(QUERIES.described, uids)
            made = await asyncio.to_thread(_made, rows, page, server)
            if await self._fetch(QUERIES.versions, uids) == versions:
                self._cache.keep(key, made)
            return made

    async def _fetch(self, query: str, uids: Sequence[UUID]) -> list[asyncpg.Record]:
        async with acquire(self._pool) as connection:
            return await connection.fetch(query, list(uids))


def _made(rows: Sequence[asyncpg.Record], page: bool, server: str) -> Answer:
    configs = list(_readable(rows))
    if not configs:
        raise Problem("unavailable")
    title = "" if len(configs) == 1 else rows[0]["company"] or configs[0].company
    made = document(configs, server, title=title, version=str(max(row["revision"] for row in rows)))
    if page:
        return Answer(200, (HTML, *PRIVATE, *GUARDED), page_of(made).encode())
    return Answer(200, (JSON, *PRIVATE), json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode())


def _readable(rows: Sequence[asyncpg.Record]) -> Iterator[EndpointConfig]:
    """What this version can read, and nobody was shut out of since it was asked for."""
    for row in rows:
        try:
            config = EndpointConfig.model_validate_json(row["configuration"])
        except ValidationError:
            continue
        if config.version[0] <= MAJOR and config.authentication != "Internal":
            yield config
