"""Query strings: read once, never logged. `access_token` is ours wherever it stands."""

from urllib.parse import parse_qsl

ACCESS_TOKEN = "access_token"  # noqa: S105 - the parameter's name


def parameters(query_string: bytes) -> list[tuple[str, str]]:
    """The parameters in their order, names and values decoded; bytes that are no UTF-8 become lone surrogates."""
    text = query_string.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, errors="surrogateescape")
