"""Query strings: read within a bound, never logged. `access_token` is ours wherever it stands."""

import re
from urllib.parse import parse_qsl

from tidegate_gateway.problems import Problem

ACCESS_TOKEN = "access_token"  # noqa: S105 - the parameter's name
MOST_BYTES, MOST_PARAMETERS = 16 * 1024, 500
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_readable(query_string: bytes) -> bool:
    """Whether it is short enough to be read at all."""
    return len(query_string) <= MOST_BYTES and query_string.count(b"&") < MOST_PARAMETERS


def parameters(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters in their order, names and values decoded; bytes that are no UTF-8 become lone surrogates.

    Problem: `invalid_parameter`, for a query string that is not readable.
    """
    if not is_readable(query_string):
        bounds = f"{MOST_BYTES} bytes and {MOST_PARAMETERS} parameters"
        raise Problem("invalid_parameter", f"The query string is longer than {bounds}.")
    text = query_string.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")


def check_text(name: str, value: str) -> None:
    """Problem: `invalid_parameter`, for what is no text that can be stored."""
    if UNSTORABLE.search(name + value):
        raise Problem("invalid_parameter", "The names and values of query parameters must be text in UTF-8.")
