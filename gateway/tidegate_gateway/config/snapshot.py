"""What a gateway serves at one revision: immutable, swapped as a whole. It must never be changed in place."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Ref = tuple[str, str]  # kind and uid: a resource's identity
Compiler = Callable[[Any, str], object]  # of the kind's configuration model and the resource's uid
NONE_BROKEN: Mapping[Ref, str] = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """One resource as it is served. `object` is what the kind's compiler made; `address` is an Endpoint's alone.

    `sealed` holds the credentials, encrypted still: see `tidegate_gateway.config.sealed`.
    """

    kind: str
    uid: str
    namespace: str
    name: str
    generation: int
    revision: int
    digest: str
    object: Any
    address: str | None = None
    sealed: bytes | None = field(default=None, repr=False)

    @property
    def ref(self) -> Ref:
        """Kind and uid."""
        return self.kind, self.uid


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that is served at `revision`. `endpoints` has the compiled Endpoints by "<company>/<group>/<slug>".

    `broken` says where Endpoints should be that do not compile here; `unserved` are those addresses that nobody has.
    """

    revision: int
    objects: Mapping[Ref, Compiled]
    endpoints: Mapping[str, Any]
    broken: Mapping[Ref, str]
    unserved: frozenset[str]


def snapshot_of(revision: int, objects: Mapping[Ref, Compiled], broken: Mapping[Ref, str] = NONE_BROKEN) -> Snapshot:
    """Put a snapshot together. `objects` and `broken` are the snapshot's from now on."""
    endpoints = _by_address(objects.values())
    unserved = frozenset(broken.values()) - endpoints.keys()
    return Snapshot(
        revision, MappingProxyType(objects), MappingProxyType(endpoints), MappingProxyType(broken), unserved
    )


def _by_address(objects: Iterable[Compiled]) -> dict[str, Any]:
    """Of two Endpoints at one address the newer revision has it: the other is a last good that was to move away."""
    holders: dict[str, Compiled] = {}
    for compiled in objects:
        if compiled.address is None:
            continue
        other = holders.get(compiled.address)
        if other is None or (other.revision, other.uid) < (compiled.revision, compiled.uid):
            holders[compiled.address] = compiled
    return {address: compiled.object for address, compiled in holders.items()}


EMPTY = snapshot_of(0, {})
