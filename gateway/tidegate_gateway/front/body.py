"""Reads a body: counted while it streams, raw and decoded, so that one over the limit is never held as a whole."""

from collections.abc import Callable, Mapping

from tidegate_gateway.asgi import Receive
from tidegate_gateway.front.inflate import WINDOW_BITS, BrokenBody, Inflater
from tidegate_gateway.front.media import IDENTITY, content_encoding, media_problem
from tidegate_gateway.problems import Problem

MOST_LENGTH_DIGITS = 18


class CallerGone(Exception):
    """The caller hung up before the body was complete: there is nobody to answer."""


async def read_json_body(
    headers: Mapping[bytes, bytes], receive: Receive, limit: int, grown: Callable[[int], None]
) -> bytes:
    """The decoded body of a request that says it is JSON; `grown` hears of each size that it reaches while it is read.

    Problem: size first, then type; and of `grown`. CallerGone.
    """
    declared = declared_length(headers)
    if declared is not None and declared > limit:
        raise Problem("too_large", why=f"the body has {declared} bytes, the limit is {limit}")
    encoding, wrong = content_encoding(headers), media_problem(headers)
    if wrong and declared is not None and encoding == IDENTITY:
        raise Problem("unsupported_media_type", wrong)  # reading could show nothing new about its size
    body, broken = b"", None
    try:
        body = await read_body(receive, limit, encoding, grown)
    except BrokenBody as error:
        broken = error
    if wrong:
        raise Problem("unsupported_media_type", wrong)
    if broken:
        raise broken
    return body


async def read_body(receive: Receive, limit: int, encoding: str | None, grown: Callable[[int], None]) -> bytes:
    """The body, decoded if the encoding is known; `limit` holds for both forms of it."""
    inflater = Inflater(encoding, limit, grown) if encoding in WINDOW_BITS else None
    parts: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise CallerGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise Problem("too_large", why=f"the body has more than {limit} bytes")
        if inflater:
            parts += await inflater.feed(part)
        else:
            grown(size)
            parts.append(part)
        more = message.get("more_body", False)
    if inflater:
        inflater.finish()
    return parts[0] if len(parts) == 1 else b"".join(parts)


def declared_length(headers: Mapping[bytes, bytes]) -> int | None:
    """Content-Length; None where the body is chunked, or absent. More digits than any body has count as very long."""
    value = headers.get(b"content-length", b"")
    return int(value.lstrip(b"0")[:MOST_LENGTH_DIGITS] or 0) if value.isdigit() else None
