"""JSON Patch (RFC 6902) on values as `exact` reads them. A document is parsed as a whole before anything is changed.

It is our own because libraries hold 1 and true for equal, and 1.10 for a double.
"""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate_gateway.problems import Problem

MOST_OPERATIONS = 1000
INDEX = re.compile("0|[1-9][0-9]{0,8}")
NEEDS = {
    "add": ("value",),
    "remove": (),
    "replace": ("value",),
    "move": ("from",),
    "copy": ("from",),
    "test": ("value",),
}
Tokens = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One step. `source` is what `move` and `copy` take from."""

    op: str
    path: Tokens
    value: Any = None
    source: Tokens = ()


def parse_patch(document: Any) -> list[Operation]:
    """The operations of a patch document. Problem: `invalid_patch`."""
    if not isinstance(document, list):
        raise Problem("invalid_patch", "A JSON Patch is an array of operations.")
    if len(document) > MOST_OPERATIONS:
        raise Problem("invalid_patch", f"A JSON Patch has {MOST_OPERATIONS} operations at most.")
    return [_parse(one, number) for number, one in enumerate(document)]


def patched(target: Any, operations: list[Operation]) -> Any:
    """What operations make of a value, which stays as it is. Problem: `patch_conflict`."""
    holder = {"": copy.deepcopy(target)}
    for number, one in enumerate(operations):
        try:
            _APPLY[one.op](holder, one)
        except LookupError:
            raise Problem("patch_conflict", f"Operation {number} does not go with the stored datum.") from None
    return holder[""]


def _parse(one: Any, number: int) -> Operation:
    op = one.get("op") if isinstance(one, dict) else None
    if not isinstance(op, str) or op not in NEEDS:
        raise Problem("invalid_patch", f"Operation {number} must have an op: {', '.join(NEEDS)}.")
    for name in ("path", *NEEDS[op]):
        if name not in one:
            raise Problem("invalid_patch", f"Operation {number} must have a {name}.")
    source = _tokens(one["from"], number) if "from" in NEEDS[op] else ()
    path = _tokens(one["path"], number)
    if op == "move" and path[: len(source)] == source and path != source:
        raise Problem("invalid_patch", f"Operation {number} can't move a value into itself.")
    return Operation(op, path, one.get("value"), source)


def _tokens(pointer: Any, number: int) -> Tokens:
    """A JSON Pointer (RFC 6901), in front of it the name under which the whole document is held."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise Problem("invalid_patch", f"Operation {number} has a path that is no JSON Pointer: it begins with /.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/"))


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
    _put(holder, one.path, one.value)


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
    place[key] = one.value


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
