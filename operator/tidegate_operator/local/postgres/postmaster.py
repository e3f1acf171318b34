"""What a cluster's `postmaster.pid` says: whether a server is ready, and whether an earlier one was left running.

Only the holder of the cluster's lock may ask; the file is never removed here, because PostgreSQL learns from it whether
processes of a dead server still use the cluster.
"""

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from tidegate_operator.local.errors import StartError
from tidegate_operator.local.ownership import open_own

PID_LINE, SOCKET_LINE, STATUS_LINE = 0, 4, 7


@dataclass(frozen=True)
class PidFile:
    """`postmaster.pid` of a cluster."""

    cluster: Path

    @property
    def path(self) -> Path:
        return self.cluster / "postmaster.pid"

    def is_ready(self, pid: int) -> bool:
        """Whether the server with this process id takes connections."""
        lines = self._lines()
        return len(lines) > STATUS_LINE and lines[PID_LINE] == str(pid) and lines[STATUS_LINE].strip() == "ready"

    def socket_folder(self) -> Path | None:
        """Where the server that is ready listens; None if there is none."""
        lines, pid = self._lines(), self._pid()
        if pid is None or not self.is_ready(pid) or not self._is_server(pid):
            return None
        return Path(lines[SOCKET_LINE])

    def clear(self, seconds: float = 10.0) -> None:
        """End the server that an earlier process left behind; a process that merely has its number is let alone."""
        pid = self._pid()
        if pid is None or not _runs(pid):
            return
        if not self._is_server(pid):
            self._disown()
            return
        for number in (signal.SIGQUIT, signal.SIGKILL):
            os.kill(pid, number)
            if self._ends(pid, seconds):
                return
        raise StartError(f"A PostgreSQL left behind on {self.cluster}, process {pid}, does not end: end it by hand.")

    def _lines(self) -> list[str]:
        try:
            with self._open(os.O_RDONLY) as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    def _pid(self) -> int | None:
        lines = self._lines()
        return int(lines[PID_LINE]) if lines and lines[PID_LINE].isdecimal() else None

    def _ends(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_server(pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        return True

    def _is_server(self, pid: int) -> bool:
        command = _command_of(pid)
        return "postgres" in command and str(self.cluster) in command

    def _disown(self) -> None:
        """Put our own id for the reused one: PostgreSQL takes its parent's for stale, and still looks at the memory."""
        with self._open(os.O_RDWR) as file:
            _, _, rest = file.read().partition("\n")
            file.seek(0)
            file.truncate()
            file.write(f"{os.getpid()}\n{rest}")

    def _open(self, flags: int) -> TextIO:
        """The cluster is the server's user's, who may put anything there."""
        number = open_own(self.path, flags, owner=self.cluster.stat().st_uid)
        return os.fdopen(number, "r+" if flags & os.O_RDWR else "r")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_of(pid: int) -> str:
    proc = Path("/proc") / str(pid) / "cmdline"
    try:
        if Path("/proc/self/cmdline").exists():
            return os.fsdecode(proc.read_bytes())
        return subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
