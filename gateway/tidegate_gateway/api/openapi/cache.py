"""Answers that were made once, up to so many bytes of them; what was asked for least recently is forgotten first."""

from collections import OrderedDict
from collections.abc import Hashable

from tidegate_gateway.asgi import Answer


class Cache:
    """`most_bytes` of bodies; one answer has a quarter of that at most, or is not kept."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()

    def get(self, key: Hashable) -> Answer | None:
        """The answer that was kept under a key."""
        found = self._answers.get(key)
        if found:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: Hashable, answer: Answer) -> None:
        """Keeps an answer under a key that nothing is kept under yet."""
        if len(answer.body) * 4 > self._most_bytes or key in self._answers:
            return
        self._answers[key] = answer
        self._bytes += len(answer.body)
        while self._bytes > self._most_bytes:
            _, forgotten = self._answers.popitem(last=False)
            self._bytes -= len(forgotten.body)
