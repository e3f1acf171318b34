"""Tokens for tests, as the configuration has them."""

import hashlib
from collections.abc import Sequence

from tidegate_gateway.config.model import Method, TokenDigest

EVERY_METHOD: tuple[Method, ...] = ("POST", "GET", "PUT", "PATCH", "DELETE")
SECRET = "tg_a-secret-of-the-tests"


def token(*values: str, name: str = "primary", methods: Sequence[Method] = EVERY_METHOD) -> TokenDigest:
    """A token that has these values."""
    digests = tuple(hashlib.sha256(value.encode()).hexdigest() for value in values)
    return TokenDigest(name=name, methods=tuple(methods), digests=digests)


def bearer(value: str = SECRET) -> dict[str, str]:
    """The header of a caller that has a token."""
    return {"Authorization": f"Bearer {value}"}
