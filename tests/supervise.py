"""One server for everyone in a run: the first to come starts it, later ones join, the last to leave ends it.

A supervisor process owns the server. Whoever uses it holds a shared lock on one file; the supervisor waits until it has
that lock for itself, which is when no user lives, also after a kill -9. Nobody counts users or watches process ids.
"""

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tests.controlplane.locks import locked

ROOT = Path(__file__).parents[1]
READY = "ready"


@dataclass(frozen=True)
class Meeting:
    """The files of one run's folder by which users and supervisor of one server find each other."""

    folder: Path
    name: str

    @property
    def entrance(self) -> Path:
        """Locked by whoever joins, so that only one starts the server."""
        return self.folder / f"{self.name}.entrance"

    @property
    def users(self) -> Path:
        """Locked by all users together, then by the supervisor alone."""
        return self.folder / f"{self.name}.users"

    @property
    def running(self) -> Path:
        """What users have to know, while the server runs."""
        return self.folder / f"{self.name}.running"

    @property
    def failure(self) -> Path:
        """Why it did not start, so that nobody else in the run tries in vain."""
        return self.folder / f"{self.name}.failure"

    @property
    def log(self) -> Path:
        """What the supervisor says."""
        return self.folder / f"{self.name}.log"


class NotStartedError(Exception):
    """The server of the run did not start; the message is its supervisor's."""


@contextmanager
def joined(meeting: Meeting, supervisor: Sequence[str]) -> Iterator[str]:
    """What the server's users have to know, while in use; `supervisor` is the Python command that calls `supervise`."""
    with ExitStack() as stay:
        with locked(meeting.entrance):
            stay.enter_context(locked(meeting.users, shared=True))
            if not meeting.running.exists():
                _start(meeting, supervisor)
        yield meeting.running.read_text()


def supervise(meeting: Meeting, server: AbstractContextManager[str]) -> NoReturn:
    """Leave a process behind that runs the server until its last user has gone; end once it is ready, or say why."""
    hearing, telling = os.pipe()
    if os.fork() == 0:
        os.close(hearing)
        _detach(meeting.log)
        _run(meeting, server, telling)
        sys.exit()
    os.close(telling)
    with os.fdopen(hearing) as news:
        said = news.read()
    sys.exit(0 if said == READY else said or f"The supervisor died; see {meeting.log}.")


def _start(meeting: Meeting, supervisor: Sequence[str]) -> None:
    if meeting.failure.exists():
        raise NotStartedError(meeting.failure.read_text())
    command = [sys.executable, *supervisor]
    outcome = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if outcome.returncode:
        meeting.failure.write_text(outcome.stderr)
        raise NotStartedError(outcome.stderr)


def _run(meeting: Meeting, server: AbstractContextManager[str], telling: int) -> None:
    ear = os.fdopen(telling, "w")
    try:
        with server as running:
            meeting.running.write_text(running)
            with ear:
                ear.write(READY)
            with locked(meeting.users):
                meeting.running.unlink()
    except Exception:
        if not ear.closed:
            with ear:
                ear.write(traceback.format_exc())
        raise


def _detach(log: Path) -> None:
    os.setsid()
    with log.open("ab") as file, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
