"""One pass: changes → translation → publish → statuses. Level-triggered: a pass that failed is made up for by the next.

It must never write a status before the publish, withdraw anything before every first list is complete, or let an
error end it: errors are counted, logged and tried again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from tidegate_gateway.config.errors import Superseded
from tidegate_gateway.config.publish import Outcome, Publisher
from tidegate_gateway.config.rows import ConfigRow
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.data.errors import DataError
from tidegate_operator.brake import Brake
from tidegate_operator.errors import KindGone
from tidegate_operator.hold_off import HoldOff
from tidegate_operator.metrics import METRICS
from tidegate_operator.reads import Inputs, Reads
from tidegate_operator.rows import Rows
from tidegate_operator.store import Body, Key, Secret, Store
from tidegate_operator.translate.model import Translation, World
from tidegate_operator.translate.translator import Translator

HOLD_OFF_SECONDS, HOLD_OFF_CAP_SECONDS = 0.02, 0.2
RETRY_SECONDS, RETRY_CAP_SECONDS = 0.2, 5.0
FAILURES_UNTIL_UNREADY = 3
PURGE_SECONDS = 3600.0
ROUNDS = 8  # what is read may ask for more: a token Secret, then its keys

log = structlog.get_logger("tidegate.loop")


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass came to: for the statuses."""

    translation: Translation
    touched: frozenset[Key]
    outcome: Outcome | None
    revisions: Mapping[Ref, int]
    problems: Mapping[Key, str]
    held: bool


class Control:
    """The operator's one loop. It publishes only while `lead()` has made it the leader."""

    def __init__(
        self, store: Store, inputs: Inputs, publisher: Publisher, rows: Rows, on_pass: Callable[[Pass], None]
    ) -> None:
        self._store, self._inputs, self._publisher, self._rows, self._on_pass = store, inputs, publisher, rows, on_pass
        self._translator = Translator()
        self._pending: set[Key] | None = None  # None: everything
        self._touched: frozenset[Key] = frozenset()
        self._changed_at: float | None = None
        self._elected = False
        self._epoch: int | None = None
        self._verify = False
        self._purge_at = 0.0
        self.hold_off = HoldOff(HOLD_OFF_SECONDS, HOLD_OFF_CAP_SECONDS)
        self._reads = Reads(store, inputs, self.hold_off.touch)
        self.complete = asyncio.Event()
        self.brake = Brake()
        self.on_held: Callable[[float], None] = lambda _seconds: None
        self.listed_at = 0.0
        self.heard_at = time.monotonic()
        self.failures = 0

    @property
    def healthy(self) -> bool:
        """Whether fewer than three passes running have failed."""
        return self.failures < FAILURES_UNTIL_UNREADY

    @property
    def leads(self) -> bool:
        """Whether this process publishes."""
        return self._epoch is not None

    def observe(self, kind: str, body: Body, *, deleted: bool = False) -> tuple[Key, bool]:
        """Take one event; the flag says whether it matters."""
        key, matters = self._store.observe(kind, body, deleted=deleted)
        if matters:
            self._changed()
        return key, matters

    def observe_secret(self, secret: Secret, *, deleted: bool = False) -> None:
        """Take one event of a Secret."""
        if self._store.observe_secret(secret, deleted=deleted):
            self._changed()

    def _changed(self) -> None:
        if self._changed_at is None:
            self._changed_at = time.monotonic()
        self.hold_off.touch()

    def heard(self) -> None:
        """A sign of life, though nothing may come of it: a pass or a list that failed will be tried again."""
        self.heard_at = time.monotonic()

    def list_completed(self, began_at: float) -> None:
        """Every kind has been listed once more, from `began_at` (monotonic) on."""
        self.listed_at = began_at
        self._verify = True
        self.complete.set()
        self.hold_off.touch()

    def lead(self) -> None:
        """Take over with the next pass."""
        self._elected = True
        self.hold_off.touch()

    async def run(self) -> None:
        """Pass after pass, for ever."""
        await self.complete.wait()
        while True:
            await self.hold_off.settled()
            await self.attempt()

    async def attempt(self) -> None:
        """One pass; its failure is counted and tried again later. KindGone and Superseded end the process."""
        started = self.heard_at = time.monotonic()
        since, self._changed_at = self._changed_at, None
        try:
            done = await self._pass()
        except (KindGone, Superseded):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the next pass makes up for it
            self._changed_at = since or self._changed_at
            self._fail(error)
            return
        self.failures = 0
        self._report(done, started, since)
        self._on_pass(done)

    async def _pass(self) -> Pass:
        if self._elected and not self.leads:
            await self._take_over()
        translation = await self._translate()
        rows = self._rows.of(translation)
        outcome = None if self._epoch is None else await self._publish(rows, self._epoch)
        if self.leads and time.monotonic() >= self._purge_at:
            await self._purge()
        self._store.forget_secrets(self._translator.secrets)
        self._store.forget_paths(self._translator.paths)
        touched, self._pending, self._touched = self._touched, set(), frozenset()
        held = self.brake.since is not None
        relieved = self._reads.keep_only(self._translator.secrets, translation)
        problems = self._rows.problems | self._reads.problems
        touched |= problems.keys() | relieved
        return Pass(translation, touched, outcome, self._publisher.revisions, problems, held)

    async def _take_over(self) -> None:
        """Fence the former leader out, and go on from what it published. Between passes only: one would mix the two."""
        epoch = await self._publisher.take_over()
        self._translator = Translator(self._rows.last_good(await self._publisher.load()))
        self._pending = None
        self._epoch = epoch
        METRICS.leads.set(1)

    async def _translate(self) -> Translation:
        """Translate, read what that asked for, and translate again, until nothing new is asked for."""
        world = World(self._store.resources, self._store.secrets, self._store.paths)
        self._take_changes()
        translation = self._translate_once(world, self._pending)
        for _ in range(ROUNDS):
            await self._reads.gather(translation, leads=self.leads)
            found = self._take_changes()
            if not found:
                break
            translation = self._translate_once(world, found)
        return translation

    def _take_changes(self) -> set[Key]:
        """They stay pending until a pass with them has been published, and so does what they touched."""
        changes = self._store.take_changes()
        if self._pending is not None:
            self._pending |= changes
        return changes

    def _translate_once(self, world: World, changes: set[Key] | None) -> Translation:
        translation = self._translator.translate(world, changes)
        self._touched |= translation.changed
        for bug in translation.bugs:
            log.error("the translation broke on a resource", resource=str(bug.key), stack=bug.stack)
        return translation

    async def _publish(self, rows: Mapping[Ref, ConfigRow], epoch: int) -> Outcome:
        if self._verify and not await self._publisher.verify():
            log.warning("the database is not as it was published: publishing anew")
        self._verify = False
        gone = self._publisher.revisions.keys() - rows.keys()
        if gone:
            await self._inputs.confirm({kind for kind, _ in gone})
        served = [kind for kind, _ in self._publisher.revisions].count("Endpoint")
        withdrawn = [kind for kind, _ in gone].count("Endpoint")
        held = self._brake_holds(served, withdrawn)
        return await self._publisher.publish(rows, epoch, delete=not held)

    async def _purge(self) -> None:
        """Forget what was withdrawn long ago; that it failed harms nobody, and the next hour makes up for it."""
        self._purge_at = time.monotonic() + PURGE_SECONDS
        try:
            purged = await self._publisher.purge()
        except DataError as error:
            log.warning("what was withdrawn long ago was not purged", problem=str(error))
        else:
            if purged:
                log.info("purged what was withdrawn long ago", rows=purged)

    def _brake_holds(self, served: int, withdrawn: int) -> bool:
        was_held = self.brake.since is not None
        held = self.brake.holds(served, withdrawn, time.monotonic(), self.listed_at)
        METRICS.held.set(withdrawn if held else 0)
        if held and not was_held:
            log.error("brake: withdrawals held", served=served, withdrawn=withdrawn, seconds=self.brake.hold_seconds)
            self.on_held(self.brake.hold_seconds)
        return held

    def _fail(self, error: Exception) -> None:
        self.failures += 1
        METRICS.passes.labels("failed").inc()
        log.error("pass failed", failures=self.failures, exc_info=error)
        delay = min(RETRY_SECONDS * 2 ** min(self.failures, 10), RETRY_CAP_SECONDS)
        asyncio.get_running_loop().call_later(delay, self.hold_off.touch)

    def _report(self, done: Pass, started: float, since: float | None) -> None:
        now = time.monotonic()
        METRICS.passes.labels("done").inc()
        METRICS.pass_seconds.observe(now - started)
        if done.outcome and (done.outcome.changed or done.outcome.withdrawn):
            if since is not None:
                METRICS.published_seconds.observe(now - since)
            log.info(
                "published",
                revision=done.outcome.revision,
                changed=done.outcome.changed,
                withdrawn=done.outcome.withdrawn,
                milliseconds=round((now - started) * 1000, 1),
            )
