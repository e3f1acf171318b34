"""What a translation is made of and what it comes to: plain data, the same for the same resources on every replica."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.model import AnyConfig, Index
from tidegate_operator.store import Key, Resource, Secret


@dataclass(frozen=True, slots=True)
class World:
    """Everything a translation may look at, and nothing that it may change.

    A Secret that is None was read and is not there; one that is absent was not read yet. `paths` has PostgreSQL's
    verdict on the path of an index: None if it takes it, else its mistake.
    """

    resources: Mapping[Key, Resource]
    secrets: Mapping[Key, Secret | None] = field(default_factory=dict)
    paths: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Served:
    """What gateways are to serve of one resource. `secrets` are credentials in clear, for the publisher to seal."""

    generation: int
    config: AnyConfig
    secrets: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: the condition that it makes False, where it is, and what to do about it."""

    condition: ConditionType
    reason: Reason
    message: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What there is to say of one resource. Its address, methods, Secret and indexes are those that are served, maybe
    of an older generation."""

    key: Key
    uid: str
    generation: int
    findings: tuple[Finding, ...] = ()
    served_generation: int | None = None
    url_path: str | None = None
    methods: str | None = None
    token_secret: str | None = None
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class TokenSecretWanted:
    """Primary tokens that are to be made: `secret` lacks the keys `methods` of the Endpoint `key`."""

    key: Key
    uid: str
    secret: Key
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bug:
    """A resource that a processor broke on. `stack` names the places in the code and no value."""

    key: Key
    stack: str


@dataclass(frozen=True, slots=True)
class Translation:
    """The whole outcome. `changed` are the resources whose part in it is not what it was, those that are gone too.

    The same `Served` and `Verdict` objects come again for as long as they say the same. What is `wanted` is to be
    read, judged or made, put into the World, and translated again before anything is published.
    """

    served: Mapping[Key, Served]
    verdicts: Mapping[Key, Verdict]
    changed: frozenset[Key] = frozenset()
    wanted_secrets: frozenset[Key] = frozenset()
    wanted_paths: frozenset[str] = frozenset()
    wanted_tokens: tuple[TokenSecretWanted, ...] = ()
    bugs: tuple[Bug, ...] = ()
