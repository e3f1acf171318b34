"""A PostgreSQL of the measurement's own, durable as it comes, migrated and with partitions."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.sql import load
from tidegate_operator.local.postgres.server import EmbeddedPostgres

QUERIES = load("bench", "queries.sql")


class Database(NamedTuple):
    """Where it is, the number of its process, and its version."""

    url: str
    pid: int
    version: str


@asynccontextmanager
async def database() -> AsyncIterator[Database]:
    """One that runs."""
    with TemporaryDirectory(prefix="tidegate-bench-") as name:
        Path(name).chmod(0o711)  # PostgreSQL may have to run as another user than we
        postgres = EmbeddedPostgres(Path(name) / "data")
        url = await postgres.start()
        try:
            async with connect(url) as pool:
                async with acquire(pool) as connection:
                    await migrate(connection)
                    version = await connection.fetchval(QUERIES.version)
                await make_partitions(pool, datetime.now(UTC))
            yield Database(url, postgres.pid or 0, version)
        finally:
            await postgres.stop()
