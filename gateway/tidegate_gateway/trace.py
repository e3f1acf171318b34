"""Which trace a request belongs to, by the W3C's traceparent."""

import random
import re
from typing import NamedTuple

TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-((?!0{32})[0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})(?:-.*)?")


class Trace(NamedTuple):
    """Where a request belongs, as W3C has it: 32 and 2 hexadecimal digits."""

    id: str
    flags: str

    def parent(self) -> bytes:
        """The traceparent of an answer: this trace, and a span of our own."""
        return f"00-{self.id}-{_random(16)}-{self.flags}".encode()


def trace_of(traceparent: bytes | None) -> Trace:
    """The caller's trace if it gave a valid W3C traceparent, else a new one that nobody has sampled."""
    if traceparent and (match := TRACEPARENT.fullmatch(traceparent)):
        return Trace(match[1].decode(), match[2].decode())
    return Trace(_random(32), "00")


def _random(digits: int) -> str:
    """Hexadecimal digits that are no secret: asking the system for randomness costs as much as ten of them."""
    return f"{random.getrandbits(4 * digits):0{digits}x}"
