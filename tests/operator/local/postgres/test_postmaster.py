import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tidegate_operator.local.postgres.postmaster import PidFile

DEAF = "import signal, sys; signal.signal(signal.SIGQUIT, signal.SIG_IGN); print('on', flush=True); signal.pause()"


@pytest.fixture
def pid_file(tmp_path: Path) -> PidFile:
    return PidFile(tmp_path)


@pytest.fixture
def deaf(tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A process that looks like this cluster's server and does not listen to SIGQUIT."""
    command = [sys.executable, "-c", DEAF, "postgres", "-D", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield process
        process.kill()


def write(pid_file: PidFile, pid: int, status: str = "ready   ") -> None:
    pid_file.path.write_text(f"{pid}\n{pid_file.cluster}\n1700000000\n5432\n/socket\n\n  1 2\n{status}\n")


def test_ready_is_what_the_file_says_of_this_process(pid_file: PidFile) -> None:
    assert not pid_file.is_ready(7)
    write(pid_file, 7, "starting")
    assert not pid_file.is_ready(7)
    write(pid_file, 7)
    assert pid_file.is_ready(7)
    assert not pid_file.is_ready(8)


def test_no_file_an_empty_one_and_a_dead_process_are_let_alone(pid_file: PidFile) -> None:
    pid_file.clear()
    pid_file.path.touch()
    pid_file.clear()
    assert pid_file.path.read_text() == ""
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    write(pid_file, ended.pid)
    pid_file.clear()
    assert pid_file.path.read_text().startswith(f"{ended.pid}\n")


def test_the_number_of_another_process_is_replaced_and_the_rest_is_kept(pid_file: PidFile) -> None:
    write(pid_file, os.getppid())
    pid_file.clear()
    lines = pid_file.path.read_text().splitlines()
    assert lines[0] == str(os.getpid())
    assert lines[6] == "  1 2"


def test_a_server_that_does_not_listen_is_killed(pid_file: PidFile, deaf: "subprocess.Popen[bytes]") -> None:
    write(pid_file, deaf.pid)
    pid_file.clear(seconds=0.2)
    assert deaf.wait(10) == -signal.SIGKILL
