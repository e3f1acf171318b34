"""Gateways for tests: watches of the configuration with compilers that show what they were given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from tests.waiting import eventually
from tidegate_gateway.config.errors import NotCompiled
from tidegate_gateway.config.model import AnyConfig
from tidegate_gateway.config.snapshot import Compiler
from tidegate_gateway.config.watch import ConfigWatch

NEVER = 600.0  # seconds: what arrives came by a notification


def show(config: AnyConfig, uid: str) -> str:
    """Compiles to a text; what has a retention of 13 days does not compile, one of 14 breaks the compiler."""
    days = getattr(config, "retention_days", None)
    if days == 13:
        raise NotCompiled("13 days bring no luck.")
    if days == 14:
        raise KeyError("hunter2")
    return f"{config.name} for {days} days"


COMPILERS: dict[str, Compiler] = {"Endpoint": show, "Integration": show}


def gateway(url: str, pool: asyncpg.Pool, pod: str = "pod", **settings: Any) -> ConfigWatch:
    """A watch that polls never, if nothing else is said."""
    values: dict[str, Any] = {"compilers": COMPILERS, "poll_seconds": NEVER, "version": "1.2.3"}
    return ConfigWatch(url, pool, pod=pod, **(values | settings))


@asynccontextmanager
async def running(url: str, pool: asyncpg.Pool, pod: str = "pod", **settings: Any) -> AsyncIterator[ConfigWatch]:
    """A watch that has loaded everything and said so."""
    watch = gateway(url, pool, pod, **settings)
    watch.start()
    try:
        await eventually(lambda: watch.loaded)
        await eventually(lambda: pool.fetchval("SELECT true FROM gateway WHERE pod = $1", pod))
        yield watch
    finally:
        await watch.stop()


async def put(pool: asyncpg.Pool, kind: str, uid: str, name: str, document: str, *, generation: int = 1) -> int:
    """Store any document as one row of a new revision, as an operator of another version may do; gives the revision."""
    async with pool.acquire() as connection, connection.transaction():
        revision: int = await connection.fetchval("UPDATE config_state SET revision = revision + 1 RETURNING revision")
        await connection.execute(
            "INSERT INTO config (kind, uid, namespace, name, generation, revision, digest, configuration)"
            " VALUES ($1, $2, 'acme', $3, $4, $5, md5($6), $6::text::jsonb)"
            " ON CONFLICT (kind, uid) DO UPDATE SET generation = excluded.generation, revision = excluded.revision,"
            " digest = excluded.digest, configuration = excluded.configuration",
            *(kind, uid, name, generation, revision, document),
        )
        await connection.execute("SELECT pg_notify('tidegate_config', '')")
    return revision


async def at(watch: ConfigWatch, revision: int) -> ConfigWatch:
    """Wait until a watch serves a revision."""
    await eventually(lambda: watch.snapshot.revision == revision)
    return watch


async def cut_listeners(pool: asyncpg.Pool) -> int:
    """End the connections that listen; gives how many there were."""
    records = await pool.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'tidegate listener'"
    )
    return len(records)


async def stored(pool: asyncpg.Pool) -> dict[str, tuple[int, bool]]:
    """Name → revision and whether it is deleted, of every row."""
    records = await pool.fetch("SELECT name, revision, deleted FROM config")
    return {r["name"]: (r["revision"], r["deleted"]) for r in records}
