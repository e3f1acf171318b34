"""The `${…}` of a mapping pair: one row of the table each. What is secret in a request is never among them."""

import copy
import json
import math
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC
from difflib import get_close_matches
from typing import Any, NoReturn

from tidegate_gateway.expressions.context import Context, Read
from tidegate_gateway.expressions.errors import MappingError
from tidegate_gateway.expressions.text import dumps, shown

HIDDEN_HEADERS = frozenset({"authorization", "cookie"})
HIDDEN_PARAMETERS = frozenset({"access_token"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def compile_placeholder(text: str) -> Read:
    """A whole `${…}`. Raises MappingError with its place in the text."""
    if text.startswith("${fixed:") and text.endswith("}"):
        return _fixed(text[len("${fixed:") : -1])
    end = text.find("}")
    if end < 0:
        raise MappingError("Close the placeholder with }.", len(text))
    if end < len(text) - 1:
        raise MappingError("Remove what follows the placeholder: it stands alone.", end + 1)
    name = text[2:end]
    if name.startswith("query."):
        return _query(name.removeprefix("query."))
    if name not in _PLACEHOLDERS:
        raise MappingError(_unknown(name), 2)
    return _PLACEHOLDERS[name]


def _headers(context: Context) -> dict[str, str]:
    return {name: value for name, value in context.headers.items() if name.lower() not in HIDDEN_HEADERS}


def _body_base64(context: Context) -> str:
    return b64encode(dumps(context.body)).decode()


def _id(context: Context) -> str | None:
    return None if context.id is None else str(context.id).lower()


def _received_at(context: Context) -> str | None:
    if context.received_at is None:
        return None
    return context.received_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_PLACEHOLDERS: Mapping[str, Read] = {
    "body": lambda context: context.body,
    "headers": _headers,
    "bodyBase64": _body_base64,
    "body.row": lambda context: context.row,
    "method": lambda context: context.method,
    "id": _id,
    "sourceIp": lambda context: context.source_ip,
    "receivedAt": _received_at,
}
_LISTED = [f"${{{name}}}" for name in (*_PLACEHOLDERS, "query.<name>", "fixed:<value>")]


def _unknown(name: str) -> str:
    close = get_close_matches(name, _PLACEHOLDERS, n=1)
    proposed = f"${{{close[0]}}}" if close else f"one of {', '.join(_LISTED)}"
    return f"Write {proposed}: there is no placeholder {shown(name)}."


def _query(name: str) -> Read:
    if not name:
        raise MappingError("Name the query parameter, as in ${query.page}.", len("${query."))
    if name in HIDDEN_PARAMETERS:
        raise MappingError("Map another parameter: the access token is kept out of all data.", len("${query."))
    return lambda context: context.query.get(name)


def _fixed(text: str) -> Read:
    """A constant; lists and objects are made anew each time, since rows may be changed on their way."""
    constant = _constant(text)
    if any(map(_UNSTORABLE.search, _texts(constant))):
        raise MappingError(
            "Remove U+0000 and lone surrogates from the constant: they can't be stored.", len("${fixed:")
        )
    if isinstance(constant, (dict, list)):
        return lambda context: copy.deepcopy(constant)
    return lambda context: constant


def _constant(text: str) -> Any:
    """JSON if it parses as JSON, else the text itself."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except ValueError:
        return text
    except RecursionError:
        raise MappingError("Make the constant flatter: it is nested too deep.", len("${fixed:")) from None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for child in (*value, *value.values()) if isinstance(value, dict) else value:
            yield from _texts(child)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _refuse(text)


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"no JSON number: {text}")
