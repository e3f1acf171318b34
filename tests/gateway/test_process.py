"""`tidegate gateway` as a process: how it ends, in order and out of order."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from tests.gateway.config.samples import endpoint_row
from tests.gateway.serving import ORDERS, publish
from tests.gateway.tokens import SECRET, bearer, token
from tests.processes import Process
from tests.waiting import eventually

GUARDED = endpoint_row(methods={"POST": {}, "GET": {}}, tokens=[token(SECRET)])
CLIENTS = 16


class Running:
    """A gateway in a process of its own."""

    def __init__(self, process: Process, url: str, admin_url: str) -> None:
        self.process, self.url, self.admin_url = process, url, admin_url


@asynccontextmanager
async def running(database_url: str, folder: Path, **env: str) -> AsyncIterator[Running]:
    """A gateway that is ready."""
    async with gateway(database_url, folder, **env) as process:
        line = await eventually(lambda: _listening(process), within=30)
        async with aiohttp.ClientSession() as session:
            await eventually(lambda: _ready(session, line["admin"]))
        yield Running(process, line["url"], line["admin"])


def gateway(database_url: str, folder: Path, **env: str) -> Process:
    own = {"DATABASE_URL": database_url, "LISTEN": "127.0.0.1:0", "ADMIN_LISTEN": "127.0.0.1:0"} | env
    return Process("gateway", env={f"TIDEGATE_{name}": value for name, value in own.items()}, log=folder / "log")


def _listening(process: Process) -> dict[str, str] | None:
    lines = [json.loads(line) for line in process.output.splitlines() if line.startswith("{")]
    return next((line for line in lines if line["event"] == "listening"), None)


async def _ready(session: aiohttp.ClientSession, admin_url: str) -> bool:
    async with session.get(f"{admin_url}/readyz") as answer:
        return answer.status == 200


class Load:
    """Callers who post without a pause, and remember what they were told is stored."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.stored: list[str] = []
        self.others: set[int] = set()

    async def run(self) -> None:
        """Until nobody is served any more."""
        async with aiohttp.ClientSession(headers=bearer()) as session:
            await asyncio.gather(*(self._post(session, number) for number in range(CLIENTS)))

    async def _post(self, session: aiohttp.ClientSession, number: int) -> None:
        while True:
            try:
                async with session.post(self._url, json={"client": number, "secret": "hunter2"}) as answer:
                    text = await answer.json(content_type=None)
            except (aiohttp.ClientError, ConnectionError):
                return
            if answer.status == 201:
                self.stored.append(text["ID"])
            else:
                self.others.add(answer.status)


async def ended_under_load(
    database_url: str, folder: Path, end: Callable[[Process], Awaitable[object]]
) -> tuple[Load, str]:
    """Posts through a gateway that is ended meanwhile; what callers were told, and the log."""
    await publish(database_url, GUARDED)
    async with running(database_url, folder) as serving:
        load = Load(serving.url + ORDERS)
        posting = asyncio.create_task(load.run())
        await eventually(lambda: len(load.stored) > 300, within=30)
        await end(serving.process)
        await posting
        return load, serving.process.output


async def missing(database_url: str, ids: list[str]) -> set[str]:
    connection = await asyncpg.connect(database_url)
    found = {str(record["id"]) for record in await connection.fetch("SELECT id FROM datum")}
    await connection.close()
    return set(ids) - found


async def test_sigterm_under_load_loses_nothing_and_ends_in_order(database_url: str, tmp_path: Path) -> None:
    load, output = await ended_under_load(database_url, tmp_path, stop_in_order)
    assert await missing(database_url, load.stored) == set()
    assert load.others <= {503}
    assert '"level":"error"' not in output
    assert SECRET not in output
    assert "hunter2" not in output


async def stop_in_order(process: Process) -> None:
    assert await process.stop() == 0


async def test_kill_9_under_load_loses_nothing_that_was_answered(database_url: str, tmp_path: Path) -> None:
    load, _ = await ended_under_load(database_url, tmp_path, Process.kill)
    assert await missing(database_url, load.stored) == set()
    assert load.others == set()


async def half_a_request(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A caller who has sent a head and sends no body."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST {ORDERS} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {SECRET}\r\ncontent-length: 9\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    return reader, writer


async def test_a_second_sigterm_ends_it_at_once(database_url: str, tmp_path: Path) -> None:
    await publish(database_url, GUARDED)
    async with running(database_url, tmp_path, GRACE_SECONDS="30") as serving:
        reader, writer = await half_a_request(serving.url)
        serving.process.signal(signal.SIGTERM)
        await eventually(lambda: '"event":"ending"' in serving.process.output)
        with pytest.raises(TimeoutError):
            await serving.process.ended(within=1)
        serving.process.signal(signal.SIGTERM)
        assert await serving.process.ended(within=5) == -signal.SIGTERM
        writer.close()
        assert await reader.read() == b""


async def test_the_grace_ends_who_never_finishes(database_url: str, tmp_path: Path) -> None:
    await publish(database_url, GUARDED)
    async with running(database_url, tmp_path, GRACE_SECONDS="2") as serving:
        reader, writer = await half_a_request(serving.url)
        assert await serving.process.stop(within=10) == 0
        assert b"HTTP/1.1 503 " in await reader.read()
        writer.close()


async def test_a_database_of_a_newer_version_ends_it_with_a_sentence(database_url: str, tmp_path: Path) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("INSERT INTO migration (name, checksum) VALUES ('9999_future', '')")
    await connection.close()
    async with gateway(database_url, tmp_path) as process:
        assert await process.ended() == 2
        assert process.output.splitlines()[-1] == (
            "tidegate: The database has migration 9999_future, which this version of Tidegate does not know:"
            " start a newer version."
        )


async def test_an_address_that_is_none_ends_it_with_a_sentence(database_url: str, tmp_path: Path) -> None:
    async with gateway(database_url, tmp_path, LISTEN="8080") as process:
        assert await process.ended() == 2
        assert process.output.splitlines()[-1] == (
            "tidegate: 8080 is no address to listen on: write host:port, such as 127.0.0.1:8080."
        )
