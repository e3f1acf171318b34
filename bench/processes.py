"""Processes of a measurement, and the processor time they use (Linux: from /proc)."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.load import Measured
from bench.target import Target

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, CHILDREN_SYSTEM = 1, 11, 14  # places of fields behind the command in /proc/<pid>/stat


@asynccontextmanager
async def server(case: str, url: str) -> AsyncIterator[tuple[int, Target]]:
    """A server that runs: its process id and where it listens."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.servers", case, url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    try:
        if not (said := await process.stdout.readline()):
            raise SystemExit(f"The server of {case!r} did not start.")
        yield process.pid, Target(*json.loads(said))
    finally:
        process.terminate()
        await process.communicate()


async def load(target: Target, connections: int, seconds: float) -> Measured:
    """The load on a server, from a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.load", json.dumps(target), str(connections), str(seconds)),
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await process.communicate()
    return Measured(*json.loads(said))


def cpu_seconds(pid: int) -> float:
    """The processor time of a process and its children until now."""
    return sum(_used(stat) for number in _family(pid) if (stat := _stat(number)))


def _family(pid: int) -> list[int]:
    numbers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    return [pid, *(number for number in numbers if (stat := _stat(number)) and int(stat[PARENT]) == pid)]


def _stat(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def _used(stat: list[str]) -> float:
    return sum(map(int, stat[USER : CHILDREN_SYSTEM + 1])) / TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory that a process has had resident."""
    return _megabytes(pid, "VmHWM:")


def resident_megabytes(pid: int) -> float:
    """The memory that a process has resident."""
    return _megabytes(pid, "VmRSS:")


def _megabytes(pid: int, name: str) -> float:
    return int(Path(f"/proc/{pid}/status").read_text().partition(name)[2].split()[0]) / 1024
