"""Primary tokens: one Secret an Endpoint, owned by it, a key a method. A token must never show anywhere else."""

import base64
from collections.abc import Iterable
from typing import Any

from tidegate_crds.kinds import API_VERSION
from tidegate_operator.api_server import CONFLICT, ApiServer
from tidegate_operator.errors import ApiError
from tidegate_operator.store import Secret
from tidegate_operator.token_values import new_token
from tidegate_operator.translate.model import TokenSecretWanted
from tidegate_operator.translate.secret_values import value_of


async def make_tokens(api: ApiServer, wanted: TokenSecretWanted) -> Secret | None:
    """Make the Secret, or the keys it lacks; what a person put there stays. Gives it as it is then, whoever's it is."""
    there = await api.read_secret(wanted.secret)
    try:
        if there is None:
            return await api.create_secret(wanted.secret, _new_secret(wanted))
        if wanted.uid not in there.owner_uids:
            return there
        missing = [method for method in wanted.methods if not value_of(there, method)]
        if not missing:
            return there
        lock = {"resourceVersion": str(there.version)}
        return await api.patch_secret(wanted.secret, {"metadata": lock, "data": _tokens(missing)})
    except ApiError as error:
        if error.status != CONFLICT:
            raise
        return await api.read_secret(wanted.secret)  # somebody was faster: take what is there now


def _tokens(methods: Iterable[str]) -> dict[str, str]:
    return {method: base64.b64encode(new_token().encode()).decode() for method in methods}


def _new_secret(wanted: TokenSecretWanted) -> dict[str, Any]:
    owner = {"apiVersion": API_VERSION, "kind": "Endpoint", "name": wanted.key.name, "uid": wanted.uid}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": wanted.secret.name,
            "namespace": wanted.secret.namespace,
            "labels": {"app.kubernetes.io/managed-by": "tidegate"},
            "ownerReferences": [owner],
        },
        "type": "Opaque",
        "data": _tokens(wanted.methods),
    }
