"""How much work may be done together: all rows and pairs of a request, all examples of an endpoint.

Each evaluation is bounded by itself; here nothing is bounded unless `allowed` says so.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Left(threading.local):
    steps: int | None = None


_LEFT = _Left()


@contextmanager
def allowed(steps: int) -> Iterator[None]:
    """Bounds all that is evaluated in this block and thread, within an outer block's bound too.

    A step is a value that a path looks at.
    """
    outer, given = _LEFT.steps, most(steps)
    _LEFT.steps = given
    try:
        yield
    finally:
        _LEFT.steps = None if outer is None else outer - (given - _LEFT.steps)


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
