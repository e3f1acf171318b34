"""Raw bytes over a socket, for what no client library would send."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HUNG_UP = (ConnectionResetError, asyncio.IncompleteReadError)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection; it takes little before somebody reads."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def exchange(url: str, *parts: bytes, until: bytes | None = None) -> bytes:
    """Sends parts one after the other; gives what came back until the other end closed, or until it holds `until`."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        async with asyncio.timeout(10):
            return await _read(reader, until)
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader, until: bytes | None) -> bytes:
    got = b""
    while chunk := await reader.read(65536):
        got += chunk
        if until and until in got:
            break
    return got


def statuses(answer: bytes) -> list[int]:
    """The statuses of the answers in what came back."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
