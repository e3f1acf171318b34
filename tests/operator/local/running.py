"""`tidegate up` as a person runs it: a process of its own, its terminal's lines, and requests to what it serves."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import eventually

TIDEGATE = str(Path(sys.executable).with_name("tidegate"))
START_SECONDS = 60.0


class Up:
    """A running `tidegate up`. `out` and `err` are what it has printed so far."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: Path, err: Path) -> None:
        self.process = process
        self._out, self._err = out, err

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()

    @property
    def url(self) -> str:
        """Where it serves."""
        found = re.search(r" at (http://\S+)", self.out)
        assert found, f"it has printed no URL: {self.out}{self.err}"
        return found[1]

    @property
    def curl(self) -> str:
        """The line to be pasted."""
        return next(line for line in self.out.splitlines() if line.startswith("curl "))

    async def says(self, text: str, within: float = START_SECONDS) -> str:
        """Wait until it has printed a text on standard output."""

        def said() -> str | None:
            if self.process.poll() is not None:
                pytest.fail(f"It ended with {self.process.returncode}: {self.err}")
            return self.out if text in self.out else None

        return await eventually(said, within=within)

    async def request(self, method: str, path: str, body: object = None, token: str | None = None) -> tuple[int, Any]:
        """Status and parsed body of a request to an endpoint, by the address."""
        return await asyncio.to_thread(self._request, method, f"{self.url}/api/endpoint/{path}", body, token)

    def _request(self, method: str, url: str, body: object, token: str | None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    async def end(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and wait for the end."""
        self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, 30)


@asynccontextmanager
async def up(
    folder: Path, data: Path, *options: str, logs: Path, before: Sequence[str] = (), **environ: str
) -> AsyncIterator[Up]:
    """Run it on a free port. What it prints is in `logs`; the process is gone afterwards, however it went."""
    command = [*before, TIDEGATE, "up", str(folder), "--data", str(data), "--listen", "127.0.0.1:0", *options]
    given = {name: value for name, value in os.environ.items() if not name.startswith("TIDEGATE_")}
    given["TIDEGATE_ADMIN_LISTEN"] = "127.0.0.1:0"
    out, err = logs / "out.txt", logs / "err.txt"
    with out.open("wb") as out_file, err.open("wb") as err_file:
        process = subprocess.Popen(command, env=given | environ, stdout=out_file, stderr=err_file)
    try:
        yield Up(process, out, err)
    finally:
        process.kill()
        await asyncio.to_thread(process.wait)
