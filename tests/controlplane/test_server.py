import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.controlplane.errors import StartError
from tests.controlplane.server import TETHER, Server
from tests.controlplane.waiting import until
from tests.supervise import ROOT

OWNER = """
import sys
from pathlib import Path
from tests.controlplane.server import Server
server = Server(["/bin/sh", "-c", "echo $$; exec sleep 600"], Path(sys.argv[1]))
server.start()
sys.stdin.read()
"""


def is_alive(pid: int) -> bool:
    """Whether a process runs, zombies aside."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def pid_in(log: Path) -> int | None:
    """The process id that a server wrote as its first line."""
    text = log.read_text() if log.exists() else ""
    return int(text) if text.endswith("\n") else None


def test_a_server_that_ends_by_itself_shows_its_log(tmp_path: Path) -> None:
    server = Server(["/bin/sh", "-c", "echo the port is taken; exit 3"], tmp_path)
    server.start()
    with pytest.raises(StartError, match=r"sh ended with 3\. The end of .*/sh\.log:\nthe port is taken"):
        until(lambda: server.check(), "its end")
    server.stop()


def test_a_stopped_server_is_gone_and_starts_again(tmp_path: Path) -> None:
    server = Server(["/bin/sh", "-c", "echo $$; exec sleep 600"], tmp_path)
    server.start()
    first = until(lambda: pid_in(server.log), "the first start")
    server.stop()
    assert not is_alive(first)
    server.start()
    until(lambda: len(server.log.read_text().splitlines()) == 2, "the second start")
    server.stop()


def test_a_paused_server_stands_still_and_can_be_stopped(tmp_path: Path) -> None:
    server = Server(["/bin/sh", "-c", "echo $$; while :; do echo x >>beats; sleep 0.01; done"], tmp_path)
    server.start()
    pid = until(lambda: pid_in(server.log), "the start")
    server.pause()
    until(lambda: "T (stopped)" in Path(f"/proc/{pid}/status").read_text(), "the pause")
    server.resume()
    until(lambda: "T (stopped)" not in Path(f"/proc/{pid}/status").read_text(), "the resumption")
    server.pause()
    server.stop()
    assert not is_alive(pid)


def test_a_server_dies_with_an_owner_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], cwd=ROOT, stdin=subprocess.PIPE) as owner:
        pid = until(lambda: pid_in(tmp_path / "sh.log"), "the start")
        assert is_alive(pid)
        owner.send_signal(signal.SIGKILL)
    until(lambda: not is_alive(pid), "the server's end")


def test_a_server_whose_owner_died_first_never_starts(tmp_path: Path) -> None:
    someone_else = str(os.getpid() + 1)
    command = [sys.executable, "-I", "-S", str(TETHER), someone_else, "/bin/touch", str(tmp_path / "started")]
    subprocess.run(command, check=True)
    assert not (tmp_path / "started").exists()
