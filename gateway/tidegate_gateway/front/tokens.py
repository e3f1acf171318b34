"""Who calls: the token of a request, and whether it opens a route. A token is never kept; digests are compared."""

import hashlib
from hmac import compare_digest

from tidegate_gateway.front.compile import Key
from tidegate_gateway.front.query import ACCESS_TOKEN, MOST_BYTES, parameters

BEARER = b"bearer"


def presented_token(authorization: bytes | None, query_string: bytes, *, in_query: bool) -> bytes | None:
    """The token of the Authorization header, else of the query if it may stand there; None when there is none.

    A query that is too long to be read holds none.
    """
    if authorization is not None:
        scheme, _, token = authorization.partition(b" ")
        if scheme.lower() == BEARER:
            return token.strip()
    if in_query and len(query_string) <= MOST_BYTES and ACCESS_TOKEN.encode() in query_string:
        for name, value in parameters(query_string):
            if name == ACCESS_TOKEN:
                return value.encode("utf-8", "surrogateescape")
    return None


def opened_by(token: bytes, keys: tuple[Key, ...]) -> str | None:
    """The name of the key that the token is; None if it is none of them. The time tells nothing of how near it came."""
    digest = hashlib.sha256(token).digest()
    name = None
    for key in keys:
        if compare_digest(digest, key.digest):
            name = key.name
    return name
