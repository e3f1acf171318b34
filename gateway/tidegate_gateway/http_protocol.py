"""uvicorn's HTTP protocol with a bound on the head of a request, which it lacks: headers must not fill the memory."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST_HEAD_BYTES = 64 * 1024
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """Ends a connection when a request line and its headers have gone on for more than 64 kB."""

    _messages = 0
    _in_head = False
    _head_bytes = 0

    def on_message_begin(self) -> None:
        self._messages += 1
        self._in_head, self._head_bytes = True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        before = self._messages
        super().data_received(data)
        if self._in_head and self._messages == before:  # the head was there before these data, and goes on behind them
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.transport.write(TOO_LARGE)
                self.transport.close()
