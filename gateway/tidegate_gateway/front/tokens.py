"""Who calls: the token of a request, and whether it opens a route. A token is never kept; digests are compared.

It is read and hashed once, however many endpoints it is tried on.
"""

import hashlib
from hmac import compare_digest

from tidegate_gateway.front.compile import Key
from tidegate_gateway.front.query import ACCESS_TOKEN, is_readable, parameters
from tidegate_gateway.front.request import Request

BEARER = b"bearer"


def presented_token(request: Request, *, in_query: bool) -> bytes | None:
    """The digest of the Authorization header's token, else of the query's if it may stand there; None without one.

    A query that is too long to be read holds none.
    """
    token = _of_header(request) if b"authorization" in request.headers else None
    if token is None and in_query:
        token = _of_query(request.query_string)
    return hashlib.sha256(token).digest() if token else None


def opened_by(digest: bytes, keys: tuple[Key, ...]) -> str | None:
    """The name of the key that a token is; None if it is none of them. The time tells nothing of how near it came."""
    name = None
    for key in keys:
        if compare_digest(digest, key.digest):
            name = key.name
    return name


def _of_header(request: Request) -> bytes | None:
    scheme, _, token = request.headers[b"authorization"].partition(b" ")
    return token.strip() if scheme.lower() == BEARER else None


def _of_query(query_string: bytes) -> bytes | None:
    if ACCESS_TOKEN.encode() in query_string and is_readable(query_string):
        for name, value in parameters(query_string):
            if name == ACCESS_TOKEN:
                return value.encode("utf-8", "surrogateescape")
    return None
