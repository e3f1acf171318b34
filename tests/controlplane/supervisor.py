"""The process that owns a shared control plane: `python -m tests.controlplane.supervisor FOLDER BINARIES`.

The command ends as soon as the control plane is ready, or says why it is not; a process it leaves behind goes on until
the last user has gone, and the servers die with it. It never learns who its users are.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

from tests.controlplane.binaries import Binaries
from tests.controlplane.errors import ControlPlaneError
from tests.controlplane.launcher import ControlPlane
from tests.controlplane.locks import locked
from tests.controlplane.meeting import Cluster, Meeting

READY = "ready"


def main(meeting: Meeting, binaries: Binaries) -> NoReturn:
    """Leave a supervisor behind and end with what it reports."""
    hearing, telling = os.pipe()
    if os.fork() == 0:
        os.close(hearing)
        _detach(meeting.log)
        _supervise(meeting, binaries, telling)
        sys.exit()
    os.close(telling)
    with os.fdopen(hearing) as news:
        said = news.read()
    sys.exit(0 if said == READY else said or f"The supervisor of the control plane died; see {meeting.log}.")


def _supervise(meeting: Meeting, binaries: Binaries, telling: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="control-plane-", dir=meeting.folder))
    try:
        with ControlPlane(binaries, folder) as plane:
            meeting.running.write_text(Cluster(plane.kubeconfig, plane.url, folder).dumps())
            _tell(telling, READY)
            with locked(meeting.users):
                meeting.running.unlink()
    except ControlPlaneError as error:
        _tell(telling, str(error))


def _tell(telling: int, words: str) -> None:
    with os.fdopen(telling, "w") as ear:
        ear.write(words)


def _detach(log: Path) -> None:
    os.setsid()
    with log.open("ab") as file, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)


if __name__ == "__main__":
    main(Meeting(Path(sys.argv[1])), Binaries(Path(sys.argv[2])))
