"""Worlds for the tests of the translation: resources, Secrets, and the loop that reads what is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from tidegate_crds.conditions import ConditionType
from tidegate_gateway.config.model import AnyConfig
from tidegate_operator.store import Key, Resource, Secret
from tidegate_operator.translate.model import Finding, Served, Translation, Verdict, World
from tidegate_operator.translate.translator import Translator

UIDS = UUID("00000000-0000-5000-8000-000000000000")
NAMESPACE = "acme"
BAD_PATH = "$.bad"
POSTGRES_SAYS = "syntax error at end of jsonpath input"


def key(kind: str, name: str, namespace: str = NAMESPACE) -> Key:
    return Key(kind, namespace, name)


def resource(
    kind: str,
    name: str,
    spec: Any,
    *,
    namespace: str = NAMESPACE,
    age: int = 0,
    generation: int = 1,
    uid: str = "",
    reindex: str | None = None,
) -> Resource:
    """`age` counts seconds from the beginning: the smaller is the older."""
    at = Key(kind, namespace, name)
    created = f"2026-01-01T{age // 3600:02}:{age // 60 % 60:02}:{age % 60:02}Z"
    return Resource(at, uid or str(uuid5(UIDS, str(at))), generation, created, spec, reindex)


def endpoint(name: str = "orders", /, **more: Any) -> Resource:
    """An Endpoint that stores what is POSTed; `spec` is merged into it, anything else is `resource`'s."""
    spec = {"group": "sales", "security": {"authentication": "None"}, "methods": {"post": {}}} | more.pop("spec", {})
    return resource("Endpoint", name, spec, **more)


def secret(name: str, data: Mapping[str, str], *, namespace: str = NAMESPACE, owner: str | None = None) -> Secret:
    values = {name: value.encode() for name, value in data.items()}
    return Secret(Key("Secret", namespace, name), values, 1, frozenset({owner} if owner else ()))


@dataclass
class Cluster:
    """Resources and Secrets that change, and a translator that is told what has.

    `mistakes` are the paths of indexes that PostgreSQL does not take, with its words.
    """

    resources: dict[Key, Resource] = field(default_factory=dict)
    stored: dict[Key, Secret] = field(default_factory=dict)
    translator: Translator = field(default_factory=Translator)
    secrets: dict[Key, Secret | None] = field(default_factory=dict)
    paths: dict[str, str | None] = field(default_factory=dict)
    mistakes: dict[str, str] = field(default_factory=lambda: {BAD_PATH: POSTGRES_SAYS})
    _changed: set[Key] | None = None

    def put(self, *things: Resource | Secret) -> "Cluster":
        for thing in things:
            if isinstance(thing, Secret):
                self.stored[thing.key] = thing
                if thing.key in self.secrets:
                    self.secrets[thing.key] = thing
            else:
                self.resources[thing.key] = thing
            self._note(thing.key)
        return self

    def drop(self, *keys: Key) -> "Cluster":
        for gone in keys:
            self.resources.pop(gone, None)
            self.stored.pop(gone, None)
            if gone in self.secrets:
                self.secrets[gone] = None
            self._note(gone)
        return self

    def edit(self, at: Key, spec: Any) -> "Cluster":
        """A new generation."""
        before = self.resources[at]
        return self.put(replace(before, spec=spec, generation=before.generation + 1))

    def world(self) -> World:
        return World(self.resources, self.secrets, self.paths)

    def translate(self) -> Translation:
        """Translate, read what is asked for, and translate again: all that is left is to make tokens."""
        changed, self._changed = self._changed, set()
        outcome = self.translator.translate(self.world(), changed)
        touched = outcome.changed
        while outcome.wanted_secrets or outcome.wanted_paths:
            outcome = self.translator.translate(self.world(), self._read(outcome))
            touched |= outcome.changed
        return replace(outcome, changed=touched)

    def _read(self, outcome: Translation) -> set[Key]:
        self.secrets |= {wanted: self.stored.get(wanted) for wanted in outcome.wanted_secrets}
        self.paths |= {path: self.mistakes.get(path) for path in outcome.wanted_paths}
        return {*outcome.wanted_secrets, *(Key("JsonPath", "", path) for path in outcome.wanted_paths)}

    def _note(self, changed: Key) -> None:
        if self._changed is not None:
            self._changed.add(changed)


def cluster(*things: Resource | Secret, last_good: Mapping[str, Served] | None = None) -> Cluster:
    return Cluster(translator=Translator(last_good)).put(*things)


def translated(*things: Resource | Secret) -> Translation:
    return cluster(*things).translate()


def verdict_on(wanted: Key, *things: Resource | Secret) -> Verdict:
    return translated(*things).verdicts[wanted]


def findings(verdict: Verdict, condition: ConditionType | None = None) -> list[Finding]:
    return [finding for finding in verdict.findings if condition in (None, finding.condition)]


def said(verdict: Verdict) -> list[tuple[str, str, str | None]]:
    """Condition, reason and path of each finding."""
    return [(str(f.condition), str(f.reason), f.path) for f in verdict.findings]


def configs(translation: Translation) -> dict[Key, AnyConfig]:
    return {at: served.config for at, served in translation.served.items()}


def dumped(
    translation: Translation, *, of: Iterable[Key] | None = None
) -> dict[Key, tuple[int, str, Mapping[str, bytes]]]:
    """Everything that is served, byte by byte."""
    return {
        at: (served.generation, served.config.model_dump_json(by_alias=True), served.secrets)
        for at, served in translation.served.items()
        if of is None or at in of
    }
