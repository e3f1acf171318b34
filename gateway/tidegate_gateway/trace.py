"""Which trace a request belongs to, by the W3C's traceparent."""

import re
import secrets
from typing import NamedTuple

TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")


class Trace(NamedTuple):
    """Where a request belongs, as W3C has it: 32 and 2 hexadecimal digits."""

    id: str
    flags: str

    def parent(self) -> bytes:
        """The traceparent of an answer: this trace, and a span of our own."""
        return f"00-{self.id}-{secrets.token_hex(8)}-{self.flags}".encode()


def trace_of(traceparent: bytes | None) -> Trace:
    """The caller's trace if it gave a valid W3C traceparent, else a new one that nobody has sampled."""
    if traceparent and (match := TRACEPARENT.fullmatch(traceparent)):
        return Trace(match[1].decode(), match[2].decode())
    return Trace(secrets.token_hex(16), "00")
