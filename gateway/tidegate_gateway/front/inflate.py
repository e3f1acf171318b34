"""Compressed bodies, decoded while they stream: never more than the limit is held, and never long without a pause."""

import asyncio
import zlib
from collections.abc import Callable

from tidegate_gateway.problems import Problem

PIECE = 256 * 1024
FEW_MEMBERS, MEMBER_BYTES = 100, 1024  # more members than that must decode to so much each, on average
WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class BrokenBody(Problem):
    """`invalid_json`: a body is not what its encoding says."""

    def __init__(self, encoding: str) -> None:
        super().__init__("invalid_json", f"The body is not what its encoding says: {encoding}.")


class Inflater:
    """Decodes one body; `grown` hears of each size it reaches. Problem: `too_large`, and of `grown`. BrokenBody."""

    def __init__(self, encoding: str, limit: int, grown: Callable[[int], None]) -> None:
        self._encoding, self._limit, self._grown = encoding, limit, grown
        self._stream = zlib.decompressobj(WINDOW_BITS[encoding])
        self._size = 0
        self._begun, self._members = False, 1

    async def feed(self, chunk: bytes) -> list[bytes]:
        """What the chunk decodes to, in pieces."""
        pieces = []
        while chunk:
            if self._stream.eof:
                self._next_member()
            piece, chunk = self._decode(chunk)
            pieces.append(piece)
            if len(piece) == PIECE:
                await asyncio.sleep(0)
        return pieces

    def finish(self) -> None:
        """The body has ended."""
        if self._begun and not self._stream.eof:
            raise BrokenBody(self._encoding)

    def _decode(self, chunk: bytes) -> tuple[bytes, bytes]:
        """One piece of output, and the input that is left."""
        self._begun = True
        try:
            piece = self._stream.decompress(chunk, PIECE)
        except zlib.error:
            raise BrokenBody(self._encoding) from None
        self._size += len(piece)
        if self._size > self._limit:
            raise Problem("too_large", why=f"the decoded body has more than {self._limit} bytes")
        self._grown(self._size)
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _next_member(self) -> None:
        """A gzip body may be several, one behind the other; a great many that hold next to nothing are an attack."""
        self._members += 1
        if self._encoding != "gzip" or self._members > FEW_MEMBERS + self._size // MEMBER_BYTES:
            raise BrokenBody(self._encoding)
        self._stream = zlib.decompressobj(WINDOW_BITS[self._encoding])
