"""Reads a body as JSON that `jsonb` can hold exactly. It must never change a byte, and never fail in another way.

What nearly every body is, is seen by a parse and a few scans at C speed. The rest is read again, slowly and exactly:
orjson refuses numbers beyond a double, which can be stored, and does not tell them from what is no JSON at all.
"""

import json
import re
import sys
from dataclasses import dataclass
from typing import Any

import orjson

from tidegate_gateway.problems import Problem

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
MOST_DEPTH, MOST_DIGITS, MOST_EXPONENT = 64, 1000, 1000
MOST_VALUES, MOST_ZEROS, FEW_EXPONENTS = 2_000_000, 16_000_000, 1000
MOST_QUOTES = 4 * (MOST_VALUES + 1)  # a value and its name have two each
EXPONENT = re.compile(rb"[0-9][eE]([+-]?[0-9]+)")


@dataclass(frozen=True, slots=True)
class Body:
    """JSON as it came, and its value: whole numbers are exact, others doubles (the nearest, where there is none)."""

    text: bytes
    document: Any


def storable(body: bytes) -> Body:
    """The JSON of a body. Problem: `invalid_json`, `unstorable_json`."""
    text = body.removeprefix(BYTE_ORDER_MARK)
    outline = text.translate(OUTLINE)
    _check_cost(text, outline)
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        document = _read_exactly(text)
    else:
        if _may_have_long_number(text, outline):
            document = _read_exactly(text)
    if b"\\u0000" in text:
        _check_nul(text)
    if outline.count(b"[") > MOST_DEPTH:
        _check_depth(text)
    return Body(text, document)


def _check_cost(text: bytes, outline: bytes) -> None:
    """A few kilobytes, compressed, can stand for more values than memory holds, and six bytes for a thousand digits."""
    if text.count(b",") + outline.count(b"[") > MOST_VALUES:
        bare = _without_strings(text)
        if bare.count(b",") + bare.count(b"[") + bare.count(b"{") > MOST_VALUES:
            raise _too_many()
    if outline.count(b"0e") > FEW_EXPONENTS:
        zeros = sum(_zeros(found[1]) for found in EXPONENT.finditer(_without_strings(text)))
        if zeros > MOST_ZEROS + len(text):
            raise Problem("unstorable_json", "The exponents of the numbers stand for too many digits.")


def _too_many() -> Problem:
    return Problem("unstorable_json", f"The body has more than {MOST_VALUES} values.")


def _zeros(exponent: bytes) -> int:
    """How many digits it stands for; what is beyond any bound is judged elsewhere."""
    return int(exponent.lstrip(b"+-0")[:6] or 0)


def _outline_table() -> bytes:
    table = bytearray(b" " * 256)
    for characters, stands_for in ((b"0123456789.", b"0"), (b"eE", b"e"), (b"+-", b"+"), (b"[{", b"["), (b"]}", b"]")):
        for character in characters:
            table[character] = stands_for[0]
    return bytes(table)


OUTLINE = _outline_table()
MANY_DIGITS = b"0" * 19  # a whole number of so many digits may be more than 64 bits hold
LONG_INTEGER = re.compile(rb"(?<![0-9.])[0-9]{19}")
LONG_NUMBER = b"0" * (MOST_DIGITS + 1)


def _may_have_long_number(text: bytes, outline: bytes) -> bool:
    """A string may look like one too."""
    if b"e0000" in outline or b"e+0000" in outline:
        return True
    return MANY_DIGITS in outline and (LONG_NUMBER in outline or LONG_INTEGER.search(text) is not None)


def _read_exactly(text: bytes) -> Any:
    try:
        document = json.loads(text.decode(), parse_int=_whole, parse_float=_double, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise Problem("invalid_json", "The body is not in UTF-8.") from None
    except ValueError:
        raise Problem("invalid_json") from None
    except RecursionError:
        raise _too_deep() from None
    if b"\\u" in text and LONE_SURROGATE.search(_without_escaped_backslashes(text)):
        raise Problem("unstorable_json", "A string holds half of a surrogate pair.")
    return document


def _refuse_constant(_: str) -> None:
    """Python reads NaN and Infinity, which are no JSON."""
    raise ValueError


def _whole(number: str) -> int:
    _check_number(number)
    return int(number)


def _double(number: str) -> float:
    _check_number(number)
    return min(max(float(number), -sys.float_info.max), sys.float_info.max)


def _check_number(number: str) -> None:
    mantissa, _, exponent = number.lower().partition("e")
    digits = len(mantissa) - mantissa.count("-") - mantissa.count(".")
    power = exponent.lstrip("+-").lstrip("0")
    if digits > MOST_DIGITS or len(power) > len(str(MOST_EXPONENT)) or int(power or 0) > MOST_EXPONENT:
        raise Problem("unstorable_json", "A number has more than 1000 digits, or an exponent beyond 1000.")


HIGH, LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
LONE_SURROGATE = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (HIGH, LOW, HIGH, LOW))


def _without_escaped_backslashes(text: bytes) -> bytes:
    """The "u" behind a backslash that is a character is no escape."""
    return text.replace(b"\\\\", b"__")


def _check_nul(text: bytes) -> None:
    if b"\\u0000" in _without_escaped_backslashes(text):
        raise Problem("unstorable_json", "A string holds U+0000.")


def _too_deep() -> Problem:
    return Problem("unstorable_json", f"The body is nested more than {MOST_DEPTH} levels deep.")


NO_BRACKETS = bytes(set(range(256)) - set(b"[]"))


def _check_depth(text: bytes) -> None:
    """Takes away what is innermost, level by level."""
    brackets = _without_strings(text).translate(OUTLINE).translate(None, NO_BRACKETS)
    for _ in range(MOST_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise _too_deep()


def _without_strings(text: bytes) -> bytes:
    """What is left of JSON without its strings, in which brackets mean nothing."""
    if b"\\" in text:
        text = _without_escaped_backslashes(text).replace(b'\\"', b"")
    if text.count(b'"') > MOST_QUOTES:
        raise _too_many()
    return b"".join(text.split(b'"')[::2])
