"""What a JSON Patch makes of a value, as `exact` reads it: all of its operations, or none.

It is our own because libraries hold 1 and true for equal, and 1.10 for a double.
"""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

from tidegate_gateway.front.json_patch import Operation, Tokens
from tidegate_gateway.problems import Problem

MOST_COPIED = 2_000_000
INDEX = re.compile("0|[1-9][0-9]{0,8}")
TOO_LARGE = "The datum would become larger than the gateway takes."
TOO_DEEP = "The datum would be nested deeper than can be stored."


class CopyBudget:
    """What all copies may come to. Each copy of the whole doubles it, and thirty of them are more than memory holds."""

    def __init__(self, most_bytes: int) -> None:
        self._values, self._bytes = MOST_COPIED, most_bytes

    def spend(self, value: Any) -> None:
        """Problem: `too_large`."""
        pending = [value]
        while pending:
            one = pending.pop()
            if isinstance(one, dict):
                pending.extend(one)
                pending.extend(one.values())
            elif isinstance(one, list):
                pending.extend(one)
            self._values -= 1
            self._bytes -= len(one) if isinstance(one, str) else 1
            if self._bytes < 0 or len(pending) > self._values:
                raise Problem("too_large", TOO_LARGE)


def patched(target: Any, operations: list[Operation], most_bytes: int) -> Any:
    """What operations make of a value, which stays as it is.

    Problem: `patch_conflict`; `too_large` and `unstorable_json` for what would come of it.
    """
    holder, budget = {"": copy.deepcopy(target)}, CopyBudget(most_bytes)
    for number, one in enumerate(operations):
        try:
            if one.op == "copy":
                budget.spend(_find(holder, one.source))
            _APPLY[one.op](holder, one)
        except LookupError:
            raise Problem("patch_conflict", f"Operation {number} does not go with the stored datum.") from None
        except RecursionError:
            raise Problem("unstorable_json", TOO_DEEP) from None
    return holder[""]


def _find(holder: Any, tokens: Tokens) -> Any:
    for token in tokens:
        holder = holder[_key(holder, token)]
    return holder


def _key(holder: Any, token: str) -> Any:
    """The key of a token in a container. LookupError: there is none."""
    if isinstance(holder, dict):
        return token
    if not isinstance(holder, list):
        raise LookupError
    if not INDEX.fullmatch(token):
        raise LookupError
    return int(token)


def _add(holder: Any, one: Operation) -> None:
    _put(holder, one.path, copy.deepcopy(one.value))  # operations may be applied to other documents too


def _put(holder: Any, path: Tokens, value: Any) -> None:
    *way, last = path
    place = _find(holder, tuple(way))
    if not isinstance(place, list):
        place[_key(place, last)] = value
        return
    index = len(place) if last == "-" else _key(place, last)
    if index > len(place):
        raise LookupError
    place.insert(index, value)


def _remove(holder: Any, one: Operation) -> None:
    _take(holder, one.path)


def _take(holder: Any, path: Tokens) -> Any:
    *way, last = path
    place = _find(holder, tuple(way))
    value = place.pop(_key(place, last))
    if not way:
        holder[""] = None  # the whole document: null is what is left of it
    return value


def _replace(holder: Any, one: Operation) -> None:
    *way, last = one.path
    place = _find(holder, tuple(way))
    key = _key(place, last)
    _find(place, (last,))
    place[key] = copy.deepcopy(one.value)


def _move(holder: Any, one: Operation) -> None:
    if one.source == one.path:
        _find(holder, one.path)
    else:
        _put(holder, one.path, _take(holder, one.source))


def _copy(holder: Any, one: Operation) -> None:
    _put(holder, one.path, copy.deepcopy(_find(holder, one.source)))


def _test(holder: Any, one: Operation) -> None:
    if not same(_find(holder, one.path), one.value):
        raise LookupError


def same(one: Any, other: Any) -> bool:
    """Equality of JSON: numbers by value, and no number is a boolean."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


_APPLY: Mapping[str, Callable[[Any, Operation], None]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}
