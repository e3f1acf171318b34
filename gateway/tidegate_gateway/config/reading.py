"""Reads rows of `config` as of one revision: each read is one statement, hence one consistent state of the database."""

from collections.abc import Iterator
from typing import NamedTuple

import asyncpg

from tidegate_gateway.config.snapshot import Ref
from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

READ_SECONDS = 60.0
QUERIES = load(__package__, "queries.sql")


class StoredRow(NamedTuple):
    """One row. `configuration` is JSON; a deleted row has none."""

    kind: str
    uid: str
    namespace: str
    name: str
    generation: int
    revision: int
    digest: str
    configuration: bytes
    sealed: bytes | None
    deleted: bool

    @property
    def ref(self) -> Ref:
        """Kind and uid."""
        return self.kind, self.uid


class Load:
    """What was read: `whole` has every row that is served, otherwise only what is newer than the caller's revision."""

    def __init__(self, records: list[asyncpg.Record], *, whole: bool) -> None:
        self.revision: int = records[0]["latest"]
        self.whole = whole
        self._records = records if records[0]["kind"] is not None else []

    def refs(self) -> set[Ref]:
        """What the rows are of."""
        return {(record["kind"], record["uid"]) for record in self._records}

    def rows(self) -> Iterator[StoredRow]:
        """The rows, each once: a document is let go as soon as it is compiled."""
        while self._records:
            _, *values = self._records.pop()
            yield StoredRow(*values)


async def read_all(pool: asyncpg.Pool) -> Load:
    """Everything that is served."""
    async with acquire(pool) as connection:
        return Load(await connection.fetch(QUERIES.read_all, timeout=READ_SECONDS), whole=True)


async def read_newer(pool: asyncpg.Pool, revision: int) -> Load:
    """What has changed since `revision`."""
    async with acquire(pool) as connection:
        return Load(await connection.fetch(QUERIES.read_newer, revision, timeout=READ_SECONDS), whole=False)
