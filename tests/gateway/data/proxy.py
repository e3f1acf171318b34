"""A proxy before PostgreSQL that can fall silent, and that can swallow an answer and hang up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qs, quote, urlsplit

SOCKET = ".s.PGSQL.5432"


class Proxy:
    """`sound` cleared: nothing passes, nothing is closed. `deaf`: the next answer is swallowed, and that is the end of
    its connection.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.sound = asyncio.Event()
        self.sound.set()
        self.deaf = False

    async def pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, answers: bool) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                if answers and self.deaf:
                    self.deaf = False
                    break
                await self.sound.wait()
                sink.write(data)
                await sink.drain()
        sink.close()


@asynccontextmanager
async def proxy_to(url: str) -> AsyncIterator[Proxy]:
    """A proxy to the database of a URL over a unix socket."""
    target = Path(parse_qs(urlsplit(url).query)["host"][0]) / SOCKET
    pumps: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(target)
        for pump in (proxy.pump(reader, back, answers=False), proxy.pump(there, writer, answers=True)):
            pumps.add(asyncio.create_task(pump))

    with TemporaryDirectory(prefix="tidegate-proxy-") as folder:
        proxy = Proxy(f"{url.partition('?')[0]}?host={quote(folder, safe='')}")
        server = await asyncio.start_unix_server(serve, Path(folder) / SOCKET)
        yield proxy
        server.close()
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)
