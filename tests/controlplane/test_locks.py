import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.controlplane.locks import locked
from tests.supervise import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from tests.controlplane.locks import locked
with locked(Path(sys.argv[1]), shared=sys.argv[2] == "shared"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(path: Path, how: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock until it is killed."""
    command = [sys.executable, "-c", HOLDER, str(path), how]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_sharers_hold_it_together(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "lock"
    with holder(path, "shared"), locked(path, shared=True):
        assert path.exists()


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with holder(path, "alone") as other:
        other.kill()
        with locked(path):
            assert other.wait() != 0
