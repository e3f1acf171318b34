"""JSON Patch documents (RFC 6902): parsed as a whole before anything is changed. What they do is `patching`'s."""

import re
from dataclasses import dataclass
from typing import Any

from tidegate_gateway.problems import Problem

MOST_OPERATIONS, MOST_TOKENS = 1000, 5000
FOREIGN_ESCAPE = re.compile("~(?![01])")
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
    if pointer.count("/") > MOST_TOKENS:
        raise Problem("invalid_patch", f"Operation {number} has a path of more than {MOST_TOKENS} steps.")
    if FOREIGN_ESCAPE.search(pointer):
        raise Problem("invalid_patch", f"Operation {number} has a path with a ~ that neither 0 nor 1 follows.")
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/"))
