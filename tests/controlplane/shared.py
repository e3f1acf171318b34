"""One control plane for everyone in a run: the first to come starts it, later ones join, the last to leave ends it.

A supervisor process owns the servers. Whoever uses them holds a shared lock on one file; the supervisor waits until it
has that lock for itself, which is when no user lives, also after a kill -9. Nobody counts users or watches process ids.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.controlplane.binaries import Binaries
from tests.controlplane.errors import StartError
from tests.controlplane.locks import locked
from tests.controlplane.meeting import Cluster, Meeting

ROOT = Path(__file__).parents[2]


@contextmanager
def joined(folder: Path, find: Callable[[], Binaries]) -> Iterator[Cluster]:
    """The cluster of the run that has this folder, while in use. StartError, and what `find` raises."""
    meeting = Meeting(folder)
    with ExitStack() as stay:
        with locked(meeting.entrance):
            stay.enter_context(locked(meeting.users, shared=True))
            if not meeting.running.exists():
                _start(meeting, find)
        yield Cluster.loads(meeting.running.read_text())


def _start(meeting: Meeting, find: Callable[[], Binaries]) -> None:
    if meeting.failure.exists():
        raise StartError(meeting.failure.read_text())
    command = [sys.executable, "-m", "tests.controlplane.supervisor", str(meeting.folder), str(find().folder)]
    outcome = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if outcome.returncode:
        meeting.failure.write_text(outcome.stderr)
        raise StartError(outcome.stderr)
