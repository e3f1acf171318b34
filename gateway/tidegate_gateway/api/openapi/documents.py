"""OpenAPI documents as the front door hands them out: of the configurations that are published now."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg
import orjson

from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.api.openapi.page import page_of
from tidegate_gateway.asgi import JSON, Answer
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "documents.sql")
# Nothing but the page's own style: no script, no frame, nothing from elsewhere.
POLICY = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PAGE_HEADERS = (
    (b"content-type", b"text/html; charset=utf-8"),
    (b"content-security-policy", POLICY),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)


class Documents:
    """`public_url` is what addresses begin with, where it is known better than by the request."""

    def __init__(self, pool: asyncpg.Pool, public_url: str | None = None) -> None:
        self._pool, self._public_url = pool, public_url

    async def answer(self, uids: Sequence[UUID], *, page: bool, request_server: str) -> Answer:
        """The document of some endpoints, or a page of it for people. Unavailable."""
        async with acquire(self._pool) as connection:
            rows = await connection.fetch(QUERIES.configurations, list(uids))
        texts = [row["configuration"] for row in rows]
        return await asyncio.to_thread(_made, texts, page, self._public_url or request_server)


def _made(texts: Sequence[bytes], page: bool, server: str) -> Answer:
    made = document([EndpointConfig.model_validate_json(text) for text in texts], server)
    if page:
        return Answer(200, PAGE_HEADERS, page_of(made).encode())
    return Answer(200, (JSON,), orjson.dumps(made))
