"""Replaces what must never be stored. Where it can't tell whether something has to go, nothing is stored at all."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tidegate_gateway.expressions.errors import EvaluationError
from tidegate_gateway.expressions.jsonpath import Location, compile_locations
from tidegate_gateway.front.exact import read_exact, write_exact
from tidegate_gateway.front.storable import Body
from tidegate_gateway.problems import Problem

REDACTED = "[redacted]"
COMPILED = 4096


class Redactor:
    """The JSONPaths of one endpoint."""

    def __init__(self, paths: Iterable[str]) -> None:
        """PathError: a path does not compile."""
        self._finds = tuple(map(compile_locations, paths))

    def text(self, body: Body) -> bytes:
        """The text without what the paths meet; else the same to the byte. Problem: `unstorable_json`."""
        try:
            locations = [location for find in self._finds for location in find(body.document)]
        except EvaluationError as error:
            raise Problem("unstorable_json", f"The body can't be searched for what must go: {error.message}") from None
        if not locations:
            return body.text
        document = read_exact(body.text)
        for location in locations:
            document = _without(document, location)
        return write_exact(document)


@lru_cache(COMPILED)
def redactor(paths: tuple[str, ...]) -> Redactor:
    """Endpoints with the same paths share one."""
    return Redactor(paths)


def _without(document: Any, location: Location) -> Any:
    """The document, changed in place; what lies in something that has gone has gone with it."""
    if not location:
        return REDACTED
    *way, last = location
    holder: Any = document
    for key in way:
        holder = holder[key] if _is_entered(holder) else None
    if _is_entered(holder):
        holder[last] = REDACTED
    return document


def _is_entered(value: Any) -> bool:
    return isinstance(value, dict | list)
