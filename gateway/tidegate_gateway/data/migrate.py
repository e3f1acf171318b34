"""The schema of the database: numbered `.sql` files, applied once each, in order, in a transaction of their own.

Several processes may migrate at once; one works, the others wait and find it done. A migration must leave the pods of
the version before it working, and must never change once it was released.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from tidegate_gateway.data.errors import MigrationChanged, SchemaTooNew, SchemaTooOld
from tidegate_gateway.data.faults import postgres_errors
from tidegate_gateway.data.pool import Connection
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "migrate.sql")
A_DAY = 86_400.0  # seconds: building an index may take long, and so may waiting for another process that builds it


@dataclass(frozen=True)
class Migration:
    """One file: its name without the ending, and its statements."""

    name: str
    statements: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.statements.encode()).hexdigest()


def own_migrations() -> tuple[Migration, ...]:
    """The migrations of this version, in order."""
    folder = files(__package__).joinpath("migrations")
    found = (file for file in folder.iterdir() if file.name.endswith(".sql"))
    return tuple(
        Migration(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    )


OWN = own_migrations()


async def migrate(connection: Connection, migrations: Sequence[Migration] = OWN) -> list[str]:
    """Applies what the database lacks; the names of it. SchemaTooNew, MigrationChanged: nothing was done."""
    done = []
    with postgres_errors():
        while name := await _apply_next(connection, migrations):
            done.append(name)
    return done


async def check_version(connection: Connection, migrations: Sequence[Migration] = OWN) -> None:
    """Raises SchemaTooNew, SchemaTooOld or MigrationChanged unless the database has exactly our migrations."""
    with postgres_errors():
        applied = await _applied(connection) if await connection.fetchval(QUERIES.migrations_exist) else {}
    if missing := _next(applied, migrations):
        raise SchemaTooOld(missing.name)


async def _apply_next(connection: Connection, migrations: Sequence[Migration]) -> str | None:
    # Read committed: what another process applied while this one waited for the lock has to be seen.
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(QUERIES.migrations_begin, timeout=A_DAY)
        await connection.execute(QUERIES.migrations_table)
        migration = _next(await _applied(connection), migrations)
        if migration:
            await connection.execute(migration.statements, timeout=A_DAY)
            await connection.execute(QUERIES.migration_done, migration.name, migration.checksum)
    return migration.name if migration else None


async def _applied(connection: Connection) -> dict[str, str]:
    return {row["name"]: row["checksum"] for row in await connection.fetch(QUERIES.migrations_applied)}


def _next(applied: Mapping[str, str], migrations: Sequence[Migration]) -> Migration | None:
    """The first of our migrations that was not applied."""
    known = {migration.name: migration for migration in migrations}
    for name, checksum in applied.items():
        if name not in known:
            raise SchemaTooNew(name, migrations[-1].name)
        if known[name].checksum != checksum:
            raise MigrationChanged(name)
    return next((migration for migration in migrations if migration.name not in applied), None)
