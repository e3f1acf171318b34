"""JSON read and written again without losing a digit, for the few texts that can't be stored as they came."""

import json
from decimal import Decimal
from typing import Any

import orjson

FEW_DIGITS = 18


def read_exact(text: bytes) -> Any:
    """The value of a text that `storable` let through; a number is a Decimal unless 64 bits hold all of it."""
    return json.loads(text.decode(), parse_int=_whole, parse_float=Decimal)


def write_exact(value: Any) -> bytes:
    """The JSON of such a value: every number with the digits that it came with. ValueError: it is nested too deep."""
    try:
        return orjson.dumps(value, default=_digits)
    except TypeError:
        raise ValueError("nested too deep") from None


def _whole(number: str) -> int | Decimal:
    return int(number) if len(number) <= FEW_DIGITS else Decimal(number)


def _digits(number: Decimal) -> orjson.Fragment:
    return orjson.Fragment(str(number))
