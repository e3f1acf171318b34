"""A front door on a real database, and what it stands on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import uid_of
from tidegate_gateway.api.app import create_api
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.snapshot import Compiled, snapshot_of
from tidegate_gateway.data.forget import Forgetter
from tidegate_gateway.data.items import Items
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer
from tidegate_gateway.front.app import Front
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.metrics import Metrics

OpenFront = Callable[..., Front]


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to an empty database."""
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections as a gateway has them."""
    async with connect(database_url) as pool:
        yield pool


@pytest.fixture
async def open_front(pool: asyncpg.Pool) -> AsyncIterator[OpenFront]:
    """Makes a front door that serves the given endpoints."""
    writer = Writer(pool)
    writer.start()
    forgetter = Forgetter(pool)
    forgetting = asyncio.create_task(forgetter.run())

    def open_(
        *configs: EndpointConfig,
        trusted_proxies: int = 0,
        max_body_bytes: int = 100_000,
        metrics: Metrics | None = None,
        seen: Callable[[UUID, str | None], None] = lambda _endpoint, _address: None,
    ) -> Front:
        compiled = [
            Compiled(
                *("Endpoint", uid_of(c.name), c.namespace, c.name, 1, 1, ""),
                compile_endpoint(c, uid_of(c.name)),
                f"{c.company}/{c.group}/{c.slug}",
            )
            for c in configs
        ]
        snapshot = snapshot_of(1, {one.ref: one for one in compiled})
        return Front(
            lambda: snapshot,
            Ports(writer, Reader(pool), Items(pool), seen, forgetter.forget),
            create_api(),
            (metrics or Metrics()).requests,
            trusted_proxies=trusted_proxies,
            max_body_bytes=max_body_bytes,
        )

    yield open_
    forgetting.cancel()
    await asyncio.gather(forgetting, return_exceptions=True)
    await writer.close()
