"""A transport that closes so that the other end can read the last answer, though it is still sending.

To close a connection on which something is unread, or still comes, is to reset it: the other end may then lose what it
was sent before. So we say that nothing more follows, and throw away what comes until the other end closes, for a while.
"""

import asyncio

from tidegate_gateway.corked import Corked

LINGER_SECONDS, MOST_LINGER_SECONDS = 10.0, 300.0  # of silence, and in all
LINGER_BYTES = 128 * 1024 * 1024


class Lingering(Corked):
    """`sending`: the other end has begun something that has not come to its end."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(transport, loop)
        self.sending = False
        self._ending: asyncio.TimerHandle | None = None
        self._thrown_away = 0
        self._until = 0.0

    def close(self) -> None:
        """Closes it once all that was written is sent, and the other end knows; at once when called again."""
        if self.sending and not self.is_closing():
            self._send()
            self._transport.write_eof()
            self._transport.resume_reading()
            self._until = self._loop.time() + MOST_LINGER_SECONDS
            self._linger()
            return
        if self._ending:
            self._ending.cancel()
        super().close()

    def is_closing(self) -> bool:
        """Whether nothing more is taken: neither what is written nor what comes."""
        return self._ending is not None or self._transport.is_closing()

    def throw_away(self, size: int) -> None:
        """So many bytes came that nobody will read; whoever sent them has a little longer."""
        self._thrown_away += size
        if self._thrown_away > LINGER_BYTES:
            self._transport.abort()
        elif self._ending and not self._transport.is_closing():
            self._linger()

    def _linger(self) -> None:
        if self._ending:
            self._ending.cancel()
        moment = min(self._until, self._loop.time() + LINGER_SECONDS)
        self._ending = self._loop.call_at(moment, self._transport.abort)
