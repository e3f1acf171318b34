"""How much work may be done together, where somebody bounds it: whoever tries an endpoint out has others waiting.

A gateway that serves bounds each evaluation by itself; here nothing is bounded unless `allowed` says so.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Left(threading.local):
    steps: int | None = None


_LEFT = _Left()


@contextmanager
def allowed(steps: int) -> Iterator[None]:
    """Bounds all that is evaluated in this block and thread. A step is a value that a path looks at."""
    _LEFT.steps = steps
    try:
        yield
    finally:
        _LEFT.steps = None


def most(steps: int) -> int:
    """So many steps, or what is left if that is less."""
    return steps if _LEFT.steps is None else min(steps, _LEFT.steps)


def take(steps: int) -> None:
    """Steps that were taken, or are about to be."""
    if _LEFT.steps is not None:
        _LEFT.steps -= steps


def exhausted() -> bool:
    """Whether nothing is left of what is allowed."""
    return _LEFT.steps is not None and _LEFT.steps <= 0
