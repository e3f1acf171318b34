"""What the API server holds, as far as it is known, and whether a change of it matters. It does no input or output."""

import base64
import binascii
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

import orjson

Body = Mapping[str, Any]
REINDEX = "tidegate.dev/reindex"


class Key(NamedTuple):
    """A resource's place. Ordering is by kind, namespace, name."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class Resource:
    """One custom resource, the same object for as long as its spec is. `created` is RFC 3339."""

    key: Key
    uid: str
    generation: int
    created: str
    spec: Any  # as stored: a mapping unless an older CRD let something else in
    reindex: str | None = None  # the annotation that asks for it: nothing else of the metadata matters

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
    owner_uids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Echo:
    """What the API server showed last of an object: its version (a number, and the lock of writes) and its status.

    The status is kept as a text: as objects it would take most of an operator's memory.
    """

    version: int
    text: bytes

    @classmethod
    def of(cls, version: int, status: Mapping[str, Any]) -> Self:
        """Of a status as it came."""
        return cls(version, bytes(memoryview(orjson.dumps(status))))  # a copy: orjson's own keeps a kilobyte spare

    @property
    def status(self) -> dict[str, Any]:
        """The status, made anew each time."""
        status: dict[str, Any] = orjson.loads(self.text)
        return status


class Store:
    """The latest known state of every object. Late, repeated and reordered events do it no harm."""

    def __init__(self) -> None:
        self.resources: dict[Key, Resource] = {}
        self.secrets: dict[Key, Secret | None] = {}
        self._secret_versions: dict[Key, int] = {}
        self._asked: set[Key] = set()
        self.paths: dict[str, str | None] = {}
        self.echoes: dict[Key, Echo] = {}
        self._tombstones: dict[Key, int] = {}
        self._changes: set[Key] = set()

    def take_changes(self) -> set[Key]:
        """What has changed since the last call."""
        taken, self._changes = self._changes, set()
        return taken

    def observe(self, kind: str, body: Body, *, deleted: bool = False) -> tuple[Key, bool]:
        """Take one event of a custom resource; the flag says whether the translation can change because of it."""
        meta = body["metadata"]
        key, version = Key(kind, meta["namespace"], meta["name"]), int(meta["resourceVersion"])
        if version <= self._known_version(key):
            return key, False
        if deleted:
            return key, self._drop(key, version)
        self.echoes[key] = Echo.of(version, body.get("status") or {})
        old, reindex = self.resources.get(key), (meta.get("annotations") or {}).get(REINDEX)
        if old and (old.uid, old.generation, old.reindex) == (meta["uid"], meta["generation"], reindex):
            return key, False
        self.resources[key] = Resource(
            key, meta["uid"], meta["generation"], meta["creationTimestamp"], body.get("spec"), reindex
        )
        self._changes.add(key)
        return key, True

    def prune(self, kind: str, listed: Collection[Key], list_version: int, namespaces: Collection[str] = ()) -> int:
        """Drop what a complete list (of these namespaces; none: all) no longer holds; gives how many went."""
        gone = [
            key
            for key, echo in self.echoes.items()
            if key.kind == kind
            and key not in listed
            and echo.version <= list_version
            and (not namespaces or key.namespace in namespaces)
        ]
        for key in gone:
            self._drop(key, list_version)
        self._tombstones = {
            key: version for key, version in self._tombstones.items() if key.kind != kind or version > list_version
        }
        return len(gone)

    def observe_secret(self, secret: Secret, *, deleted: bool = False) -> bool:
        """Take one event of a Secret; those that nothing refers to are passed over."""
        if secret.key not in self.secrets and secret.key not in self._asked:
            return False
        if secret.version < self._secret_versions.get(secret.key, 0):
            return False  # of a list that is older than the last event, which may have been the deletion
        self._secret_versions[secret.key] = secret.version
        self._asked.discard(secret.key)
        return self.put_secret(secret.key, None if deleted else secret)

    def ask_secret(self, key: Key) -> None:
        """A Secret is about to be read or made: an event that comes before the answer counts more than that."""
        self._asked.add(key)

    def answer_secret(self, key: Key, secret: Secret | None) -> bool:
        """What was read, unless an event has told something newer meanwhile."""
        if key not in self._asked:
            return False
        self._asked.discard(key)
        return self.put_secret(key, secret)

    def put_secret(self, key: Key, secret: Secret | None) -> bool:
        """Keep a Secret that is referred to (None: it is not there)."""
        old = self.secrets.get(key)
        same = key in self.secrets and _matter_of(old) == _matter_of(secret)
        self.secrets[key] = secret
        if secret is not None:
            self._secret_versions[key] = secret.version
        if not same:
            self._changes.add(key)
        return not same

    def may_fill(self, key: Key, owner_uid: str) -> bool:
        """Whether a Secret of primary tokens is ours to write: it is not there, or belongs to this Endpoint."""
        secret = self.secrets.get(key)
        return secret is None or owner_uid in secret.owner_uids

    def put_path(self, path: str, mistake: str | None) -> None:
        """Keep PostgreSQL's word on the path of an index."""
        self.paths[path] = mistake
        self._changes.add(path_key(path))

    def forget_secrets(self, referred: Collection[Key]) -> None:
        """Drop every Secret that nothing refers to any more."""
        for key in [key for key in self.secrets if key not in referred]:
            del self.secrets[key]
            self._secret_versions.pop(key, None)

    def forget_paths(self, wanted: Collection[Key]) -> None:
        """Drop PostgreSQL's word on every path that no resource has any more."""
        self.paths = {path: mistake for path, mistake in self.paths.items() if path_key(path) in wanted}

    def _known_version(self, key: Key) -> int:
        echo = self.echoes.get(key)
        return max(echo.version if echo else 0, self._tombstones.get(key, 0))

    def _drop(self, key: Key, version: int) -> bool:
        self._tombstones[key] = version
        self.echoes.pop(key, None)
        if self.resources.pop(key, None) is None:
            return False
        self._changes.add(key)
        return True


def path_key(path: str) -> Key:
    """The key that stands for the path of an index where resources are told apart."""
    return Key("JsonPath", "", path)


def _matter_of(secret: Secret | None) -> object:
    return secret and (secret.data, secret.owner_uids)


def secret_of(body: Body) -> Secret:
    """A Secret as the API server gives it. A value that is no Base64 counts as empty: it opens nothing."""
    meta = body["metadata"]
    owners = frozenset(owner["uid"] for owner in meta.get("ownerReferences") or ())
    data = {name: _decode(value) for name, value in (body.get("data") or {}).items()}
    return Secret(Key("Secret", meta["namespace"], meta["name"]), data, int(meta["resourceVersion"]), owners)


def _decode(value: str) -> bytes:
    try:
        return base64.b64decode(value or "", validate=True)
    except (binascii.Error, ValueError):
        return b""
