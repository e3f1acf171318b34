"""A real Chromium without a window, told what to do over its DevTools protocol. It fetches nothing of its own."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.waiting import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-port=0"),
)
MISSING = "There is no Chromium: install it (Debian: apt-get install chromium), or name it in CHROMIUM."
SECONDS = 30


def executable() -> str:
    """Where it is; the test fails if it is nowhere."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    return found or pytest.fail(MISSING)


class Tab:
    """One page of the browser. `requested` and `said` are what it has asked for and complained of."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._numbers = socket, count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._loaded = asyncio.Event()
        self.requested: list[str] = []
        self.said: list[str] = []

    async def listen(self) -> None:
        """Takes what the browser says, until it ends."""
        async for message in self._socket:
            told = message.json()
            if waiting := self._waiting.pop(told.get("id"), None):
                waiting.set_result(told)
            self._note(told.get("method", ""), told.get("params", {}))

    async def call(self, method: str, **given: Any) -> Any:
        """The result of a method of the protocol."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": given})
        told = await asyncio.wait_for(answer, SECONDS)
        assert "error" not in told, told
        return told["result"]

    async def look_at(self, url: str, *, width: int, dark: bool) -> None:
        """Loads a page, in a window of a width, by day or by night."""
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.call("Emulation.setDeviceMetricsOverride", **size)
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), SECONDS)

    async def value(self, script: str) -> Any:
        """What a script of the test comes to; the page's own policy does not hold for it."""
        told = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def _note(self, method: str, told: dict[str, Any]) -> None:
        if method == "Page.loadEventFired":
            self._loaded.set()
        elif method == "Network.requestWillBeSent":
            self.requested.append(told["request"]["url"])
        elif method == "Log.entryAdded":
            self.said.append(told["entry"]["text"])


@asynccontextmanager
async def opened(profile: Path) -> AsyncIterator[Tab]:
    """A tab of a browser of its own; `profile` is an empty folder."""
    nowhere = asyncio.subprocess.DEVNULL
    command = (executable(), *FLAGS, f"--user-data-dir={profile}", "about:blank")
    process = await asyncio.create_subprocess_exec(*command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    try:
        port = (await eventually((profile / "DevToolsActivePort").read_text, within=SECONDS)).split()[0]
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                (page,) = [one for one in await answer.json() if one["type"] == "page"]
            async with session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                tab = Tab(socket)
                listening = asyncio.create_task(tab.listen())
                for domain in ("Page", "Network", "Log"):
                    await tab.call(f"{domain}.enable")
                yield tab
        await listening
    finally:
        process.terminate()
        await process.wait()
