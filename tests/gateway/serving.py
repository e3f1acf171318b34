"""A whole gateway on real sockets and a real database, and a caller of it."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import aiohttp
import orjson
from yarl import URL

from tests.gateway.config.samples import rows_of
from tests.waiting import eventually
from tidegate_gateway.app import Gateway
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import ConfigRow
from tidegate_gateway.data.pool import connect
from tidegate_gateway.settings import Settings

ORDERS = "/api/endpoint/acme/main/orders"


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value."""
        return orjson.loads(self.body)


class Caller:
    """Sends requests to a gateway; paths go out as they are written."""

    def __init__(self, gateway: Gateway, session: aiohttp.ClientSession) -> None:
        self.gateway, self._session = gateway, session

    async def send(self, method: str, path: str = ORDERS, **named: Any) -> Reply:
        """One request to the public address."""
        return await self._send(method, self.gateway.url + path, **named)

    async def admin(self, path: str) -> Reply:
        """One request to the admin address."""
        return await self._send("GET", self.gateway.admin_url + path)

    async def ready(self) -> bool:
        """Whether the gateway says that it is ready."""
        return (await self.admin("/readyz")).status == 200

    async def _send(self, method: str, url: str, **named: Any) -> Reply:
        async with self._session.request(method, URL(url, encoded=True), **named) as answer:
            return Reply(answer.status, answer.headers, await answer.read())


def settings_for(url: str, **given: Any) -> Settings:
    """Settings of a gateway on free ports."""
    return Settings(**{"database_url": url, "listen": "127.0.0.1:0", "admin_listen": "127.0.0.1:0"} | given)


async def publish(url: str, *rows: ConfigRow) -> int:
    """Make these rows what is published; gives the revision."""
    async with connect(url, size=1) as pool:
        return (await Publisher(pool).publish(rows_of(rows), 1)).revision


def right() -> datetime:
    """What a clock shows that is right."""
    return datetime.now(UTC)


@asynccontextmanager
async def started(url: str, *, clock: Callable[[], datetime] = right, **given: Any) -> AsyncIterator[Caller]:
    """A gateway that listens."""
    gateway = Gateway(settings_for(url, **given), clock)
    await gateway.start()
    try:
        async with aiohttp.ClientSession(headers={"content-type": "application/json"}) as session:
            yield Caller(gateway, session)
    finally:
        await gateway.stop()


@asynccontextmanager
async def serving(url: str, *rows: ConfigRow, **given: Any) -> AsyncIterator[Caller]:
    """A gateway that serves these rows."""
    await publish(url, *rows)
    async with started(url, **given) as caller:
        await eventually(caller.ready)
        yield caller
