"""What resources may know of each other: the little of one that another's configuration is made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tidegate_gateway.config.model import AnyConfig, IntegrationConfig, TaskConfig
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Finding


class Candidate(NamedTuple):
    """A configuration that may be served, and the generation it is of. What it has from others is filled in later.

    `current`: it is the generation as it is written now, not the last good. `inherits`: its retention is the company's.
    """

    generation: int
    config: AnyConfig
    current: bool = False
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A value that is wanted of a Secret; without a key, the Secret as it is. `what` it is, for a sentence."""

    secret: str
    key: str | None
    path: str
    what: str


@dataclass(frozen=True, slots=True)
class Built:
    """What a processor makes of one resource. `draft` is None if this generation is not to be served.

    `needs` are values that it is served without, but not well. `fact` is what others may know of a resource that has
    no configuration. `inherits`: see `Candidate`.
    """

    draft: AnyConfig | None = None
    findings: tuple[Finding, ...] = ()
    needs: tuple[Need, ...] = ()
    fact: object = None
    inherits: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A DataSchema as it is written. `references` are the names in it; `sound`: there is no mistake in itself."""

    schema: Mapping[str, Any]
    references: frozenset[str]
    sound: bool


@dataclass(frozen=True, slots=True)
class UsableSchema:
    """A DataSchema that compiles, with every other that it reaches by `schema:<name>`."""

    schema: Mapping[str, Any]
    resources: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TaskFact:
    """A Task that is served."""

    uid: str
    enabled: bool
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IntegrationFact:
    """An Integration that is served. `shared`: it has one connection for all."""

    uid: str
    shared: bool


@dataclass(frozen=True, slots=True)
class Tenant:
    """The company that a namespace is. `slug` is None while the namespace `rival` holds the only one it could have."""

    slug: str | None = None
    rival: str | None = None
    retention_days: int | None = None
    default_priority: int = 50


NO_TENANT = Tenant()


def tenant_key(namespace: str) -> Key:
    """Where the fact of a namespace's company is."""
    return Key("Tenant", namespace, "")


def presence_key(kind: str, namespace: str, name: str) -> Key:
    """Where the uid of a resource is, however wrong the resource may be."""
    return Key(f"Any{kind}", namespace, name)


def document_key(namespace: str, name: str) -> Key:
    """Where a DataSchema is as it is written, however wrong those may be that it refers to."""
    return Key("Document", namespace, name)


def fact_of(config: AnyConfig, uid: str) -> object:
    """What others may know of a resource, from what is served of it; another version may have written that."""
    match config:
        case TaskConfig():
            steps = tuple(step.get("name", "") for step in config.spec.get("steps", ()))
            return TaskFact(uid, config.spec.get("enabled", True), steps)
        case IntegrationConfig():
            return IntegrationFact(uid, config.spec.get("mode") == "Shared")
        case _:
            return None
