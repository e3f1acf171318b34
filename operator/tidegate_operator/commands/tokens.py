"""`tidegate tokens` of local mode: the primary tokens of an endpoint, as they were served last from `--data`."""

from collections.abc import Mapping
from pathlib import Path

from tidegate_operator.commands.errors import CommandError
from tidegate_operator.local.addresses import Addresses


def local_tokens(address: str, data: Path) -> Mapping[str, str] | None:
    """Method to token; None if no `tidegate up` has served from this folder. CommandError."""
    addresses = Addresses(data)
    known = list(addresses)
    if not known:
        return None
    access = addresses.access(address)
    if access is None:
        raise CommandError(f"There is no endpoint {address} in {data}; there is {', '.join(known)}.")
    if access.authentication != "Token":
        raise CommandError(f"{address} needs no token: its spec.security.authentication is {access.authentication}.")
    if not access.tokens:
        raise CommandError(f"{address} has no token yet: `tidegate up` prints what it lacks.")
    return access.tokens


def of_method(tokens: Mapping[str, str], method: str) -> str:
    """The token of one method. CommandError."""
    if (token := tokens.get(method.upper())) is None:
        raise CommandError(f"There is no token for {method}; there is one for {', '.join(tokens)}.")
    return token
