"""An ASGI application on an address, inside a running event loop. Signals stay with whoever owns the process."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import uvicorn

from tidegate_gateway.asgi import ASGIApp
from tidegate_gateway.http_protocol import Protocol

BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
TICKS_BETWEEN_LOOKS = 10  # uvicorn ticks every tenth of a second


class AddressError(Exception):
    """An address cannot be listened on; the text says which and why."""


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    async def on_tick(self, counter: int) -> bool:
        if counter % TICKS_BETWEEN_LOOKS == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, Protocol):
                    connection.close_if_overdue(now)
        return await super().on_tick(counter)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Serving:
    """Listens from `start()` on; port 0 takes a free port, which `address` then names."""

    def __init__(self, app: ASGIApp, listen: str) -> None:
        config = uvicorn.Config(
            app,
            loop="none",
            http=Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the front judges X-Forwarded-For itself; uvicorn would believe any local caller
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            backlog=BACKLOG,
        )
        self._server, self._listen = _Server(config), listen
        self._task: asyncio.Task[None] | None = None
        self.address = listen

    async def start(self) -> None:
        """Listen; raises AddressError."""
        bound = _bind(self._listen)
        host, port = bound.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._task = asyncio.create_task(self._server.serve([bound]), name=f"serving {self.address}")
        await self._server.listening.wait()

    async def stop(self, grace_seconds: float = 5.0) -> None:
        """Take no new connection, finish what is in flight (for `grace_seconds` at most), and end."""
        if self._task is None:
            return
        self._server.config.timeout_graceful_shutdown = max(1, round(grace_seconds))
        self._server.should_exit = True
        await self._task

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


def _bind(listen: str) -> socket.socket:
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not port.isdecimal() or int(port) > 65535:
        raise AddressError(f"{listen} is no address to listen on: write host:port, such as 127.0.0.1:8080.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, int(port)))
    except OSError as error:
        bound.close()
        raise AddressError(f"{listen} cannot be listened on: {error.strerror or error}.") from error
    return bound
