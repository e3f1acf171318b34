"""Waiting for a condition with a deadline, which is how these tests wait for anything."""

import time
from collections.abc import Callable
from typing import TypeVar

from tests.controlplane.errors import DeadlineError

T = TypeVar("T")


def until(condition: Callable[[], T | None], what: str, *, seconds: float = 30.0, every: float = 0.05) -> T:
    """The first truthy value of a condition; DeadlineError, naming `what`, when the deadline passes first."""
    deadline = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise DeadlineError(what, seconds)
        time.sleep(every)
