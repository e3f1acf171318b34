"""Waiting until a burst of changes is over. It must never wait for ever: `cap` bounds it."""

import asyncio


class HoldOff:
    """Opens after a quiet time without touches, at the latest `cap` seconds after the first one."""

    def __init__(self, quiet_seconds: float, cap_seconds: float) -> None:
        self._quiet, self._cap = quiet_seconds, cap_seconds
        self._first = self._last = 0.0
        self._touched = asyncio.Event()

    def touch(self) -> None:
        """Something has changed."""
        self._last = asyncio.get_running_loop().time()
        if not self._touched.is_set():
            self._first = self._last
            self._touched.set()

    async def settled(self) -> None:
        """Return once something has changed and the burst of it is over."""
        await self._touched.wait()
        now = asyncio.get_running_loop().time
        while (delay := min(self._last + self._quiet, self._first + self._cap) - now()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(delay)
        self._touched.clear()
