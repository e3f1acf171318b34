"""What every process of ours does with itself: how it collects garbage, and how it is told to end."""

import asyncio
import gc
import signal
from collections.abc import Iterable

GC_THRESHOLDS = (100_000, 50, 1000)  # a full collection among 10,000 endpoints keeps everybody waiting, for nothing


def tune_gc() -> None:
    """Collect as a process should that holds very many objects for long."""
    gc.set_threshold(*GC_THRESHOLDS)


async def told_to_end(signals: Iterable[signal.Signals]) -> None:
    """Returns at the first of these signals; the next one ends the process as if nobody listened."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    numbers = list(signals)
    for number in numbers:
        loop.add_signal_handler(number, told.set)
    await told.wait()
    for number in numbers:
        loop.remove_signal_handler(number)
        signal.signal(number, signal.SIG_DFL)
