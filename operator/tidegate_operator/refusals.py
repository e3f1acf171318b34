"""Requests that the API server refused for one resource: not tried again at once, and told in its status."""

import time
from collections.abc import Collection

from tidegate_operator.store import Key

RETRY_SECONDS = 30.0


class Refusals:
    """Why, by resource, and until when (monotonic) it is of no use to ask again."""

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self.retry_seconds = retry_seconds
        self.problems: dict[Key, str] = {}
        self._until: dict[Key, float] = {}

    def note(self, key: Key, problem: str) -> None:
        """It was refused just now."""
        self.problems[key] = problem
        self._until[key] = time.monotonic() + self.retry_seconds

    def is_fresh(self, key: Key) -> bool:
        """Whether asking again is of no use yet."""
        return time.monotonic() < self._until.get(key, 0)

    def keep_only(self, keys: Collection[Key]) -> set[Key]:
        """Forget all but these; gives those that are forgotten."""
        gone = self.problems.keys() - set(keys)
        for key in gone:
            del self.problems[key], self._until[key]
        return gone
