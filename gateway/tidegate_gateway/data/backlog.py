"""Data that wait to be written: first come, first served, bounded in rows and in bytes.

Large data wait in a line of their own: PostgreSQL takes seconds over one of them, and small ones must not stand behind.
Small ones are best taken by one taker: half as many batches cost half as much. The other helps where that is too slow.
"""

import asyncio
from collections import deque
from time import monotonic

from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import DataError, Unavailable, WriterFull

LARGE_BYTES = 1024 * 1024
MANY, LONG_SECONDS = 32, 0.02


class Waiting:
    """A datum and the caller who waits for it; one who went away is answered in vain."""

    __slots__ = ("_answer", "datum", "since", "size")

    def __init__(self, datum: Datum) -> None:
        self.datum, self.size, self.since = datum, datum.size, monotonic()
        self._answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def large(self) -> bool:
        """Whether it must not be written together with small ones."""
        return self.size >= LARGE_BYTES

    async def answer(self) -> None:
        """Returns when the datum is stored; raises why it is not."""
        await self._answer

    def stored(self) -> None:
        if not self._answer.done():
            self._answer.set_result(None)

    def failed(self, error: DataError) -> None:
        if not self._answer.done():
            self._answer.set_exception(error)


class _Line:
    """Those who wait for one kind of batch."""

    def __init__(self, rows: int, size: int) -> None:
        self._most_rows, self._most_bytes = rows, size
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def is_pressing(self) -> bool:
        """Whether one taker is not enough."""
        return len(self) >= MANY or (len(self) > 0 and monotonic() - self._waiting[0].since > LONG_SECONDS)

    def put(self, waiting: Waiting) -> None:
        if self._waiting and (len(self) >= self._most_rows or self._bytes + waiting.size > self._most_bytes):
            raise WriterFull
        self._waiting.append(waiting)
        self._bytes += waiting.size

    def take(self, rows: int, size: int) -> list[Waiting]:
        batch: list[Waiting] = []
        while self._waiting and len(batch) < rows and (not batch or self._waiting[0].size <= size):
            waiting = self._waiting.popleft()
            self._bytes -= waiting.size
            size -= waiting.size
            batch.append(waiting)
        return batch

    def drain(self) -> list[Waiting]:
        rest = list(self._waiting)
        self._waiting.clear()
        self._bytes = 0
        return rest


class Backlog:
    """What waits: up to `rows` and `size` bytes of small data, and as much again of large ones.

    After `close` nothing comes in, and `take` gives the rest and then nothing.
    """

    def __init__(self, rows: int, size: int) -> None:
        self._small, self._large = _Line(rows, size), _Line(rows, size)
        self._closed = False
        self._came, self._needs_help = asyncio.Event(), asyncio.Event()
        self._looks_again = False

    def __len__(self) -> int:
        return len(self._small) + len(self._large)

    def put(self, datum: Datum) -> Waiting:
        """Takes a datum in. WriterFull; Unavailable after `close`. One datum of any size fits into an empty line."""
        if self._closed:
            raise Unavailable
        waiting = Waiting(datum)
        (self._large if waiting.large else self._small).put(waiting)
        self._came.set()
        if self._large or self._small.is_pressing:
            self._needs_help.set()
        if self._small and not self._looks_again:
            self._look_later()
        return waiting

    async def take(self, rows: int, size: int, *, alone: bool = False) -> list[Waiting]:
        """Whatever small data have gathered, up to `rows` and `size` bytes but at least one; waits for them.

        `alone`: large data before them, since nobody helps. Empty: closed.
        """
        lines = (self._large, self._small) if alone else (self._small,)
        while not any(lines) and not self._closed:
            self._came.clear()
            await self._came.wait()
        return next(filter(len, lines), self._small).take(rows, size)

    async def help(self, rows: int, size: int) -> list[Waiting]:
        """The same of large data, and of small ones where many wait, or for long."""
        while not self._large and not self._small.is_pressing and not self._closed:
            self._needs_help.clear()
            await self._needs_help.wait()
        return (self._large or self._small).take(rows, size)

    def _look_later(self) -> None:
        """Whoever came may be the last for a while, and the first taker be stuck."""
        self._looks_again = True
        asyncio.get_running_loop().call_later(LONG_SECONDS, self._look)

    def _look(self) -> None:
        self._looks_again = False
        if self._small.is_pressing:
            self._needs_help.set()
        if self._small:
            self._look_later()

    def drain(self) -> list[Waiting]:
        """All that waits."""
        return self._small.drain() + self._large.drain()

    def close(self) -> None:
        self._closed = True
        self._came.set()
        self._needs_help.set()
