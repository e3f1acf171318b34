"""The gateways that are there: each says in the database which revision it serves and what it could not compile.

A gateway is live while its heart has beaten within 15 s by the clock of the database; no other clock counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import asyncpg
from pydantic import TypeAdapter

from tidegate_gateway.data.pool import acquire
from tidegate_gateway.data.sql import load

LIVE_SECONDS = 15.0
CHANNEL = "tidegate_gateway"
QUERIES = load(__package__, "queries.sql")


@dataclass(frozen=True, slots=True)
class Failure:
    """A resource's generation that a gateway could not compile. The message is safe to show."""

    kind: str
    namespace: str
    name: str
    uid: str
    generation: int
    message: str


FAILURES = TypeAdapter(tuple[Failure, ...])


@dataclass(frozen=True, slots=True)
class Gateway:
    """A live gateway: what it serves, and how long ago its heart beat."""

    pod: str
    version: str
    revision: int
    heartbeat_age_seconds: float
    failures: Sequence[Failure] = ()


async def live(pool: asyncpg.Pool) -> list[Gateway]:
    """The live gateways, by name."""
    async with acquire(pool) as connection:
        records = await connection.fetch(QUERIES.live_gateways, LIVE_SECONDS)
    return [
        Gateway(
            r["pod"], r["version"], r["revision"], r["heartbeat_age_seconds"], FAILURES.validate_json(r["failures"])
        )
        for r in records
    ]


async def acknowledge(pool: asyncpg.Pool, pod: str, version: str, revision: int, failures: Iterable[Failure]) -> None:
    """Say what this gateway serves, and wake the operator: once everything is loaded, and when something is new."""
    async with acquire(pool) as connection:
        await connection.execute(QUERIES.acknowledge, pod, version, revision, FAILURES.dump_json(tuple(failures)))


async def beat(pool: asyncpg.Pool, pod: str, revision: int) -> bool:
    """Say that this gateway is still there; False if it has to acknowledge `revision` first (a restored database)."""
    async with acquire(pool) as connection:
        return await connection.fetchval(QUERIES.beat, pod, revision) is not None


async def leave(pool: asyncpg.Pool, pod: str) -> None:
    """Say that this gateway has ended, and wake the operator."""
    async with acquire(pool) as connection:
        await connection.execute(QUERIES.leave, pod)


async def purge(pool: asyncpg.Pool) -> list[str]:
    """Remove the rows of gateways that have been dead for a day; gives their names."""
    async with acquire(pool) as connection:
        return [record["pod"] for record in await connection.fetch(QUERIES.purge_gateways)]
