import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.controlplane.binaries import Binaries
from tests.controlplane.ports import is_served
from tests.controlplane.shared import meeting_in, shared_control_plane
from tests.controlplane.waiting import until
from tests.supervise import ROOT, NotStartedError

USER = """
import sys
from pathlib import Path
from tests.controlplane.binaries import Binaries
from tests.controlplane.shared import shared_control_plane
with shared_control_plane(Path(sys.argv[1]), Binaries(Path(sys.argv[2]))) as cluster:
    print(cluster.url, flush=True)
    sys.stdin.read()
"""
BROKEN = """#!/bin/sh
echo attempt >>"$0.attempts"
echo 'no space left'
exit 4
"""


@contextmanager
def user(folder: Path, binaries: Binaries) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process that has joined, and the address it was given; it leaves when its input ends."""
    command = [sys.executable, "-c", USER, str(folder), str(binaries.folder)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()


def test_killed_users_leave_nothing_behind(tmp_path: Path, control_plane_binaries: Binaries) -> None:
    with (
        user(tmp_path, control_plane_binaries) as (first, url),
        user(tmp_path, control_plane_binaries) as (second, same),
    ):
        assert url == same
        first.send_signal(signal.SIGKILL)
        first.wait()
        with shared_control_plane(tmp_path, control_plane_binaries) as cluster:
            assert cluster.url == url
        assert is_served(url)
        second.send_signal(signal.SIGKILL)
    until(lambda: not is_served(url), "the servers' end")
    until(lambda: not meeting_in(tmp_path).running.exists(), "the supervisor's leave")


def test_whoever_comes_after_the_end_starts_another(tmp_path: Path, control_plane_binaries: Binaries) -> None:
    with shared_control_plane(tmp_path, control_plane_binaries) as first:
        assert is_served(first.url)
    until(lambda: not meeting_in(tmp_path).running.exists(), "the supervisor's leave")
    with shared_control_plane(tmp_path, control_plane_binaries) as second:
        assert is_served(second.url)
        assert second.folder != first.folder


def test_a_failed_start_is_tried_once_and_told_to_all(tmp_path: Path) -> None:
    for name in ("etcd", "kube-apiserver", "kube-controller-manager"):
        (tmp_path / name).write_text(BROKEN)
        (tmp_path / name).chmod(0o755)
    for _ in range(2):
        with (
            pytest.raises(NotStartedError, match=r"(?s)ended with 4\..*no space left"),
            shared_control_plane(tmp_path, Binaries(tmp_path)),
        ):
            pytest.fail("a broken control plane was joined")
    assert (tmp_path / "etcd.attempts").read_text() == "attempt\n"
