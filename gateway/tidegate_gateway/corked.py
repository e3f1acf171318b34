"""A transport that sends what is written in one turn of the event loop in one piece.

uvicorn writes the head of an answer and its body one by one, and each write is a system call that wakes the caller: for
small answers those cost more than all that was done for them.
"""

import asyncio
from typing import Any


class Corked:
    """Stands before a transport; whatever it does not do itself is the transport's."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._pieces: list[bytes] = []
        self.handed_over = 0  # bytes, in all

    def write(self, data: bytes) -> None:
        """Sent before the loop waits for anything."""
        if not self._pieces:
            self._loop.call_soon(self._send)
        self._pieces.append(data)

    def close(self) -> None:
        """Closes it once all that was written is sent."""
        self._send()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether nothing more is sent."""
        return self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces and not self.is_closing():
            data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
            self.handed_over += len(data)
            self._transport.write(data)
