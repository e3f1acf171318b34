"""The API server as its administrator sees it: a few requests, in JSON, without a process for each as kubectl needs."""

import base64
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import aiohttp
import yaml

from tidegate_crds.kinds import API_VERSION, KINDS

Object = dict[str, Any]
OTHERS = {
    "Secret": ("api/v1", "secrets"),
    "Lease": ("apis/coordination.k8s.io/v1", "leases"),
    "Event": ("apis/events.k8s.io/v1", "events"),
}
MANAGER = "a-person"


class Api:
    """Objects of our kinds, Secrets, Leases and Events. Errors of the API server are aiohttp.ClientResponseError."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def apply(self, namespace: str, manifests: str | Object) -> list[Object]:
        """Server-side apply, as a person does it."""
        documents = yaml.safe_load_all(manifests) if isinstance(manifests, str) else [manifests]
        return [await self._apply(namespace, document) for document in documents if document]

    async def get(self, kind: str, namespace: str, name: str) -> Object | None:
        """One object; None if it is not there."""
        async with self._session.get(path(kind, namespace, name), raise_for_status=False) as answer:
            if answer.status == 404:
                return None
            answer.raise_for_status()
            found: Object = await answer.json()
        return found

    async def list(self, kind: str, namespace: str) -> list[Object]:
        """All objects of a kind in a namespace."""
        async with self._session.get(path(kind, namespace)) as answer:
            items: list[Object] = (await answer.json())["items"]
        return items

    async def merge(self, kind: str, namespace: str, name: str, body: Mapping[str, Any], part: str = "") -> Object:
        """Merge into an object, or into its `part` ("/status")."""
        headers = {"Content-Type": "application/merge-patch+json"}
        async with self._session.patch(path(kind, namespace, name) + part, json=body, headers=headers) as answer:
            merged: Object = await answer.json()
        return merged

    async def delete(self, kind: str, namespace: str, name: str) -> None:
        """Delete an object."""
        async with self._session.delete(path(kind, namespace, name)):
            pass

    async def delete_all(self, namespace: str) -> None:
        """Delete all that a person applied in a namespace."""
        for kind in (*KINDS, "Secret"):
            async with self._session.delete(path(kind, namespace)):
                pass

    async def secret(self, namespace: str, name: str) -> dict[str, str] | None:
        """What is in a Secret; None if it is not there."""
        found = await self.get("Secret", namespace, name)
        return found and {key: base64.b64decode(text).decode() for key, text in (found.get("data") or {}).items()}

    async def time(self) -> datetime:
        """The API server's clock: whole seconds, as creationTimestamps are."""
        async with self._session.get("/version") as answer:
            return parsedate_to_datetime(answer.headers["Date"])

    async def _apply(self, namespace: str, document: Object) -> Object:
        headers = {"Content-Type": "application/apply-patch+yaml"}
        place = path(document["kind"], namespace, document["metadata"]["name"])
        query = {"fieldManager": MANAGER, "force": "true", "fieldValidation": "Strict"}
        async with self._session.patch(place, json=document, headers=headers, params=query) as answer:
            applied: Object = await answer.json()
        return applied


def path(kind: str, namespace: str, name: str = "") -> str:
    """Where objects of a kind are."""
    version, plural = OTHERS.get(kind) or (f"apis/{API_VERSION}", KINDS[kind].plural)
    return f"/{version}/namespaces/{namespace}/{plural}" + (f"/{name}" if name else "")


def connection(kubeconfig: Path) -> tuple[str, ssl.SSLContext, str]:
    """Address, trust and token of a kubeconfig that the fixtures wrote."""
    content = yaml.safe_load(kubeconfig.read_text())
    cluster = content["clusters"][0]["cluster"]
    trust = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())
    return cluster["server"], trust, content["users"][0]["user"]["token"]


@asynccontextmanager
async def connected(kubeconfig: Path) -> AsyncIterator[Api]:
    """An Api with the rights of a kubeconfig."""
    server, trust, token = connection(kubeconfig)
    async with aiohttp.ClientSession(
        server,
        connector=aiohttp.TCPConnector(ssl=trust),
        headers={"Authorization": f"Bearer {token}"},
        raise_for_status=_raise,
    ) as session:
        yield Api(session)


async def _raise(answer: aiohttp.ClientResponse) -> None:
    """The API server's own words: it says in the body what it does not like."""
    if answer.status >= 400:
        raise aiohttp.ClientResponseError(
            answer.request_info, answer.history, status=answer.status, message=await answer.text()
        )
