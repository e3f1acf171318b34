"""PATCH of one datum by 64 clients: they take turns, and nothing of what they write is lost."""

import asyncio
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bench.database import database
from bench.latencies import quantile
from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.serving import publish
from tests.waiting import eventually
from tidegate_gateway.app import Gateway
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.logs import set_up_logging
from tidegate_gateway.settings import Settings

CLIENTS, SECONDS = 64, 5.0
PATH = "/api/endpoint/acme/main/orders"


async def run() -> str:
    """Requests a second, and their latencies."""
    set_up_logging(Path(os.devnull).open("wb"))  # noqa: SIM115 - until the end; each request is still a line
    async with AsyncExitStack() as stay:
        own = await stay.enter_async_context(database())
        config = endpoint(authentication="None", methods={"POST": {}, "GET": {}, "PATCH": {}})
        await publish(own.url, make_row(config, uid_of("orders"), 1))
        local = "127.0.0.1:0"
        gateway = Gateway(Settings(database_url=SecretStr(own.url), listen=local, admin_listen=local))
        await gateway.start()
        stay.push_async_callback(gateway.stop)
        await eventually(lambda: _ready(gateway))
        connector = aiohttp.TCPConnector(limit=CLIENTS)
        session = await stay.enter_async_context(aiohttp.ClientSession(gateway.url, connector=connector))
        async with session.post(PATH, json={}) as answer:
            place = answer.headers["location"]
        times = await _patched(session, place)
        async with session.get(place) as answer:
            version = answer.headers["etag"].strip('"')
    if version != str(len(times) + 1):
        raise SystemExit(f"{len(times)} changes were answered, and the datum has version {version}")
    rate, p50, p99 = len(times) / SECONDS, *(1000 * quantile(times, part) for part in (0.5, 0.99))
    return f"{rate:,.0f} changes a second by {CLIENTS} clients, p50 {p50:.1f} ms, p99 {p99:.1f} ms; none was lost"


async def _ready(gateway: Gateway) -> bool:
    return (await gateway.readiness()).ready


async def _patched(session: aiohttp.ClientSession, place: str) -> list[float]:
    times: list[float] = []
    end = time.perf_counter() + SECONDS

    async def client(number: int) -> None:
        while (began := time.perf_counter()) < end:
            async with session.patch(place, json={f"client{number}": began}) as answer:
                if answer.status != 201:
                    raise SystemExit(f"a change was answered {answer.status}")
            times.append(time.perf_counter() - began)

    await asyncio.gather(*map(client, range(CLIENTS)))
    return times
