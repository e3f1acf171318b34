"""What a processor may look at while it works on one resource; each look is kept, for the next change's sake."""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeVar

from tidegate_operator.store import Key, Secret, path_key
from tidegate_operator.translate.facts import NO_TENANT, Document, Tenant, document_key, presence_key, tenant_key
from tidegate_operator.translate.model import World

Fact = TypeVar("Fact")


class Unread(Enum):
    """Stands for a Secret that has not been read yet."""

    UNREAD = 0


UNREAD: Final = Unread.UNREAD


class View:
    """The world as one resource sees it: its own namespace.

    `read` is what it has looked at; of that, `unread` is what nobody has read yet.
    """

    def __init__(self, world: World, facts: Mapping[Key, object], namespace: str) -> None:
        self._world, self._facts, self._namespace = world, facts, namespace
        self.read: set[Key] = set()
        self.unread: set[Key] = set()
        self.pending = False

    def fact(self, type_: type[Fact], kind: str, name: str) -> Fact | None:
        """What may be known of another resource; None if it is not there, or not fit to be referred to."""
        return self._fact(type_, Key(kind, self._namespace, name))

    def uid(self, kind: str, name: str) -> str | None:
        """The uid of another resource, usable or not; None if it is not there."""
        return self._fact(str, presence_key(kind, self._namespace, name))

    def document(self, name: str) -> Document | None:
        """A DataSchema as it is written."""
        return self._fact(Document, document_key(self._namespace, name))

    def tenant(self) -> Tenant:
        """The company of the namespace."""
        return self._fact(Tenant, tenant_key(self._namespace)) or NO_TENANT

    def secret(self, name: str) -> Secret | Unread | None:
        """A Secret; None if it is not there, UNREAD if nobody has looked yet."""
        key = Key("Secret", self._namespace, name)
        self.read.add(key)
        if key not in self._world.secrets:
            self.unread.add(key)
            return UNREAD
        return self._world.secrets[key]

    def path_mistake(self, path: str) -> str | None:
        """PostgreSQL's word against the path of an index. While it has not been asked, the resource is `pending`."""
        key = path_key(path)
        self.read.add(key)
        if path not in self._world.paths:
            self.unread.add(key)
            self.pending = True
            return None
        return self._world.paths[path]

    def _fact(self, type_: type[Fact], key: Key) -> Fact | None:
        self.read.add(key)
        fact = self._facts.get(key)
        return fact if isinstance(fact, type_) else None
