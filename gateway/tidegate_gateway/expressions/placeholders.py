"""`${user.…}` and `${tenant.…}` in the headers of an integration: claims of the caller and fields of the company.

Whatever a claim holds, a header stays one line: CR, LF and NUL become spaces (RFC 9110, section 5.5).
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tidegate_gateway.expressions.errors import PlaceholderError
from tidegate_gateway.expressions.jsonpath import compile_keys
from tidegate_gateway.expressions.text import as_text

Expand = Callable[[Mapping[str, Any], Mapping[str, Any]], str]

_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_NAME = re.compile(r"(user|tenant)((?:\.[^.\s${]+)+)")
_NOT_IN_HEADERS = re.compile(r"[\x00\r\n]")


def compile_header(text: str) -> Expand:
    """A header's value as a function of `user` and `tenant`; absent ones are empty. PlaceholderError with the place."""
    if line_break := _NOT_IN_HEADERS.search(text):
        raise PlaceholderError("Write the header on one line.", line_break.start())
    pieces: list[str | Callable[[Mapping[str, Any]], str]] = []
    position = 0
    for found in _PLACEHOLDER.finditer(text):
        pieces += [_literal(text[position : found.start()], position), _reader(found)]
        position = found.end()
    pieces.append(_literal(text[position:], position))

    def expand(user: Mapping[str, Any], tenant: Mapping[str, Any]) -> str:
        values = {"user": dict(user), "tenant": dict(tenant)}
        return header_text("".join(piece if isinstance(piece, str) else piece(values) for piece in pieces))

    return expand


def header_text(text: str) -> str:
    """A text that may stand in a header, wherever it comes from."""
    return _NOT_IN_HEADERS.sub(" ", text)


def _literal(text: str, position: int) -> str:
    start = text.find("${")
    if start >= 0:
        raise PlaceholderError("Close the placeholder with }.", position + start)
    return text


def _reader(found: re.Match[str]) -> Callable[[Mapping[str, Any]], str]:
    name = _NAME.fullmatch(found[1])
    if name is None:
        raise PlaceholderError("Write ${user.<claim>} or ${tenant.<field>}: there are no others here.", found.start())
    read = compile_keys(tuple(found[1].split(".")))
    return lambda values: as_text(read(values))
