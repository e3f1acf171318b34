"""Writes the difference between what should be served and what is published: one transaction, one revision, one NOTIFY.

It must never write when nothing differs, and never for a leader whose time is over.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import asyncpg

from tidegate_gateway.config.difference import Difference, Mark, batches, difference
from tidegate_gateway.config.errors import Superseded
from tidegate_gateway.config.reading import QUERIES, READ_SECONDS
from tidegate_gateway.config.rows import ConfigRow
from tidegate_gateway.config.sealed import seal_fields
from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.data.pool import Connection, acquire
from tidegate_gateway.secrets import Sealer


@dataclass(frozen=True, slots=True)
class Published:
    """A row as the database holds it. `document` is JSON, its names in the order of jsonb."""

    namespace: str
    name: str
    generation: int
    revision: int
    digest: str
    document: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a publish came to: the revision that is published now, and how many rows it wrote and withdrew."""

    revision: int
    changed: int = 0
    withdrawn: int = 0


class _MovedOn(Exception):
    """Somebody else has published, or the database was restored: what is remembered is not what is published."""


class Publisher:
    """The one writer of `config`. It remembers what is published, and reads that anew whenever it cannot be sure."""

    def __init__(self, pool: asyncpg.Pool, sealer: Sealer | None = None) -> None:
        self._pool, self._sealer = pool, sealer
        self._lock = asyncio.Lock()
        self._sure = False
        self._revision = 0
        self._marks: dict[Ref, Mark] = {}
        self._revisions: dict[Ref, int] = {}

    @property
    def revisions(self) -> Mapping[Ref, int]:
        """The revision of each published row, as far as is known."""
        return self._revisions

    async def take_over(self) -> int:
        """Become the leader: the epoch to publish with. Whoever published with a lower one is Superseded."""
        async with acquire(self._pool) as connection:
            epoch: int = await connection.fetchval(QUERIES.take_over)
        return epoch

    async def load(self) -> dict[Ref, Published]:
        """Read all that is published."""
        async with self._lock, acquire(self._pool) as connection:
            records = await connection.fetch(QUERIES.read_published, timeout=READ_SECONDS)
            self._remember(records)
        return {
            (r["kind"], r["uid"]): Published(
                r["namespace"], r["name"], r["generation"], r["revision"], r["digest"], r["configuration"]
            )
            for r in records
            if r["kind"] is not None
        }

    async def verify(self) -> bool:
        """Whether what is remembered is still what is published; if not (a restored database), publish repairs it."""
        async with self._lock:
            async with acquire(self._pool) as connection:
                self._sure &= self._revision == await connection.fetchval(QUERIES.read_revision)
            return self._sure

    async def purge(self) -> int:
        """Remove the marks of what was withdrawn a day ago and has no data any more; gives how many."""
        async with acquire(self._pool) as connection:
            return len(await connection.fetch(QUERIES.purge_withdrawn, timeout=READ_SECONDS))

    async def publish(self, rows: Mapping[Ref, ConfigRow], epoch: int, *, delete: bool = True) -> Outcome:
        """Make `rows` what is published (without `delete` nothing is withdrawn).

        Raises Superseded, and Unavailable: then it may have been written or not, and the next publish finds out.
        """
        async with self._lock:
            while True:
                if not self._sure:
                    await self._read_marks()
                change = difference(self._marks, rows, delete=delete)
                if not change:
                    return Outcome(self._revision)
                self._sure = False  # until the commit is known to have come through
                try:
                    revision = await self._write(change, epoch)
                except _MovedOn:
                    continue
                self._note(change, revision)
                return Outcome(revision, len(change.changed), len(change.withdrawn))

    async def _read_marks(self) -> None:
        async with acquire(self._pool) as connection:
            self._remember(await connection.fetch(QUERIES.read_marks, timeout=READ_SECONDS))

    def _remember(self, records: list[asyncpg.Record]) -> None:
        self._revision = records[0]["latest"]
        there = [record for record in records if record["kind"] is not None]
        self._marks = {(r["kind"], r["uid"]): Mark(r["generation"], r["digest"]) for r in there}
        self._revisions = {(r["kind"], r["uid"]): r["revision"] for r in there}
        self._sure = True

    def _note(self, change: Difference, revision: int) -> None:
        for row in change.changed:
            self._marks[row.ref] = Mark(row.generation, row.digest)
            self._revisions[row.ref] = revision
        for ref in change.withdrawn:
            del self._marks[ref], self._revisions[ref]
        self._revision = revision
        self._sure = True

    async def _write(self, change: Difference, epoch: int) -> int:
        async with acquire(self._pool) as connection, connection.transaction():
            revision: int | None = await connection.fetchval(QUERIES.next_revision, epoch)
            if revision is None:
                raise Superseded(epoch)
            if revision != self._revision + 1:
                raise _MovedOn
            for batch in batches(change.changed):
                await self._write_batch(connection, revision, batch)
            if change.withdrawn:
                kinds, uids = zip(*change.withdrawn, strict=True)
                await connection.execute(QUERIES.withdraw_rows, revision, kinds, uids)
            await connection.execute(QUERIES.notify_config, revision)
        return revision

    async def _write_batch(self, connection: Connection, revision: int, rows: list[ConfigRow]) -> None:
        columns = zip(
            *((r.kind, r.uid, r.namespace, r.name, r.generation, r.digest, r.document, self._sealed(r)) for r in rows),
            strict=True,
        )
        await connection.execute(QUERIES.write_rows, revision, *columns, timeout=READ_SECONDS)

    def _sealed(self, row: ConfigRow) -> bytes | None:
        if not row.sealed_fields:
            return None
        if self._sealer is None:
            raise RuntimeError("A row with credentials was made without a sealer.")
        return seal_fields(row.sealed_fields, row.namespace, row.uid, self._sealer)
