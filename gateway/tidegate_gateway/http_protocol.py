"""uvicorn's HTTP protocol with what it lacks: bounds on the head of a request, on callers who send nothing and on
connections, and bodies of requests that offer another protocol. Java's own client offers HTTP/2 with each request; the
parser takes what follows for HTTP/2.
"""

import asyncio
import resource
from functools import cache

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tidegate_gateway.corked import Corked

MOST_HEAD_BYTES = 64 * 1024
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
NO_HTTP = "Invalid HTTP request received."
HEAD_SECONDS, SILENT_SECONDS = 20.0, 30.0
KEPT_FILES = 200  # for the database, the admin address and whatever else the process opens
FRAMING = (b"content-length", b"transfer-encoding")


class Protocol(HttpToolsProtocol):
    """Serves HTTP/1.1 and stays with it."""

    _messages = 0
    _head_bytes = 0
    _in_head = False
    _resuming = False
    _due_since: float | None = None  # since when the caller owes us the rest of a request

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(Corked(transport, self.loop))  # type: ignore[arg-type]
        self._due_since = self.loop.time()
        if len(self.connections) > most_connections():
            transport.abort()

    def close_if_overdue(self, now: float) -> None:
        """End a connection whose head does not come to an end, or whose body does not go on."""
        if self._due_since is None or self.flow.read_paused:
            return
        in_body = self._messages and not self._in_head
        if now - self._due_since > (SILENT_SECONDS if in_body else HEAD_SECONDS):
            self.transport.abort()

    def data_received(self, data: bytes) -> None:
        before = self._messages
        self._unset_keepalive_if_required()
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.logger.warning(NO_HTTP)
            self.send_400_response(NO_HTTP)
            return
        if self._due_since is not None and not self._in_head:
            self._due_since = self.loop.time()
        if self._in_head and self._messages == before:  # the head was there before these data, and goes on behind them
            self._bound_head(len(data))

    def _feed(self, data: bytes) -> None:
        while True:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
                self._stay_with_http()
            else:
                return

    def _stay_with_http(self) -> None:
        """Goes on with a parser that has seen the same head, but for the offer."""
        framing = [b"%b: %b\r\n" % header for header in self.headers if header[0] in FRAMING]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does
        self._resuming = True
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n" % b"".join(framing))
        self._resuming = False

    def _bound_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        if not self._resuming:
            self._messages += 1
            self._in_head, self._head_bytes = True, 0
            self._due_since = self.loop.time()
            super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        if not self._resuming:
            super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Not those of a trailer, which comes after the body: they would stand among the headers that were judged."""
        if self._in_head and not self._resuming:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if not self._resuming:
            self._in_head = False
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._resuming or not self.parser.should_upgrade():
            self._due_since = None
            super().on_message_complete()


@cache
def most_connections() -> int:
    """As many as there are files for, of those that the process may open."""
    return max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - KEPT_FILES)
