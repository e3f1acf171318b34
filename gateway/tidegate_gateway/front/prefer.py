"""The Prefer header (RFC 7240): what a caller would like, where it is known. What is not understood is passed over."""

from collections.abc import Iterable

from tidegate_gateway.asgi import Header

PREFER = b"prefer"
MINIMAL: Header = (b"preference-applied", b"return=minimal")


def preferences(headers: Iterable[Header]) -> dict[str, str]:
    """By name in lower case; the first of several of one name counts."""
    found: dict[str, str] = {}
    for name, value in headers:
        if name == PREFER:
            for part in value.decode("latin-1").split(","):
                token, _, text = part.partition(";")[0].partition("=")
                found.setdefault(token.strip().lower(), text.strip().strip('"').lower())
    return found


def wants_minimal(headers: Iterable[Header]) -> bool:
    """Whether the caller can do without the body of an answer."""
    return preferences(headers).get("return") == "minimal"
