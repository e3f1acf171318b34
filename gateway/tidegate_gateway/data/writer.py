"""Group commit: whatever has gathered since the last commit is stored in one statement, and each caller is answered
after the COMMIT of it. It must never answer a datum that is not durable, and one bad datum never fails its neighbours.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import count
from time import monotonic

import asyncpg
import structlog

from tidegate_gateway.data.backlog import Backlog, Waiting
from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import DataError, TooSlow, Unavailable, Unstorable
from tidegate_gateway.data.lane import Lane
from tidegate_gateway.data.pool import STATEMENT_SECONDS

log = structlog.get_logger("tidegate.writer")

MEGABYTE = 1024 * 1024
# What PostgreSQL parses, compresses and logs on a slow machine. Of millions of values it does 4 MB/s on two idle cores,
# and a large datum may have to do with a sixteenth of them: it keeps nobody waiting but its like.
BYTES_PER_SECOND, LARGE_BYTES_PER_SECOND = MEGABYTE, MEGABYTE / 4
INTERNAL_ERROR = "XX000"  # also what PostgreSQL says of a value that its memory cannot hold
LATEST_SECONDS = 50.0  # readers that go on from a time count on it that nothing older is written
PAUSES = (0.0, 0.05, 0.1, 0.2, 0.4)  # seconds between the attempts at a batch; the last one repeats
Observer = Callable[[int, float], None]


class Writer:
    """Stores data in batches over a few lanes, one connection each. All but the first take large data, and help it.

    A short outage is waited out: for `patience` seconds since it began, batches are tried again. From then on everybody
    is told at once, until an attempt succeeds. An attempt takes `attempt_seconds` at most, and longer for big batches.
    That large data took too long is no outage: it fails their batch alone.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        *,
        lanes: int = 2,
        queue_size: int = 10_000,
        queue_bytes: int = 128 * MEGABYTE,
        batch_size: int = 500,
        batch_bytes: int = 8 * MEGABYTE,
        patience: float = 5.0,
        attempt_seconds: float = 3.0,
        observe: Observer = lambda _rows, _seconds: None,
        unindexable: Callable[[Mapping[int, int]], None] = lambda _: None,
    ) -> None:
        """The queue is that of small data, large ones have one more. `observe` hears rows and seconds of commits,
        `unindexable` how many values were not of their index's type, by definition."""
        self._backlog = Backlog(queue_size, queue_bytes)
        self._lanes = [Lane(pool) for _ in range(lanes)]
        self._tasks: list[asyncio.Task[None]] = []
        self._batch_size, self._batch_bytes = batch_size, batch_bytes
        self._patience, self._attempt_seconds = patience, attempt_seconds
        self._outage: float | None = None
        self._observe, self._unindexable = observe, unindexable

    @property
    def queued(self) -> int:
        """How many data wait for a lane."""
        return len(self._backlog)

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._run(lane)) for lane in self._lanes]

    async def write(self, datum: Datum) -> None:
        """Returns once the datum is durable. WriterFull, Unavailable, Unstorable: it is not, as far as is known."""
        await self._backlog.put(datum).answer()

    async def close(self) -> None:
        """Writes what is there and stops; whoever comes meanwhile is told Unavailable."""
        self._backlog.close()
        await asyncio.gather(*self._tasks)

    async def _run(self, lane: Lane) -> None:
        first = partial(self._backlog.take, alone=len(self._lanes) == 1)
        take = first if lane is self._lanes[0] else self._backlog.help
        while batch := await take(self._batch_size, self._batch_bytes):
            try:
                await self._store(lane, batch)
            except Exception:
                log.exception("writing failed")
                _fail(batch, Unavailable)
        await lane.close()

    async def _store(self, lane: Lane, batch: Sequence[Waiting]) -> None:
        """Commits a batch and answers its callers; a batch that holds a bad row goes on in halves."""
        began = monotonic()
        if late := [waiting for waiting in batch if began - waiting.since > LATEST_SECONDS]:
            _fail(late, Unavailable)
            if not (batch := [waiting for waiting in batch if waiting not in late]):
                return
        try:
            await self._commit(lane, batch, began)
        except Unstorable as error:
            await self._store_apart(lane, batch, error)
        except Unavailable as error:
            sqlstate = error.sqlstate
            others = [] if _is_its_own_fault(batch, error) else self._backlog.drain()
            _fail([*batch, *others], lambda: Unavailable(sqlstate))
        else:
            for waiting in batch:
                waiting.stored()
            self._observe(len(batch), monotonic() - began)

    async def _store_apart(self, lane: Lane, batch: Sequence[Waiting], error: Unstorable) -> None:
        """One of them is refused. A single one may be for a path of an index alone, which must fail no request."""
        middle = len(batch) // 2
        if middle:
            await self._store(lane, batch[:middle])
            await self._store(lane, batch[middle:])
        elif points := batch[0].datum.points:
            batch[0].datum = replace(batch[0].datum, points=())
            await self._store(lane, batch)
            self._unindexable({point.definition: 1 for point in points})
        else:
            batch[0].failed(error)

    async def _commit(self, lane: Lane, batch: Sequence[Waiting], began: float) -> None:
        """Tries until the batch is committed, a row is refused, or patience with PostgreSQL has come to its end."""
        data = [waiting.datum for waiting in batch]
        seconds = min(self._attempt_seconds + _storing_seconds(batch), STATEMENT_SECONDS)
        for attempt in count():
            try:
                unindexable = await lane.insert(data, seconds, again=attempt > 0)
            except Unavailable as error:
                if _is_its_own_fault(batch, error):
                    raise
                self._outage = self._outage or began
                if monotonic() - self._outage >= self._patience:
                    raise
            except Unstorable:
                self._outage = None
                raise
            else:
                self._outage = None
                if unindexable:
                    self._unindexable(unindexable)
                return
            await asyncio.sleep(PAUSES[min(attempt, len(PAUSES) - 1)])


def _storing_seconds(batch: Sequence[Waiting]) -> float:
    """How long PostgreSQL may be at work on a batch that it has."""
    rate = LARGE_BYTES_PER_SECOND if batch[0].large else BYTES_PER_SECOND
    return sum(waiting.size for waiting in batch) / rate


def _is_its_own_fault(batch: Sequence[Waiting], error: Unavailable) -> bool:
    """Batches are of small data or of large ones, never of both."""
    return batch[0].large and (isinstance(error, TooSlow) or error.sqlstate == INTERNAL_ERROR)


def _fail(batch: Sequence[Waiting], error: Callable[[], DataError]) -> None:
    for waiting in batch:
        waiting.failed(error())
