"""How much work may be done together, where somebody bounds it: whoever tries an endpoint out has others waiting.

A gateway that serves bounds each evaluation by itself; here nothing is bounded unless `allowed` says so.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tidegate_gateway.expressions.errors import EvaluationError

TOO_MUCH = "This takes too much work: make bodies smaller, or paths plainer."


class _Left(threading.local):
    steps: int | None = None


_LEFT = _Left()


@contextmanager
def allowed(steps: int) -> Iterator[None]:
    """Bounds all that is evaluated in this block, in this thread. A step is a value that a path looks at."""
    _LEFT.steps = steps
    try:
        yield
    finally:
        _LEFT.steps = None


def exhausted() -> bool:
    """Whether nothing is left of what is allowed."""
    return _LEFT.steps is not None and _LEFT.steps <= 0


def most(steps: int) -> int:
    """So many steps, or what is left if that is less."""
    return steps if _LEFT.steps is None else min(steps, _LEFT.steps)


def spend(steps: int) -> None:
    """Steps that were taken, or are about to be. EvaluationError: nothing is left."""
    if _LEFT.steps is None:
        return
    _LEFT.steps -= steps
    if _LEFT.steps <= 0:
        raise EvaluationError(TOO_MUCH)
