"""Feeds the operator's loop from folders as a cluster's API server would: events, lists, versions that grow."""

import itertools
import time
from collections.abc import Mapping
from typing import Any

from tidegate_operator.local.identity import Identities
from tidegate_operator.local.inputs import FolderInputs
from tidegate_operator.local.manifests.folders import Reading
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.world import custom_resources, resource_of, secrets_of
from tidegate_operator.loop import Control
from tidegate_operator.store import REINDEX, Body, Echo, Key, Resource, Store


class Source:
    """`apply()` makes a reading the state of the world; `show()` keeps a status, as an API server does."""

    def __init__(self, control: Control, store: Store, inputs: FolderInputs, identities: Identities) -> None:
        self._control, self._store, self._inputs, self._identities = control, store, inputs, identities
        self._versions = itertools.count(1)
        self.manifests: Mapping[Key, Manifest] = {}

    def apply(self, reading: Reading) -> None:
        """Tell the loop of everything that is there, and of what is gone. PlaceError."""
        began = time.monotonic()
        manifests = custom_resources(reading)
        identities = self._identities.identify(manifests.values())
        for key, manifest in manifests.items():
            self._observe(resource_of(manifest, identities[key]))
        for key in self._store.resources.keys() - manifests.keys():
            self._control.observe(key.kind, self._body(self._store.resources[key], {}), deleted=True)
        self.manifests = manifests
        self._apply_secrets(reading)
        self._control.list_completed(began)

    async def show(self, resource: Resource, _: Echo, status: Mapping[str, Any]) -> Body:
        """Take a status; gives the object as it is now."""
        return self._body(resource, status)

    def _observe(self, resource: Resource) -> None:
        echo = self._store.echoes.get(resource.key)
        self._control.observe(resource.key.kind, self._body(resource, echo.status if echo else {}))

    def _apply_secrets(self, reading: Reading) -> None:
        self._inputs.secrets = secrets_of(reading)
        for key in list(self._store.secrets):
            self._store.put_secret(key, self._inputs.secret(key))

    def _body(self, resource: Resource, status: Mapping[str, Any]) -> Body:
        meta = {
            "namespace": resource.key.namespace,
            "name": resource.key.name,
            "uid": resource.uid,
            "generation": resource.generation,
            "creationTimestamp": resource.created,
            "resourceVersion": str(next(self._versions)),
            "annotations": {REINDEX: resource.reindex} if resource.reindex else {},
        }
        return {"metadata": meta, "spec": resource.spec, "status": status}
