"""Real processes of Tidegate in tests: started as a person starts them, watched by their log, stopped or killed."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

PROGRAM = Path(sys.executable).with_name("tidegate")
END_SECONDS = 40.0


class Process:
    """`tidegate <arguments>` with its output in `log`; it ends with the test."""

    def __init__(self, *arguments: str, env: Mapping[str, str], log: Path) -> None:
        self._arguments, self._env, self.log = arguments, env, log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def running(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the process, which must have been started."""
        assert self._process is not None
        return self._process.pid

    @property
    def output(self) -> str:
        """All that it has printed so far, of earlier starts too."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    async def start(self) -> None:
        """Start it (again); its environment is ours without `TIDEGATE_*`, and `env`."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("TIDEGATE_", "KUBECONFIG"))}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                str(PROGRAM), *self._arguments, env=own | dict(self._env), stdout=log, stderr=log
            )

    async def ended(self, within: float = END_SECONDS) -> int:
        """The exit code, once it has ended."""
        assert self._process is not None
        async with asyncio.timeout(within):
            return await self._process.wait()

    async def stop(self, within: float = END_SECONDS) -> int:
        """SIGTERM; gives the exit code."""
        self.signal(signal.SIGTERM)
        return await self.ended(within)

    async def kill(self) -> None:
        """SIGKILL."""
        self.signal(signal.SIGKILL)
        await self.ended()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, if it runs."""
        if self._process is not None and self.running:
            self._process.send_signal(number)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.running:
            await self.kill()
        if error is not None and not isinstance(error, pytest.skip.Exception):
            sys.stderr.write(f"--- {' '.join(self._arguments)}\n{self.output[-8000:]}\n")


class Restarting:
    """A process that is started again whenever it ends, as a Deployment does."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.starts = 0

    async def run(self) -> None:
        """For ever."""
        while True:
            self.starts += 1
            await self.process.start()
            await self.process.ended(within=3600)


@asynccontextmanager
async def restarting(process: Process) -> AsyncIterator[Restarting]:
    """Keep a process running until the end of the block."""
    async with AsyncExitStack() as stack:
        keeper = Restarting(process)
        task = asyncio.create_task(keeper.run())
        stack.push_async_callback(_end, task, process)
        yield keeper


async def _end(task: "asyncio.Task[None]", process: Process) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    if process.running:
        await process.kill()
