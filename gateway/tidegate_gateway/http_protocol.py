"""uvicorn's HTTP protocol with what it lacks: bounds on the head of a request, on callers who send or take nothing and
on connections, and bodies of requests that offer another protocol. Java's own client offers HTTP/2 with each request;
the parser takes what follows for HTTP/2.

No connection has a timer of its own for this: whoever serves asks each one once a second.
"""

import asyncio
import resource
from functools import cache

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from tidegate_gateway.lingering import Lingering

MOST_HEAD_BYTES = 64 * 1024
MOST_FRAMING_BYTES = 512 * 1024  # of chunks and trailers
FRAMING_OF_A_BYTE = 9  # in a chunk of its own, at the most
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
NO_HTTP = "Invalid HTTP request received."
HEAD_SECONDS, SILENT_SECONDS, UNTAKEN_SECONDS = 20.0, 30.0, 60.0
SLOWEST = 240.0  # bytes a second: whoever is slower counts as silent before long
KEPT_FILES = 200  # for the database, the admin address and whatever else the process opens
FRAMING = (b"content-length", b"transfer-encoding")


class Protocol(HttpToolsProtocol):
    """Serves HTTP/1.1 and stays with it."""

    _line: Lingering
    _messages = 0
    _head_bytes = _framing_bytes = 0
    _in_head = False
    _resuming = False
    _keeps_alive = True
    # Each byte that moves takes something off the time that these two are ago.
    _due_since: float | None = None  # since when the caller owes us the rest of a request
    _untaken_since: float | None = None  # since when the caller has not taken what we sent
    _taken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._line = Lingering(transport, self.loop)
        super().connection_made(self._line)  # type: ignore[arg-type]
        self._due_since = self.loop.time()
        if len(self.connections) > most_connections():
            transport.abort()

    def close_if_overdue(self, now: float) -> None:
        """End a connection whose head does not come to an end, whose body does not go on, or whose answer stays."""
        if self._owes_for_too_long(now) or self._leaves_for_too_long(now):
            self.transport.abort()

    def _owes_for_too_long(self, now: float) -> bool:
        if self._due_since is None:
            return False
        if self.flow.read_paused:
            self._due_since = now
        return now - self._due_since > (SILENT_SECONDS if self._in_body else HEAD_SECONDS)

    def _leaves_for_too_long(self, now: float) -> bool:
        if not (self.flow.write_paused or self._line.is_closing()):
            self._untaken_since = None
            return False
        taken = self._line.handed_over - self._line.get_write_buffer_size()
        since = now if self._untaken_since is None else self._untaken_since + (taken - self._taken) / SLOWEST
        self._untaken_since, self._taken = min(now, since), taken
        return now - self._untaken_since > UNTAKEN_SECONDS

    @property
    def _in_body(self) -> bool:
        return self._messages > 0 and not self._in_head

    def data_received(self, data: bytes) -> None:
        if self._line.is_closing():
            self._line.throw_away(len(data))
            return
        before = self._messages
        try:
            self._feed(data)
        except httptools.HttpParserError:
            self.logger.warning(NO_HTTP)
            self._line.sending = True
            self.send_400_response(NO_HTTP)
            return
        if self._due_since is not None and self._in_body:
            self._due_since = min(self.loop.time(), self._due_since + len(data) / SLOWEST)
            self._bound_framing(len(data))
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
        if self._head_bytes > MOST_HEAD_BYTES:
            self._refuse_as_too_large()

    def _bound_framing(self, size: int) -> None:
        """The parser keeps what a trailer holds, and an application hears nothing of it."""
        self._framing_bytes += size
        if self._framing_bytes > MOST_FRAMING_BYTES:
            self._refuse_as_too_large()

    def _refuse_as_too_large(self) -> None:
        self.transport.write(TOO_LARGE)
        self._line.sending = True
        self.transport.close()

    def on_message_begin(self) -> None:
        if not self._resuming:
            self._unset_keepalive_if_required()
            self._messages += 1
            self._in_head, self._head_bytes, self._framing_bytes = True, 0, 0
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
        """An answer that is given before the body has come is the last one: what follows might never come."""
        if not self._resuming:
            self._in_head = False
            super().on_headers_complete()
            self._unset_keepalive_if_required()  # the answer to an earlier request has come since this one began
            self._keeps_alive, self.cycle.keep_alive = self.cycle.keep_alive, False
            self._line.sending = True

    def on_body(self, body: bytes) -> None:
        """Parts of a body are bounded by whoever reads it."""
        self._framing_bytes = max(0, self._framing_bytes - FRAMING_OF_A_BYTE * len(body))
        super().on_body(body)

    def on_message_complete(self) -> None:
        if self._resuming or not self.parser.should_upgrade():
            self._due_since, self._line.sending = None, False
            if not self.cycle.response_started:
                self.cycle.keep_alive = self._keeps_alive
            super().on_message_complete()

    def shutdown(self) -> None:
        """The request that is in flight is the last one."""
        self._keeps_alive = False
        super().shutdown()


@cache
def most_connections() -> int:
    """As many as there are files for, of those that the process may open."""
    return max(64, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - KEPT_FILES)
