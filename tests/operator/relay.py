"""A relay between one operator and the API server, for faults that must hit this operator alone.

It listens on plain HTTP and forwards bytes over TLS, as a load balancer does. What it does to connections is real: they
are closed, or silent, or answered 503.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit

from tests.controlplane.kubeconfig import write_kubeconfig
from tests.operator.api import connection

CHUNK = 65_536
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Mode(Enum):
    """What becomes of new connections."""

    OPEN = 1
    CUT = 2
    BUSY = 3
    SILENT = 4


class Relay:
    """It forwards to `target`, an https address. `connections` counts what it took and did not turn away."""

    def __init__(self, target: str, trust: ssl.SSLContext) -> None:
        address = urlsplit(target)
        self._host, self._port, self._trust = address.hostname, address.port, trust
        self._mode = Mode.OPEN
        self._flows: dict[asyncio.Task[None], asyncio.Event] = {}
        self._left: int | None = None
        self.connections = 0

    def open(self) -> None:
        """Forward whatever comes, and what was silent."""
        self._mode = Mode.OPEN
        for flowing in self._flows.values():
            flowing.set()

    def cut(self) -> None:
        """Close all connections, and new ones as they come."""
        self._mode = Mode.CUT
        self.break_off()

    def busy(self) -> None:
        """Close all connections, and answer 503 to new ones."""
        self._mode = Mode.BUSY
        self.break_off()

    def silence(self) -> None:
        """Let nothing through, in either direction; new connections are taken and are silent too."""
        self._mode = Mode.SILENT
        self.silence_those()

    def silence_those(self) -> None:
        """Let nothing through the connections that there are; new ones are served."""
        for flowing in self._flows.values():
            flowing.clear()

    def break_off(self) -> None:
        """Close the connections that there are."""
        for task in self._flows:
            task.cancel()

    def break_off_after(self, size: int) -> None:
        """Close one connection once so many bytes of answers have come through all of them."""
        self._left = size

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side, or the test, ends it."""
        flowing = asyncio.Event()
        if self._mode is not Mode.SILENT:
            flowing.set()
        task = asyncio.ensure_future(self._serve(reader, writer, flowing))
        self._flows[task] = flowing
        await asyncio.wait([task])
        del self._flows[task]
        await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
        if self._mode is Mode.CUT:
            return
        if self._mode is Mode.BUSY:
            await reader.read(CHUNK)
            writer.write(BUSY)
            await writer.drain()
            return
        self.connections += 1
        upstream, to_upstream = await asyncio.open_connection(self._host, self._port, ssl=self._trust)
        there, back = (reader, to_upstream), (upstream, writer)
        ways = [asyncio.ensure_future(self._pump(*way, flowing, answers=way is back)) for way in (there, back)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            await _close(to_upstream)

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event, *, answers: bool
    ) -> None:
        while data := await reader.read(CHUNK):
            await flowing.wait()
            if answers and self._is_spent(len(data)):
                return
            writer.write(data)
            await writer.drain()

    def _is_spent(self, size: int) -> bool:
        if self._left is None:
            return False
        self._left -= size
        if self._left > 0:
            return False
        self._left = None
        return True


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def relayed(kubeconfig: Path, folder: Path) -> AsyncIterator[tuple[Relay, Path]]:
    """A relay in front of a kubeconfig's API server, and the kubeconfig, in `folder`, that leads through it."""
    target, trust, token = connection(kubeconfig)
    relay = Relay(target, trust)
    server = await asyncio.start_server(relay.take, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield relay, write_kubeconfig(folder / "relayed.kubeconfig", {"server": url}, token)
    finally:
        server.close()
        relay.cut()
        await asyncio.sleep(0)
