"""Field paths as people read them, and back to their parts. They must round-trip whatever keys a map has."""

import json
import re
from collections.abc import Iterable

Part = str | int

_PLAIN = re.compile(r"[^.\[\]\s\"]+")
_TOKEN = re.compile(r'\.?([^.\[\]\s"]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


def join(parts: Iterable[Part]) -> str:
    """`("spec", "steps", 0, "a.b")` becomes `spec.steps[0]["a.b"]`."""
    return "".join(map(_render, parts)).removeprefix(".")


def split(path: str) -> tuple[Part, ...]:
    """The parts of a path made by `join`; ValueError for any other text."""
    parts: list[Part] = []
    position = 0
    while position < len(path):
        token = _TOKEN.match(path, position)
        if token is None:
            raise ValueError(f"not a field path: {path!r}")
        parts.append(_part(*token.groups()))
        position = token.end()
    return tuple(parts)


def _render(part: Part) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if _PLAIN.fullmatch(part) else f"[{json.dumps(part, ensure_ascii=False)}]"


def _part(plain: str | None, index: str | None, quoted: str | None) -> Part:
    if plain is not None:
        return plain
    return int(index) if index is not None else str(json.loads(quoted or '""'))
