"""The one control plane of a run, and its supervisor: `python -m tests.controlplane.shared FOLDER BINARIES`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.controlplane.binaries import Binaries
from tests.controlplane.cluster import Cluster
from tests.controlplane.launcher import ControlPlane
from tests.supervise import Meeting, joined, supervise


def meeting_in(folder: Path) -> Meeting:
    """Where the control plane's users and supervisor meet in a run's folder."""
    return Meeting(folder, "control-plane")


@contextmanager
def shared_control_plane(folder: Path, binaries: Binaries) -> Iterator[Cluster]:
    """The cluster of the run that has this folder; the first who asks starts it, it ends with its last user."""
    command = ["-m", "tests.controlplane.shared", str(folder), str(binaries.folder)]
    with joined(meeting_in(folder), command) as running:
        yield Cluster.loads(running)


@contextmanager
def _served(folder: Path, binaries: Binaries) -> Iterator[str]:
    own = Path(tempfile.mkdtemp(prefix="control-plane-", dir=folder))
    with ControlPlane(binaries, own) as plane:
        yield Cluster(plane.kubeconfig, plane.url, own).dumps()


if __name__ == "__main__":
    supervise(meeting_in(Path(sys.argv[1])), _served(Path(sys.argv[1]), Binaries(Path(sys.argv[2]))))
