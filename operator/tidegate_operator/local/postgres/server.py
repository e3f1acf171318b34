"""A PostgreSQL of one's own: made, started and ended with this process, reached over a private socket, never by TCP."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from tidegate_operator.local.errors import StartError
from tidegate_operator.local.lock import FolderLock
from tidegate_operator.local.postgres.binaries import Binaries, find_binaries
from tidegate_operator.local.postgres.data_folder import CLUSTER, Place, find_place, known_folder
from tidegate_operator.local.postgres.postmaster import PidFile
from tidegate_operator.local.postgres.process import Process, ended, returncode, said, spawn
from tidegate_operator.local.postgres.reachable import reachable

USER = "tidegate"
POLL_SECONDS, WATCH_SECONDS = 0.01, 0.5
START_SECONDS, STOP_SECONDS = 60.0, 10.0
STILL_IN_USE = "shared memory block"
CAREFUL: Mapping[str, str] = {"listen_addresses": "", "unix_socket_permissions": "0700", "timezone": "UTC"}
CARELESS: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """The database of a data folder; one process at a time may run it.

    `durable=False` is for tests: what is committed may be lost when the machine stops. `settings` are the server's.
    """

    def __init__(
        self,
        data: Path,
        *,
        durable: bool = True,
        settings: Mapping[str, str] = {},
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._data = data.absolute()
        self._durable = durable
        self._settings = {**CAREFUL, **({} if durable else CARELESS), **settings}
        self._environ = environ
        self._place: Place | None = None
        self._lock: FolderLock | None = None
        self._process: Process | None = None
        self._socket = Path()

    @property
    def folder(self) -> Path | None:
        """Where the files are, once started; for root it may be outside of the data folder."""
        return self._place.folder if self._place else None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def url(self, database: str = "postgres") -> str:
        """What `asyncpg.connect` takes, for one database of the server."""
        return _url(self._socket, database)

    async def start(self) -> str:
        """Start the server, on what it held before, and give its URL. Any LocalError."""
        place = find_place(self._data)
        lock = FolderLock(place.folder, "postgresql.lock")
        lock.take()
        self._place, self._lock = place, lock
        try:
            await self._start(place)
        except BaseException:
            await self.stop()
            raise
        return self.url()

    async def stop(self) -> None:
        """End the server as one that has nothing left to do, and if it takes too long, at once."""
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._process is not None and await ended(self._process, number, STOP_SECONDS):
                self._process = None
        if self._lock is not None:
            self._lock.release()

    async def keep(self) -> None:
        """Start it again whenever it ends by itself, for ever. Any LocalError."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if self.pid is None:
                await self.stop()
                await self.start()

    async def _start(self, place: Place) -> None:
        found = await asyncio.to_thread(find_binaries, self._environ, place.cluster)
        binaries = Binaries(await asyncio.to_thread(reachable, found.folder, place.owner), found.major)
        if not place.cluster.exists():
            await self._make_cluster(place, binaries)
        await asyncio.to_thread(PidFile(place.cluster).clear)
        self._socket = place.socket_folder(self._environ)
        deadline = time.monotonic() + START_SECONDS
        while True:
            if await self._came_up(place, binaries, deadline):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def _make_cluster(self, place: Place, binaries: Binaries) -> None:
        unfinished = place.folder / "postgresql.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        place.hand_over(unfinished)
        options = ["--encoding=UTF8", "--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]
        options += [f"--username={USER}", "--auth-local=trust", "--auth-host=reject"]
        options += [] if self._durable else ["--no-sync"]
        self._process = spawn([str(binaries.initdb), *options, "-D", str(unfinished)], place)
        if await returncode(self._process):
            raise StartError(f"initdb failed; {said(place)}")
        unfinished.rename(place.cluster)

    async def _came_up(self, place: Place, binaries: Binaries, deadline: float) -> bool:
        """Whether a new server is ready; False while processes of a dead one still end. StartError for the rest."""
        settings = {**self._settings, "unix_socket_directories": str(self._socket)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = spawn([str(binaries.postgres), "-D", str(place.cluster), *options], place)
        pid_file = PidFile(place.cluster)
        while self._process.poll() is None and time.monotonic() < deadline:
            if pid_file.is_ready(self._process.pid):
                return True
            await asyncio.sleep(POLL_SECONDS)
        end = said(place)
        if STILL_IN_USE in end and time.monotonic() < deadline:
            return False
        raise StartError(f"PostgreSQL did not start; {end}")


def running_url(data: Path) -> str | None:
    """The URL of the database that another process runs for a data folder, if one does."""
    socket = PidFile(known_folder(data.absolute()) / CLUSTER).socket_folder()
    return _url(socket, "postgres") if socket else None


def _url(socket: Path, database: str) -> str:
    return f"postgresql://{USER}@/{quote(database)}?host={quote(str(socket), safe='')}"
