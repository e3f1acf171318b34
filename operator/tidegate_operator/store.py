"""What the API server holds, as far as it is known, and whether a change of it matters. It must never do input or output."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Key(NamedTuple):
    """A resource's place. Ordering is by kind, namespace, name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Resource:
    """One custom resource as last seen. `created` is RFC 3339; `version` is metadata.resourceVersion as a number."""

    key: Key
    uid: str
    generation: int
    created: str
    version: int
    spec: Any  # as stored: a mapping unless an older CRD let something else in
    status: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def age(self) -> tuple[str, Key]:
        """Sorts the older first, and the same everywhere."""
        return self.created, self.key


@dataclass(frozen=True, slots=True)
class Secret:
    """A Secret that something refers to. Its values never show in a repr."""

    key: Key  # kind "Secret"
    data: Mapping[str, bytes] = field(repr=False)
    version: int = 0
    owner_uid: str | None = None
