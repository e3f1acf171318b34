"""From the text of a JSONPath to jsonpath-ng's tree, with every refusal a sentence of ours and its place.

jsonpath-ng takes more than RFC 9535: arithmetic, sorting, functions in backquotes, bare words, regular expressions.
All of that is refused while its tokens pass by, so that none of it is ever evaluated.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Protocol

from jsonpath_ng.exceptions import JsonPathLexerError, JsonPathParserError
from jsonpath_ng.ext.parser import ExtendedJsonPathLexer, ExtendedJsonPathParser
from jsonpath_ng.jsonpath import JSONPath

from tidegate_gateway.expressions.errors import PathError
from tidegate_gateway.expressions.text import shown

MAX_LENGTH = 2048

_START = "Begin the path with $, as in $.customer.id."
_PLACE = "Use $ and @ at the beginning of a path only."
_FUNCTION = "Remove the function: a path has none, calculate in a transform step instead."
_REGEX = "Remove the regular expression (=~): a filter compares with ==, !=, <, <=, > and >= only."
_CALCULATION = "Remove the operator: a path neither calculates nor sorts, do that in a transform step."
_OPERATOR = "Combine conditions with && and || inside a filter: a path has no other operators."
_BRACKET = "Remove the round bracket: it groups conditions in a filter only."
_CONDITION = "Begin the condition with @ or $, as in [?(@.qty > 15)]."
_QUOTES = "Put the text that is compared in quotes, as in [?(@.state == 'open')]."
_ESCAPE = "Write the character itself: only a quote or a backslash follows a backslash."
_ONE_LINE = "Write the path on one line, without control characters."
_OPEN_TEXT = "Close the quoted text: its last quote is missing."
_END = "Finish the path: something is missing at its end."

_OPENERS = {"?", "(", "!", "AND", "OR"}
_CONDITION_STARTS = {"$", "@", "(", "!"}
_BEFORE_WILDCARD = {".", "DOUBLEDOT", "["}
_REFUSED = {
    "NAMED_OPERATOR": _FUNCTION,
    **dict.fromkeys(("|", "&", "~"), _OPERATOR),
    **dict.fromkeys(("+", "-", "/", "SORT_DIRECTION"), _CALCULATION),
}
_FOREIGN_ESCAPE = re.compile(r"""\\[^'"\\]""")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class Token(Protocol):
    """What is read of a token of jsonpath-ng; `lexpos` of a quoted text is that of its last quote."""

    type: str
    value: Any
    lexpos: int


def parse_path(text: str) -> JSONPath:
    """jsonpath-ng's tree of a path that begins with `$`. Raises PathError."""
    _screen_text(text)
    seen: list[Token] = []
    try:
        return _parser().parse_token_stream(_screened(text, seen))
    except JsonPathLexerError as error:
        raise _lexer_mistake(text, str(error)) from None
    except JsonPathParserError:
        raise _parser_mistake(text, seen) from None


@cache
def _parser() -> ExtendedJsonPathParser:
    return ExtendedJsonPathParser()


def _screen_text(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise PathError(f"Shorten the path: it has more than {MAX_LENGTH} characters.", MAX_LENGTH)
    for pattern, sentence in ((_CONTROL, _ONE_LINE), (_FOREIGN_ESCAPE, _ESCAPE)):
        if found := pattern.search(text):
            raise PathError(sentence, found.start())
    if not text:
        raise PathError(_START, 0)


def _screened(text: str, seen: list[Token]) -> Iterator[Any]:
    """The tokens on their way to the parser, remembered in `seen`; one of a refused kind ends the journey."""
    for token in ExtendedJsonPathLexer().tokenize(text):
        if refusal := _function(text, token) or _refusal(seen[-1] if seen else None, token):
            raise PathError(refusal, _start(token))
        seen.append(token)
        yield token
    seen.append(_Ended())


class _Ended:
    type, value, lexpos = "END", "", 0


def _function(text: str, token: Token) -> str | None:
    called = token.type == "ID" and not _quoted(token) and text[token.lexpos + len(token.value) :].startswith("(")
    return _FUNCTION if called else None


def _refusal(before: Token | None, token: Token) -> str | None:
    """The sentence that refuses a token behind the one before it, or None."""
    kind, earlier = token.type, before.type if before else ""
    if not earlier:
        return None if kind == "$" else _START
    if kind in ("WHERE", "WHERENOT"):
        return f"Write ['{token.value}'] for this name: without brackets the word means something else."
    if kind == "*" and earlier not in _BEFORE_WILDCARD:
        return _CALCULATION
    if kind == "(" and earlier not in _OPENERS:
        return _BRACKET
    return _REFUSED.get(kind) or _refused_in_filter(kind, earlier, token)


def _refused_in_filter(kind: str, earlier: str, token: Token) -> str | None:
    if kind == "FILTER_OP" and token.value == "=~":
        return _REGEX
    if earlier in _OPENERS:
        return None if kind in _CONDITION_STARTS else _CONDITION
    if earlier == "FILTER_OP":
        return _QUOTES if kind == "ID" and not _quoted(token) else None
    return _PLACE if kind in ("$", "@") else None


def _lexer_mistake(text: str, reason: str) -> PathError:
    column = re.search(r"col (\d+)", reason)
    if column is None:
        return PathError(_OPEN_TEXT, len(text))
    position = min(int(column[1]), len(text) - 1)
    wrong = shown(text[position])
    return PathError(f"Put the name with {wrong} in brackets and quotes, as in $['name'].", position)


def _parser_mistake(text: str, seen: list[Token]) -> PathError:
    last = seen[-1]
    if last.type == "END":
        return PathError(_END, len(text))
    return PathError(f"Correct the path from {shown(str(last.value))} on: it does not parse there.", _start(last))


def _start(token: Token) -> int:
    """Where a token begins."""
    return max(0, token.lexpos - len(token.value) - 1) if _quoted(token) else token.lexpos


def _quoted(token: Token) -> bool:
    return getattr(token, "quoted", False)
