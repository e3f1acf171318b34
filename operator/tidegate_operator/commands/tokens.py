"""`tidegate tokens` of local mode: the primary tokens of an endpoint, as they are kept under `--data`."""

from collections.abc import Mapping
from pathlib import Path

from tidegate_operator.commands.errors import CommandError
from tidegate_operator.local.addresses import Addresses
from tidegate_operator.local.keys import TokenSecrets


def local_tokens(address: str, data: Path) -> Mapping[str, str] | None:
    """Method to token; None if no `tidegate up` has used this folder. CommandError."""
    addresses = Addresses(data)
    known = list(addresses)
    if not known:
        return None
    secret = addresses.secret_of(address)
    if secret is None:
        raise CommandError(f"{address} has no tokens in {data}; these have: {', '.join(known)}.")
    tokens = TokenSecrets(data).tokens(secret)
    if not tokens:
        raise CommandError(f"The tokens of {address} are in Secret {secret.name}, which stands in a manifest.")
    return tokens


def of_method(tokens: Mapping[str, str], method: str) -> str:
    """The token of one method. CommandError."""
    if (token := tokens.get(method.upper())) is None:
        raise CommandError(f"There is no token for {method}; there is one for {', '.join(tokens)}.")
    return token
