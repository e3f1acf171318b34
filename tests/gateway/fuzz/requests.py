"""Requests that nobody would write, as bytes: every part of them may be right, odd or wrong."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

ENDPOINTS = ("plain", "strict", "guarded", "paused", "tasked")
IDS = ("01a21444-bef4-7359-b8e1-b0c8b0b8fc18", "692d6c6a-03bf-40a9-802a-301f05c2d224", "STORED")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND")
TAILS = st.sampled_from(["", "", "", "/all", "/openapi.json", "/", "//", *(f"/{id_}" for id_ in IDS)]) | st.text(
    "abcXYZ019-_.~%/", max_size=40
).map("/{}".format)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ORDERS = st.fixed_dictionaries(
    {}, optional={"id": VALUES, "total": VALUES, "card": VALUES, "lines": VALUES, "at": VALUES}
)
OPERATIONS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "none"]) | VALUES,
            "path": st.sampled_from(["", "/a", "/a/0", "/a/-", "/~01", "a"]) | VALUES,
            "from": st.sampled_from(["", "/a", "/b"]) | VALUES,
            "value": VALUES,
        },
    ),
    max_size=4,
)
TEXTS = (VALUES | ORDERS | OPERATIONS).map(lambda value: json.dumps(value).encode()) | st.sampled_from(
    [b"", b"{", b"[" * 70, b"NaN", b'"\\u0000"', b'"\\ud800"', b"1" * 1200, b"1e99999", b"\xff", b"\xef\xbb\xbf{}"]
)
NAMES = ("limit", "after", "from", "to", "status", "total", "total[gte]", "at[lt]", "id[ne]", "access_token", "wait")
QUERIES = st.lists(
    st.tuples(st.sampled_from(NAMES) | st.text("az[]%&=", max_size=6), st.text("0129aZ-:.%+&=é", max_size=12)),
    max_size=3,
)
HEADERS = {
    "content-type": [
        "application/json",
        "application/json-patch+json",
        "text/plain",
        "application/json; charset=latin1",
        "",
    ],
    "if-match": ["*", '"1"', 'W/"1"', '"x', '"1", "2"', ""],
    "prefer": ["return=minimal", "wait=5", "respond-async", "return", ""],
    "authorization": ["Bearer secret", "Bearer wrong", "bearer", "Basic c2VjcmV0", ""],
    "traceparent": ["00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-0-0-0", ""],
    "x-forwarded-for": ["192.0.2.1", "::1, x", ""],
    "cookie": ["a=b"],
}
ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": bytes,
}


@dataclass(frozen=True)
class Wild:
    """A request: its bytes, in which STORED stands for the id of a datum that is there, and its method."""

    method: str
    bytes: bytes


@st.composite
def wild_requests(draw: st.DrawFn) -> Wild:
    """One request, whose length is told, or which is chunked."""
    method = draw(st.sampled_from(METHODS))
    query = "&".join(f"{name}={value}" for name, value in draw(QUERIES))
    target = f"/api/endpoint/acme/main/{draw(st.sampled_from(ENDPOINTS))}{draw(TAILS)}" + (f"?{query}" if query else "")
    lines = [f"{method} {_in_ascii(target)} HTTP/1.1", "Host: x", "Connection: close"]
    for name, values in HEADERS.items():
        if value := draw(st.none() | st.sampled_from(values)):
            lines.append(f"{name}: {value}")
    body, framing = draw(_bodies())
    head = "\r\n".join([*lines, *framing]).encode()
    return Wild(method, head + b"\r\n\r\n" + body)


@st.composite
def _bodies(draw: st.DrawFn) -> tuple[bytes, list[str]]:
    encoding = draw(st.sampled_from([*ENCODINGS, ""]))
    body = ENCODINGS[encoding](draw(TEXTS))
    framing = [f"content-encoding: {encoding}"] if encoding else []
    if draw(st.booleans()):
        return body, [*framing, f"content-length: {len(body)}"]
    cut = draw(st.integers(0, len(body)))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in (body[:cut], body[cut:]) if part)
    return chunks + b"0\r\n\r\n", [*framing, "transfer-encoding: chunked"]


def _in_ascii(target: str) -> str:
    return target.encode().decode("ascii", "ignore").replace(" ", "+")
