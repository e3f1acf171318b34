"""The memory of a gateway: with no endpoints, with 10,000 that use everything, and under bodies that do not end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.database import database
from bench.endpoints import everything
from bench.processes import peak_megabytes, resident_megabytes
from tests.controlplane.ports import free_port
from tests.gateway.config.samples import endpoint, endpoint_row, uid_of
from tests.gateway.serving import publish
from tests.processes import Process
from tests.waiting import eventually
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.pool import connect

ENDPOINTS, ATTACKERS, LIMIT_KB, MEGABYTE = 10_000, 16, 256, 1024 * 1024
ADMIN = {"TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}
Load = Callable[[int], Awaitable[None]]


async def run() -> str:
    """The table, in megabytes."""
    async with database() as own:
        empty = await _measured(own.url, 0)
        rows = (make_row(_config(number), uid_of(f"e{number}"), 1) for number in range(ENDPOINTS))
        full = await _measured(own.url, await publish(own.url, *rows))
        small = endpoint_row("small", authentication="None", methods={"POST": {}}, max_message_bytes=LIMIT_KB * 1024)
        attacked = await _measured(own.url, await publish(own.url, small), _attack)
    each = (full - empty) * 1000 / ENDPOINTS
    return (
        "| a gateway | resident |\n| --- | ---: |\n"
        f"| without endpoints | {empty:.0f} MB |\n"
        f"| with {ENDPOINTS:,} endpoints that use everything | {full:.0f} MB |\n"
        f"| each of them | {each:.1f} kB |\n"
        f"| with one, at the peak of {ATTACKERS} chunked bodies of 1 GB against {LIMIT_KB} kB | {attacked:.0f} MB |"
    )


def _config(number: int) -> EndpointConfig:
    name = f"e{number}"
    return endpoint(name, **everything(uid_of(name)))


async def _attack(port: int) -> None:
    await asyncio.gather(*(_send_endlessly(port) for _ in range(ATTACKERS)))


async def _send_endlessly(port: int) -> None:
    """A gigabyte in chunks, or as much as is taken of it."""
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    head = b"POST /api/endpoint/acme/main/small HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    writer.write(head)
    chunk = b"%x\r\n%b\r\n" % (MEGABYTE, b" " * MEGABYTE)
    with suppress(ConnectionError):
        for _ in range(1024):
            writer.write(chunk)
            await writer.drain()
    writer.close()


async def _measured(url: str, revision: int, load: Load | None = None) -> float:
    """What a gateway has that has loaded a revision; under a load, the most that it has had."""
    port = free_port()
    env = {"TIDEGATE_DATABASE_URL": url, "TIDEGATE_LISTEN": f"127.0.0.1:{port}"} | ADMIN
    with TemporaryDirectory() as folder:
        async with Process("gateway", env=env, log=Path(folder) / "log") as gateway, connect(url, size=1) as pool:
            await eventually(lambda: pool.fetchval("SELECT max(revision) >= $1 FROM gateway", revision), within=120)
            if load:
                await load(port)
            megabytes = peak_megabytes(gateway.pid) if load else resident_megabytes(gateway.pid)
            await gateway.stop()
    return megabytes
