"""What a primary token looks like; apart from `tokens`, because local mode needs no client of an API server."""

import secrets

PREFIX = "tg_"  # so that scanners of secrets can know one


def new_token() -> str:
    """256 random bits, in letters that need no escaping in a header, a query or a shell."""
    return PREFIX + secrets.token_urlsafe(32)
