"""The memory of a gateway: with no endpoints, and with 10,000 that use everything."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.database import database
from bench.endpoints import everything
from bench.processes import resident_megabytes
from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.serving import publish
from tests.processes import Process
from tests.waiting import eventually
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.pool import connect

ENDPOINTS = 10_000


async def run() -> str:
    """The table, in megabytes."""
    async with database() as own:
        empty = await _measured(own.url, 0)
        rows = (make_row(_config(number), uid_of(f"e{number}"), 1) for number in range(ENDPOINTS))
        full = await _measured(own.url, await publish(own.url, *rows))
    each = (full - empty) * 1000 / ENDPOINTS
    return (
        "| a gateway | resident |\n| --- | ---: |\n"
        f"| without endpoints | {empty:.0f} MB |\n"
        f"| with {ENDPOINTS:,} endpoints that use everything | {full:.0f} MB |\n"
        f"| each of them | {each:.1f} kB |"
    )


def _config(number: int) -> EndpointConfig:
    name = f"e{number}"
    return endpoint(name, **everything(uid_of(name)))


async def _measured(url: str, revision: int) -> float:
    """Of a gateway that has loaded a revision."""
    env = {"TIDEGATE_DATABASE_URL": url, "TIDEGATE_LISTEN": "127.0.0.1:0", "TIDEGATE_ADMIN_LISTEN": "127.0.0.1:0"}
    with TemporaryDirectory() as folder:
        async with Process("gateway", env=env, log=Path(folder) / "log") as gateway, connect(url, size=1) as pool:
            await eventually(lambda: pool.fetchval("SELECT max(revision) >= $1 FROM gateway", revision), within=120)
            megabytes = resident_megabytes(gateway.pid)
            await gateway.stop()
    return megabytes
