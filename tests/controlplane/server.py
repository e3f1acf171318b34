"""One server as a child process: started, watched, paused, stopped; it never outlives the thread that started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.controlplane.errors import StartError

TETHER = Path(__file__).parent / "tether.py"
LOG_TAIL = 4_000


class Server:
    """A command that runs until it is stopped, with what it says in `<folder>/<its name>.log`."""

    def __init__(self, command: Sequence[str | Path], folder: Path) -> None:
        self.command = [str(part) for part in command]
        self.name = Path(self.command[0]).name
        self.log = folder / f"{self.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; whether it is ready is for the caller to ask."""
        tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid())]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*tether, *self.command],
                cwd=self.log.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def check(self) -> None:
        """Raise StartError with the end of its log if it has ended by itself."""
        if self._process is not None and self._process.poll() is not None:
            raise StartError(f"{self.name} ended with {self._process.returncode}. {self.said()}")

    def said(self) -> str:
        """The end of its log, for people."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return f"The end of {self.log}:\n{text[-LOG_TAIL:]}"

    def pause(self) -> None:
        """Freeze it: its connections stay open and silent."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on after a pause."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it at once, if it runs: nothing that a test started is worth a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
