"""What PgBouncer is to clients: a TCP address that refuses settings of the session and passes the rest on."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit

CHUNK = 65_536
KNOWN = {b"user", b"database", b"client_encoding", b"application_name"}


@asynccontextmanager
async def bouncer(database_url: str) -> AsyncIterator[str]:
    """The URL that leads to a database, which is reached by a socket, through it."""
    url = urlsplit(database_url)
    socket = f"{parse_qs(url.query)['host'][0]}/.s.PGSQL.5432"

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await _serve(reader, writer, socket)
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with server:
        yield f"postgresql://{url.username}@{host}:{port}{url.path}?sslmode=disable"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, socket: str) -> None:
    head = await reader.readexactly(4)
    startup = await reader.readexactly(struct.unpack("!i", head)[0] - 4)
    if unknown := _names(startup) - KNOWN:
        writer.write(_refusal(min(unknown)))
        await writer.drain()
        return
    upstream, to_upstream = await asyncio.open_unix_connection(socket)
    to_upstream.write(head + startup)
    ways = [asyncio.ensure_future(_pump(reader, to_upstream)), asyncio.ensure_future(_pump(upstream, writer))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for way in ways:
        way.cancel()
    await asyncio.gather(*ways, return_exceptions=True)
    to_upstream.close()


def _names(startup: bytes) -> set[bytes]:
    """The parameters that a startup message sets; of one that only cancels there are none."""
    return set(startup[4:].split(b"\0")[::2]) - {b""} if startup[:4] == b"\0\3\0\0" else set()


def _refusal(name: bytes) -> bytes:
    fields = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: " + name + b"\0\0"
    return b"E" + struct.pack("!i", len(fields) + 4) + fields


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)
        await writer.drain()
