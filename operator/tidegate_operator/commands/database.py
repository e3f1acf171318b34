"""The database that a command works on, named by a person or found: how to connect to it belongs to it."""

import os
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from tidegate_gateway.data import pool
from tidegate_gateway.settings import Settings
from tidegate_operator.commands.errors import CommandError
from tidegate_operator.commands.running import read_settings
from tidegate_operator.local.postgres.server import running_url


@dataclass(frozen=True)
class Database:
    """One database. `pgbouncer`: `url` leads through PgBouncer; `listen_url`, where it is set, to PostgreSQL itself."""

    url: str
    pgbouncer: bool = False
    listen_url: str | None = None

    def connect(self, size: int) -> asyncpg.Pool:
        """A pool, to be entered."""
        return pool.connect(self.url, pgbouncer=self.pgbouncer, size=size)


def find_database(data: Path) -> Database:
    """The one that is given, else that of a `tidegate up` which runs on the data folder. CommandError."""
    if given := given_database():
        return given
    if url := running_url(data):
        return Database(url)
    raise CommandError(f"TIDEGATE_DATABASE_URL is not set, and no `tidegate up` runs on {data}: name one of them.")


def given_database() -> Database | None:
    """The one of TIDEGATE_DATABASE_URL, if it is set. CommandError names other settings that are wrong."""
    return database_of(read_settings()) if os.environ.get("TIDEGATE_DATABASE_URL") else None


def database_of(settings: Settings) -> Database:
    """The one that settings name."""
    listen_url = settings.database_listen_url
    return Database(
        settings.database_url.get_secret_value(),
        settings.pgbouncer,
        listen_url.get_secret_value() if listen_url else None,
    )
