"""A relay between one operator and the API server, for faults that must hit this operator alone.

It listens on plain HTTP and forwards bytes over TLS, as a load balancer does. What it does to connections is real: they
are closed, or silent, or answered 503.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from queue import Queue
from typing import ParamSpec
from urllib.parse import urlsplit

from tests.connections import still_open
from tests.controlplane.kubeconfig import write_kubeconfig
from tests.operator.api import connection

P = ParamSpec("P")
CHUNK = 65_536
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class Mode(Enum):
    """What becomes of new connections."""

    OPEN = 1
    CUT = 2
    BUSY = 3
    SILENT = 4


class Relay:
    """It forwards to `target`, an https address, in the event loop of a thread: Kopf, at its end, cancels what is
    younger than itself in its own. It counts the `connections` that it forwarded, `refused`, and broke off by size."""

    def __init__(self, target: str, trust: ssl.SSLContext, loop: asyncio.AbstractEventLoop) -> None:
        address = urlsplit(target)
        self._host, self._port, self._trust, self._loop = address.hostname, address.port, trust, loop
        self._mode = Mode.OPEN
        self._flows: dict[asyncio.Task[None], asyncio.Event] = {}
        self._left: int | None = None
        self.connections = self.refused = self.broken = 0

    def open(self) -> None:
        """Forward whatever comes, and what was silent."""
        self._run(self._turn, Mode.OPEN, asyncio.Event.set)

    def cut(self) -> None:
        """Close all connections, and new ones as they come."""
        self._run(self._turn, Mode.CUT)
        self.break_off()

    def busy(self) -> None:
        """Close all connections, and answer 503 to new ones."""
        self._run(self._turn, Mode.BUSY)
        self.break_off()

    def silence(self) -> None:
        """Let nothing through, in either direction; new connections are taken and are silent too."""
        self._run(self._turn, Mode.SILENT, asyncio.Event.clear)

    def silence_those(self) -> None:
        """Let nothing through the connections that there are; new ones are served."""
        self._run(self._turn, Mode.OPEN, asyncio.Event.clear)

    def break_off(self) -> None:
        """Close the connections that there are."""
        self._run(lambda: [task.cancel() for task in self._flows])

    def break_off_after(self, size: int) -> None:
        """Close one connection once so many bytes of answers have come through all of them."""
        self._left = size

    async def end(self, server: asyncio.Server) -> None:
        """Take no more, and return when everything is closed, what was accepted just now and is not known yet too."""
        server.close()
        await asyncio.sleep(0)  # a turn of the loop, from which on they can be seen
        while self._flows or still_open():
            for task in self._flows:
                task.cancel()
            await asyncio.sleep(0.01)

    def _run(self, work: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """In the relay's loop, and done when this returns."""

        async def done() -> None:
            work(*args, **kwargs)

        asyncio.run_coroutine_threadsafe(done(), self._loop).result()

    def _turn(self, mode: Mode, touch: Callable[[asyncio.Event], None] = lambda _: None) -> None:
        self._mode = mode
        for flowing in self._flows.values():
            touch(flowing)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until either side, or the test, ends it."""
        flowing = asyncio.Event()
        if self._mode is not Mode.SILENT:
            flowing.set()
        task = asyncio.ensure_future(self._serve(reader, writer, flowing))
        self._flows[task] = flowing
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            del self._flows[task]
            await _close(writer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
        self.refused += self._mode in (Mode.CUT, Mode.BUSY)
        if self._mode is Mode.CUT:
            return
        if self._mode is Mode.BUSY:
            await reader.read(CHUNK)
            writer.write(BUSY)
            await writer.drain()
            return
        self.connections += 1
        opening = asyncio.ensure_future(asyncio.open_connection(self._host, self._port, ssl=self._trust))
        try:
            upstream, to_upstream = await asyncio.shield(opening)
        except asyncio.CancelledError:
            opening.add_done_callback(_abort_opened)  # what is half open when it is cancelled would never be closed
            await asyncio.wait([opening])
            raise
        there, back = (reader, to_upstream), (upstream, writer)
        ways = [asyncio.ensure_future(self._pump(*way, flowing, answers=way is back)) for way in (there, back)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_upstream.transport.abort()  # at once: whatever is awaited here may be cancelled once more
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
        self.broken += 1
        return True


def _abort_opened(opening: "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]") -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result()[1].transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@contextmanager
def relayed(kubeconfig: Path, folder: Path) -> Iterator[tuple[Relay, Path]]:
    """A relay in front of a kubeconfig's API server, and the kubeconfig, in `folder`, that leads through it."""
    target, trust, token = connection(kubeconfig)
    with _loop_in_thread() as loop:
        relay = Relay(target, trust, loop)
        server = asyncio.run_coroutine_threadsafe(asyncio.start_server(relay.take, "127.0.0.1", 0), loop).result()
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield relay, write_kubeconfig(folder / "relayed.kubeconfig", {"server": url}, token)
        finally:
            asyncio.run_coroutine_threadsafe(relay.end(server), loop).result()


@contextmanager
def _loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs; at its end every task in it is cancelled and waited for."""
    ready: Queue[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def run() -> None:
        ended = asyncio.Event()
        ready.put((asyncio.get_running_loop(), ended))
        await ended.wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    loop, ended = ready.get()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
