"""Requests that the API server refused for one object: tried again, each time later, and nobody else's trouble."""

import time
from collections.abc import Collection

from tidegate_operator.store import Key

RETRY_SECONDS, RETRY_CAP_SECONDS = 1.0, 30.0


class Refusals:
    """Why, by object, and until when (monotonic) it is of no use to ask again."""

    def __init__(self, retry_seconds: float = RETRY_SECONDS) -> None:
        self.retry_seconds = retry_seconds
        self.problems: dict[Key, str] = {}
        self._until: dict[Key, float] = {}
        self._counts: dict[Key, int] = {}

    def note(self, key: Key, problem: str) -> float:
        """It was refused just now; gives the seconds until it is to be tried again."""
        count = self._counts[key] = self._counts.get(key, 0) + 1
        delay = min(self.retry_seconds * 2.0 ** min(count - 1, 10), RETRY_CAP_SECONDS)
        self.problems[key] = problem
        self._until[key] = time.monotonic() + delay
        return delay

    def is_fresh(self, key: Key) -> bool:
        """Whether asking again is of no use yet."""
        return time.monotonic() < self._until.get(key, 0)

    def due(self) -> set[Key]:
        """What is to be asked again by now."""
        return {key for key in self.problems if not self.is_fresh(key)}

    def granted(self, key: Key) -> None:
        """It was not refused this time."""
        self.keep_only(self.problems.keys() - {key})

    def keep_only(self, keys: Collection[Key]) -> set[Key]:
        """Forget all but these; gives those that are forgotten."""
        gone = self.problems.keys() - set(keys)
        for key in gone:
            del self.problems[key], self._until[key], self._counts[key]
        return gone
