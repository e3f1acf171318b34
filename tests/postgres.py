"""pytest fixtures: one PostgreSQL for a whole run over all its workers, a database of its own for each test.

Faults are for `pg_server` alone: whatever is done to the shared server is done to every test that runs beside.
"""

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

import asyncpg
import pytest

from tests.supervise import Meeting, joined, supervise
from tidegate_gateway.data.migrate import migrate
from tidegate_operator.local.postgres.server import EmbeddedPostgres

T = TypeVar("T")
ANY = "any-database"
FOR_MANY = {"max_connections": "300", "shared_buffers": "64MB", "max_wal_size": "4GB"}


class PgServer:
    """A PostgreSQL that one test may stop, kill and start again; what is committed stays."""

    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self.url = ""

    async def start(self) -> None:
        """Start it, at the URL it had before."""
        self.url = await self._server.start()

    async def stop(self) -> None:
        """End it in order; clients are cut off."""
        await self._server.stop()

    async def restart(self) -> None:
        """End it in order and start it again."""
        await self.stop()
        await self.start()

    async def kill(self) -> None:
        """End it as kill -9 does."""
        if (pid := self._server.pid) is not None:
            os.kill(pid, signal.SIGKILL)
        await self._server.stop()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the run's server, with ANY where a database's name goes."""
    own = tmp_path_factory.getbasetemp()
    run = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with joined(Meeting(run, "postgres"), ["-m", "tests.postgres", str(run)]) as url:
        yield url


@pytest.fixture(scope="session")
def template_database(postgres: str) -> str:
    """The name of this worker's database that others are copied from: migrated, and nobody is connected to it."""
    name = f"template_{secrets.token_hex(4)}"
    _apart(_execute(postgres.replace(ANY, "postgres"), f"CREATE DATABASE {name}"))
    _apart(_migrate(postgres.replace(ANY, name)))
    return name


@pytest.fixture
def database_url(postgres: str, template_database: str) -> Iterator[str]:
    """A migrated database for this test alone, as a URL for asyncpg."""
    with new_database(postgres, f"TEMPLATE {template_database}") as url:
        yield url


@pytest.fixture
def empty_database_url(postgres: str) -> Iterator[str]:
    """An empty database for this test alone, as a URL for asyncpg."""
    with new_database(postgres, "TEMPLATE template0") as url:
        yield url


@pytest.fixture
async def pg_server() -> AsyncIterator[PgServer]:
    """A server for this test alone, with everything on that makes it durable; it runs when the test begins."""
    with open_folder("tidegate-pg-server-") as folder:
        server = PgServer(EmbeddedPostgres(folder))
        await server.start()
        yield server
        await server.stop()


@contextmanager
def new_database(postgres: str, like: str) -> Iterator[str]:
    """A database on the run's server, made with these words of CREATE DATABASE; its URL. It goes at the end."""
    name = f"test_{secrets.token_hex(6)}"
    _apart(_execute(postgres.replace(ANY, "postgres"), f"CREATE DATABASE {name} {like}"))
    yield postgres.replace(ANY, name)
    _apart(_execute(postgres.replace(ANY, "postgres"), f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def open_folder(prefix: str) -> Iterator[Path]:
    """A folder that PostgreSQL can enter also when it runs as another user than we; pytest's own are closed."""
    with TemporaryDirectory(prefix=prefix) as name:
        folder = Path(name)
        folder.chmod(0o711)
        yield folder


@contextmanager
def _server() -> Iterator[str]:
    with open_folder("tidegate-postgres-") as folder, asyncio.Runner() as runner:
        server = EmbeddedPostgres(folder, durable=False, settings=FOR_MANY)
        runner.run(server.start())
        yield server.url(ANY)
        runner.run(server.stop())


async def _migrate(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


def _apart(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on a loop of its own, whatever loop the test has."""
    run: Callable[[Coroutine[Any, Any, T]], T] = asyncio.run
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(run, work).result()


if __name__ == "__main__":
    supervise(Meeting(Path(sys.argv[1]), "postgres"), _server())
