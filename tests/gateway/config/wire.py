"""A wire between a client and the test's PostgreSQL that can be cut or muted: the server is not told, and goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.waiting import eventually

TURNS = 4  # of the loop, from when a connection is accepted until it is served


class Wire:
    """Carries bytes both ways until it is cut; later connections work again."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        query = parse_qs(parts.query)
        self._socket = Path(query["host"][0]) / f".s.PGSQL.{query.get('port', ['5432'])[0]}"
        self._user, self._database = parts.username, parts.path
        self._writers: list[asyncio.StreamWriter] = []
        self._carriers: list[asyncio.Task[None]] = []
        self._beginning = 0
        self.url = ""

    def cut(self) -> None:
        """Cut every connection, in the middle of whatever it does."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    def mute(self) -> None:
        """Carry nothing any more on the connections there are, and say so to nobody."""
        for task in self._carriers:
            task.cancel()
        self._carriers.clear()

    async def listen(self) -> asyncio.Server:
        """Accept connections at `url`."""
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        self.url = f"postgresql://{self._user}@127.0.0.1:{port}{self._database}"
        return server

    async def end(self, server: asyncio.Server) -> None:
        """Take no more, and cut every connection, those too that were accepted just now."""
        server.close()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await eventually(lambda: not self._beginning)
        self.cut()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._beginning += 1
        there_reader, there_writer = await asyncio.open_unix_connection(self._socket)
        self._beginning -= 1
        self._writers += writer, there_writer
        carriers = [asyncio.create_task(_carry(*way)) for way in ((reader, there_writer), (there_reader, writer))]
        self._carriers += carriers
        await asyncio.gather(*carriers, return_exceptions=True)


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.close()


@asynccontextmanager
async def wire(database_url: str) -> AsyncIterator[Wire]:
    """A wire to the database of a URL as the fixtures give it."""
    one = Wire(database_url)
    server = await one.listen()
    try:
        yield one
    finally:
        await one.end(server)
