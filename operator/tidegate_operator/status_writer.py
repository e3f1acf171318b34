"""Statuses on their way to the API server: coalesced by object, written only when they differ, small batches first.

It must never write for an older generation than the one that is there, nor lead the gateways: a status that only
waits for their acknowledgement is held back for a moment, so that most changes cost one write.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog

from tidegate_gateway.config.gateways import Gateway
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.data.indexes.definitions import IndexState
from tidegate_operator.errors import ApiError
from tidegate_operator.loop import Pass
from tidegate_operator.metrics import METRICS
from tidegate_operator.status import Publication, is_shown, is_waiting, status
from tidegate_operator.store import Body, Echo, Key, Resource, Store
from tidegate_operator.translate.model import Verdict

CONCURRENCY = 4  # more saturates the API server: a status costs it 3 ms of CPU
GRACE_SECONDS = 1.0
RETRY_SECONDS, RETRY_CAP_SECONDS = 0.5, 10.0
NOT_FOUND, CONFLICT, INVALID = 404, 409, 422

Status = dict[str, Any]
Write = Callable[[Resource, Echo, Status], Awaitable[Body]]
log = structlog.get_logger("tidegate.status")


class StatusWriter:
    """`write` applies one status and gives the object back; `observe` takes that as an event of it, and `note` hears
    of what was shown before and what is now."""

    def __init__(
        self,
        store: Store,
        write: Write,
        observe: Callable[[str, Body], object],
        note: Callable[[Resource, Mapping[str, Any], Status], None],
        public_url: str = "",
        indexes: Callable[[], Mapping[int, IndexState] | None] = lambda: None,
    ) -> None:
        self._store, self._write, self._observe, self._note, self._public_url = store, write, observe, note, public_url
        self._indexes = indexes
        self._verdicts: dict[Key, Verdict] = {}
        self._revisions: Mapping[Ref, int] = {}
        self._problems: Mapping[Key, str] = {}
        self._gateways: Sequence[Gateway] = ()
        self._held = False
        self._waiting: dict[Key, float] = {}  # waits for gateways; until then (loop time) it is not even written
        self._since: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}
        self._resting: set[Key] = set()
        self._queued: set[Key] = set()
        self._queue: asyncio.PriorityQueue[tuple[int, float, Key]] = asyncio.PriorityQueue()

    def passed(self, done: Pass) -> None:
        """A pass of the leader has been published: say so in every status that it touches."""
        self._revisions, self._problems = done.revisions, done.problems
        touched = set(done.touched) | (set(self._waiting) if done.held != self._held else set())
        self._held = done.held
        now = asyncio.get_running_loop().time()
        for key in touched:
            if verdict := done.translation.verdicts.get(key):
                self._verdicts[key] = verdict
                self._waiting[key] = now + GRACE_SECONDS
                self._since.setdefault(key, now)
                self._failures.pop(key, None)
            else:
                self._forget(key)
        self.offer_all(touched)
        asyncio.get_running_loop().call_later(GRACE_SECONDS, self.offer_all, touched)

    def gateways_changed(self, gateways: Sequence[Gateway]) -> None:
        """Gateways have acknowledged, come or gone."""
        failing = {Key(f.kind, f.namespace, f.name) for g in (*self._gateways, *gateways) for f in g.failures}
        self._gateways = gateways
        self.offer_all(failing | set(self._waiting))

    def indexes_changed(self, uids: Collection[str]) -> None:
        """Indexes of these Endpoints have gone on."""
        self.offer_all([key for key, verdict in self._verdicts.items() if verdict.indexes and verdict.uid in uids])

    def offer_all(self, keys: Iterable[Key]) -> None:
        """Queue whatever of these differs from what is shown."""
        stale = [key for key in keys if self._is_due(key)]
        for key in stale:
            self._enqueue(key, len(stale))

    def offer(self, key: Key) -> None:
        """Also called for each event that does not matter, so that a foreign write to our status is corrected."""
        if self._is_due(key):
            self._enqueue(key, 1)

    def _enqueue(self, key: Key, priority: int) -> None:
        if key not in self._queued:
            self._queued.add(key)
            self._queue.put_nowait((priority, asyncio.get_running_loop().time(), key))

    def _is_due(self, key: Key) -> bool:
        wanted = self._wanted(key)
        if wanted is None or key in self._resting:
            return False
        if not is_waiting(wanted):
            self._waiting.pop(key, None)
        elif asyncio.get_running_loop().time() < self._waiting.setdefault(key, 0):
            return False
        return not is_shown(wanted, self._store.echoes[key].status)

    def _wanted(self, key: Key) -> Status | None:
        """The status that should be shown; None while another pass is on its way, or the object is gone."""
        verdict, resource = self._verdicts.get(key), self._store.resources.get(key)
        if not verdict or not resource or (verdict.uid, verdict.generation) != (resource.uid, resource.generation):
            return None
        shown = self._store.echoes[key].status
        publication = Publication(self._revisions.get((key.kind, verdict.uid)), self._held, self._problems.get(key))
        now, indexes = datetime.now(UTC), self._indexes()
        return status(verdict, publication, self._gateways, shown, now, self._public_url, indexes)

    async def work(self) -> None:
        """One of CONCURRENCY workers, for ever."""
        while True:
            _, _, key = await self._queue.get()
            self._queued.discard(key)
            if self._is_due(key):
                await self._write_one(key)

    async def _write_one(self, key: Key) -> None:
        wanted = self._wanted(key)
        assert wanted is not None  # noqa: S101 - it was due, and nothing was awaited since
        resource, before = self._store.resources[key], self._store.echoes[key]
        try:
            shown = await self._write(resource, before, wanted)
        except ApiError as error:
            METRICS.status_writes.labels("failed").inc()
            await self._fail(resource, before.status, wanted, error)
            return
        self._failures.pop(key, None)
        METRICS.status_writes.labels("written").inc()
        self._note(resource, before.status, wanted)
        since = self._since.pop(key, None)
        if since is not None and not is_waiting(wanted):
            METRICS.status_seconds.observe(asyncio.get_running_loop().time() - since)
        self._observe(key.kind, shown)  # do not wait for the echo; it may also show a newer spec

    async def _fail(self, resource: Resource, shown: Mapping[str, Any], wanted: Status, error: ApiError) -> None:
        if error.status in (NOT_FOUND, CONFLICT):
            return  # the event that offers it again is on its way
        count = self._failures[resource.key] = self._failures.get(resource.key, 0) + 1
        if error.status == INVALID and count == 1:
            self._note(resource, shown, wanted)  # its spec is such that the API server takes no status: an Event it is
        is_news = not self._resting if error.is_outage else count == 1
        if is_news:
            log.warning("status not written, will retry", resource=str(resource.key), error=str(error))
        self._resting.add(resource.key)
        delay = min(RETRY_SECONDS * 2 ** min(count, 10), RETRY_CAP_SECONDS)
        asyncio.get_running_loop().call_later(delay, self._wake, resource.key)
        if error.is_outage:
            await asyncio.sleep(RETRY_SECONDS)  # it is not this object's fault: the others would fare no better

    def _wake(self, key: Key) -> None:
        self._resting.discard(key)
        self.offer(key)

    def _forget(self, key: Key) -> None:
        for known in (self._verdicts, self._waiting, self._since, self._failures):
            known.pop(key, None)
