"""Values on their way into CEL and out of it, with a bound on how many and how long they are.

`Value.value()` and `.plain_value()` of a null take a reference of `None` away that they never had (cel-expr-python
0.1.3): before Python 3.12 a process dies of it after some thousands. They must never be called on a null.
"""

import math
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from cel_expr_python import cel

from tidegate_gateway.expressions.errors import EvaluationError

MAX_VALUES = 150_000
"""About a second of conversion."""
MAX_TEXT = 16 * 1024 * 1024

_NULL = cel.Type.NULL


def longest(values: Any) -> tuple[int, int]:
    """The members of the longest list or object, and the length of the longest text, in JSON values."""
    pending, members, letters = [values], 0, 0
    while pending:
        value = pending.pop()
        if isinstance(value, (list, dict)):
            members = max(members, len(value))
            pending.extend(value.values() if isinstance(value, dict) else value)
        elif isinstance(value, str):
            letters = max(letters, len(value))
    return members, letters


class Reader:
    """Makes JSON values of CEL values, within one budget."""

    def __init__(self) -> None:
        self._values = MAX_VALUES
        self._text = MAX_TEXT

    def read(self, value: cel.Value) -> Any:
        """A timestamp and a duration become text as in protobuf's JSON, bytes Base64. Raises EvaluationError."""
        self._spend(1, 0)
        if value.type() == _NULL:
            return None
        plain = value.value()
        kind = type(plain)
        if kind is str:
            self._spend(0, len(plain))
            return plain
        if kind is list:
            return [self.read(element) for element in plain]
        if kind is dict:
            return {self._key(key): self.read(member) for key, member in plain.items()}
        return plain if kind is int or kind is bool else self._converted(plain)

    def _spend(self, values: int, text: int) -> None:
        self._values -= values
        self._text -= text
        if self._values < 0 or self._text < 0:
            raise EvaluationError("The expression makes too much: let it make fewer or shorter values.")

    def _key(self, key: Any) -> str:
        if not isinstance(key, str):
            raise EvaluationError(
                "The expression makes an object with a key that is no text: write string(...) around it."
            )
        self._spend(0, len(key))
        return key

    def _converted(self, plain: Any) -> Any:
        match plain:
            case float() if math.isfinite(plain):
                return plain
            case bytearray():
                self._spend(0, len(plain))
                return b64encode(plain).decode()
            case datetime():
                return _timestamp(plain)
            case timedelta():
                return _duration(plain)
        raise EvaluationError("The expression makes a value that JSON does not have: convert it first.")


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _duration(length: timedelta) -> str:
    seconds = f"{length.total_seconds():.6f}".rstrip("0").rstrip(".")
    return f"{seconds}s"
