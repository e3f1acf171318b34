"""`tidegate tokens`: the primary tokens of an endpoint, from `--data` or from the cluster."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tidegate_operator.api_server import ApiServer
from tidegate_operator.commands.errors import CommandError
from tidegate_operator.local.addresses import Addresses
from tidegate_operator.local.keys import TokenSecrets
from tidegate_operator.store import Body, Key

PREFIX = "/api/endpoint/"


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


async def cluster_tokens(address: str, namespace: str | None) -> Mapping[str, str]:
    """Method to token, of the cluster that the kubeconfig names. CommandError, ApiError."""
    api = await ApiServer.connect()
    try:
        pages = api.pages("Endpoint", namespace or "")
        secret = _secret_of(address, [body async for page in pages for body in page["items"]])
        found = await api.read_secret(secret)
    finally:
        await api.close()
    if found is None:
        raise CommandError(f"The cluster has no {secret}: is the operator running?")
    return {method: token.decode() for method, token in sorted(found.data.items())}


def _secret_of(address: str, endpoints: list[Body]) -> Key:
    for body in endpoints:
        status: Mapping[str, Any] = body.get("status") or {}
        if urlsplit(status.get("url") or "").path == PREFIX + address:
            if not status.get("tokenSecretName"):
                raise CommandError(f"{address} takes no tokens of its own: see its spec.security.authentication.")
            return Key("Secret", body["metadata"]["namespace"], status["tokenSecretName"])
    raise CommandError(f"The cluster serves no endpoint {address}: see `kubectl get endpoints.tidegate.dev -A`.")


def of_method(tokens: Mapping[str, str], method: str) -> str:
    """The token of one method. CommandError."""
    if (token := tokens.get(method.upper())) is None:
        raise CommandError(f"There is no token for {method}; there is one for {', '.join(tokens)}.")
    return token
