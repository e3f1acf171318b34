"""Waiting for a condition with a deadline, which is how tests wait for anything."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

import pytest

T = TypeVar("T")
PAUSE_SECONDS = 0.02


@overload
async def eventually(probe: Callable[[], Awaitable[T | None]], *, within: float = ...) -> T: ...
@overload
async def eventually(probe: Callable[[], T | None], *, within: float = ...) -> T: ...
async def eventually(probe: Callable[[], object], *, within: float = 10.0) -> object:
    """The first truthy value of a function or coroutine function; the test fails, showing the last, when time is up."""
    deadline = time.monotonic() + within
    while True:
        last: object
        try:
            last = await found if inspect.isawaitable(found := probe()) else found
            if last:
                return last
        except Exception as error:  # noqa: BLE001 - whatever a probe raises may pass
            last = error
        if time.monotonic() > deadline:
            pytest.fail(f"It did not come true within {within:g} s; the last answer was {last!r}.")
        await asyncio.sleep(PAUSE_SECONDS)
