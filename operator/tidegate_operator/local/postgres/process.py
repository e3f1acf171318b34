"""One PostgreSQL program as a child process: under the right user, in a session of its own, ending when we do."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

from tidegate_operator.local.ownership import open_own
from tidegate_operator.local.postgres.data_folder import Place

TETHER = Path(__file__).with_name("tether.py")
LOG_LINES = 10

Process = subprocess.Popen[bytes]


def spawn(command: list[str], place: Place) -> Process:
    """Start a command; what it says is the place's log from now on."""
    uid, gid = (place.owner.uid, place.owner.gid) if place.owner else (-1, -1)
    tether = [sys.executable, "-I", "-S", str(TETHER), str(os.getpid()), str(uid), str(gid)]
    with os.fdopen(open_own(place.log, os.O_WRONLY | os.O_CREAT), "wb") as log:
        log.truncate()
        return subprocess.Popen(
            [*tether, *command],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


async def returncode(process: Process) -> int:
    """What the process ends with, once it does."""
    return await asyncio.to_thread(process.wait)


async def ended(process: Process, number: signal.Signals, seconds: float) -> bool:
    """Send a signal, and say whether the process ended in time."""
    process.send_signal(number)
    try:
        await asyncio.to_thread(process.wait, seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def said(place: Place) -> str:
    """The end of the log, for people."""
    lines = place.log.read_text(errors="replace").strip().splitlines()
    return f"the end of {place.log}:\n" + "\n".join(lines[-LOG_LINES:])
