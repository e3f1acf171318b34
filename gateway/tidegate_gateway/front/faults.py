"""What went wrong with stored data, as callers hear it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tidegate_gateway.data.errors import Unavailable, Unstorable, WriterFull
from tidegate_gateway.problems import Problem


def not_there() -> Problem:
    """There is no datum with the id."""
    return Problem("not_found", "There is no datum with this ID.")


@contextmanager
def data_problems() -> Iterator[None]:
    """Around whatever asks for stored data or changes them. Problem: `unavailable`, `unstorable_json`."""
    try:
        yield
    except (Unavailable, WriterFull):
        raise Problem("unavailable") from None
    except Unstorable:
        raise Problem("unstorable_json") from None
