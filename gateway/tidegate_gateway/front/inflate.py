"""Compressed bodies, decoded while they stream: never more than the limit is held, and never long without a pause."""

import asyncio
import zlib

from tidegate_gateway.problems import Problem

PIECE = 256 * 1024
WINDOW_BITS = {"gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class Inflater:
    """Decodes one body. Problem: `too_large`, or `invalid_json` if it is not what it says."""

    def __init__(self, encoding: str, limit: int) -> None:
        self._encoding, self._limit = encoding, limit
        self._stream = zlib.decompressobj(WINDOW_BITS[encoding])
        self._size = 0
        self._begun = False

    async def feed(self, chunk: bytes) -> bytes:
        """What the chunk decodes to."""
        pieces = []
        while chunk:
            if self._stream.eof:
                self._next_member()
            piece, chunk = self._decode(chunk)
            pieces.append(piece)
            if len(piece) == PIECE:
                await asyncio.sleep(0)
        return b"".join(pieces)

    def finish(self) -> None:
        """The body has ended."""
        if self._begun and not self._stream.eof:
            raise self._broken()

    def _decode(self, chunk: bytes) -> tuple[bytes, bytes]:
        """One piece of output, and the input that is left."""
        self._begun = True
        try:
            piece = self._stream.decompress(chunk, PIECE)
        except zlib.error:
            raise self._broken() from None
        self._size += len(piece)
        if self._size > self._limit:
            raise Problem("too_large", why=f"the decoded body has more than {self._limit} bytes")
        return piece, self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _next_member(self) -> None:
        """A gzip body may be several, one behind the other."""
        if self._encoding != "gzip":
            raise self._broken()
        self._stream = zlib.decompressobj(WINDOW_BITS[self._encoding])

    def _broken(self) -> Problem:
        return Problem("invalid_json", f"The body is not what its encoding says: {self._encoding}.")
