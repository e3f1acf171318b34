"""`tidegate tokens` of a cluster: apart, because the client of the API server takes a second to import."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tidegate_gateway.config.model import PREFIX
from tidegate_operator.api_server import ApiServer
from tidegate_operator.commands.errors import CommandError
from tidegate_operator.store import Body, Key


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
