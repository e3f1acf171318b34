"""The real API server's opinion of a manifest, asked without storing anything."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kubernetes.aio import client, config

from tidegate_crds.kinds import GROUP, KINDS, VERSION


@dataclass(frozen=True)
class Refusal:
    """Why the API server does not take a manifest: its sentence, and the causes one by one as (field, message)."""

    message: str
    causes: tuple[tuple[str, str], ...]

    def says(self, path: str, message: str) -> bool:
        """Whether this is said of this field; a field that does not exist has no cause of its own."""
        return message in self.message if not self.causes else any(_is(cause, path, message) for cause in self.causes)


class Judge:
    """Asks the API server to create things, dry and strict."""

    def __init__(self, connection: client.ApiClient, namespace: str) -> None:
        self._api = client.CustomObjectsApi(connection)
        self._namespace = namespace

    async def refusal(self, manifest: dict[str, Any]) -> Refusal | None:
        """Why a manifest is refused; None when it is taken."""
        plural = KINDS[manifest["kind"]].plural
        try:
            await self._api.create_namespaced_custom_object(
                GROUP, VERSION, self._namespace, plural, manifest, dry_run="All", field_validation="Strict"
            )
        except client.ApiException as error:
            return _refusal(json.loads(error.body or "{}"))
        return None


async def connect(kubeconfig: Path) -> client.ApiClient:
    """A connection as the kubeconfig's user; to be closed."""
    configuration = client.Configuration()
    await config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    return client.ApiClient(configuration)


def _refusal(status: dict[str, Any]) -> Refusal:
    causes = status.get("details", {}).get("causes", [])
    return Refusal(status["message"], tuple((cause.get("field", ""), cause["message"]) for cause in causes))


def _is(cause: tuple[str, str], path: str, message: str) -> bool:
    field, said = cause
    return message in said and (field == path or field.startswith(f"{path}["))
