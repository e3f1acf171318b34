"""Work that takes long is done in a thread, so that others have their turn meanwhile."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import TypeVar

from tidegate_gateway.expressions import allowance
from tidegate_gateway.problems import Problem

LARGE = 128 * 1024
FEW_STEPS = 5_000  # a hundredth of a second of jsonpath-ng
MOST_STEPS, BYTES_A_STEP = 1_000_000, 8  # for a whole request; the larger the body, the more there may be
at_once: ContextVar[bool] = ContextVar("at_once", default=False)
"""Set where nobody else waits for a turn, and there may be no threads."""
T = TypeVar("T")
_THREADS = ThreadPoolExecutor(2, "unhurried")  # of its own: what others do in threads does not wait behind bodies


async def unhurried(size: int, work: Callable[[], T]) -> T:
    """The result of work on so many bytes."""
    return work() if size < LARGE or at_once.get() else await _in_thread(work)


async def within_bounds(size: int, work: Callable[[], T]) -> T:
    """The same for work that goes along paths, whose steps in a document are bounded together.

    They are more than anybody can tell before: what takes more than a few is begun anew in a thread.
    """
    if at_once.get():
        return work()
    if size < LARGE and (done := _attempted(work)):
        return done[0]
    return await _in_thread(lambda: _bounded(MOST_STEPS + size // BYTES_A_STEP, work))


def _attempted(work: Callable[[], T]) -> tuple[T] | None:
    """What came of it; None: it takes more steps than a few."""
    with allowance.allowed(FEW_STEPS):
        try:
            return (work(),)
        except Problem:
            if allowance.exhausted():
                return None
            raise


def _bounded(steps: int, work: Callable[[], T]) -> T:
    with allowance.allowed(steps):
        return work()


async def _in_thread(work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)
