"""What a cluster would give each resource, kept under `--data`: uid, age and generation.

The uid comes of kind, namespace and name, so that data are found again; the age is when `--data` first saw it.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key

OURS = UUID("7f0b1c8e-5a1f-5d0c-9c55-1f6f7b0f2d61")


@dataclass(frozen=True, slots=True)
class Identity:
    """`created` is RFC 3339."""

    uid: str
    created: str
    generation: int


def uid_of(key: Key) -> str:
    """The same for the same kind, namespace and name, everywhere."""
    return str(uuid5(OURS, "/".join(key)))


class Identities:
    """Those of one data folder. A resource that goes keeps its own, for when it comes back."""

    def __init__(self, file: StateFile, now: Callable[[], datetime]) -> None:
        self._file, self._now = file, now
        self._known: dict[str, dict[str, Any]] = file.load()

    def identify(self, manifests: Iterable[Manifest]) -> dict[Key, Identity]:
        """The identity of each; a changed spec has a new generation. PlaceError."""
        found = {manifest.key: self._identify(manifest) for manifest in manifests}
        changed = {str(key): entry for key, entry in found.items() if self._known.get(str(key)) != entry}
        if changed:
            self._known |= changed
            self._file.save(self._known)
        return {key: Identity(uid_of(key), entry["created"], entry["generation"]) for key, entry in found.items()}

    def _identify(self, manifest: Manifest) -> dict[str, Any]:
        digest = hashlib.sha256(json.dumps(manifest.spec, sort_keys=True).encode()).hexdigest()
        entry = self._known.get(str(manifest.key))
        if entry is None:
            created = self._now().astimezone(UTC)
            return {"created": f"{created:%Y-%m-%dT%H:%M:%SZ}", "generation": 1, "digest": digest}
        if entry["digest"] == digest:
            return entry
        return {**entry, "generation": entry["generation"] + 1, "digest": digest}
