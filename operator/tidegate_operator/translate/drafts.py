"""The drafts of all resources, each made again only when something that it has read has changed.

A draft is what a resource's own processor makes of it; facts are what drafts may know of each other. It must never
settle who holds what, and a processor that breaks on a resource must never reach beyond it.
"""

import traceback
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import TypeVar

from tidegate_operator.store import Key, Resource
from tidegate_operator.translate import agent, company, data_schema, endpoint, integration, task
from tidegate_operator.translate.facts import NO_TENANT, Built, Tenant, document_key, presence_key, tenant_key
from tidegate_operator.translate.model import Bug, Served, World
from tidegate_operator.translate.readings import Reader, Readings, Stage
from tidegate_operator.translate.verdicts import bug
from tidegate_operator.translate.view import View

T = TypeVar("T")

BUILDERS: Mapping[str, Callable[[Resource, View], Built]] = {
    "DataSchema": data_schema.build,
    "Agent": agent.build,
    "Integration": integration.build,
    "Task": task.build,
    "Company": company.build,
    "Endpoint": endpoint.build,
}
"""The kinds in their order: what one may know of another kind is known before it is built."""
REFERRED_TO = ("DataSchema", "Task", "Integration")


class Drafts:
    """What was built, what is known, and what is stale since something changed."""

    def __init__(self) -> None:
        self.built: dict[Key, Built] = {}
        self.bugs: list[Bug] = []
        self.unread: set[Key] = set()
        self.readings = Readings()
        self._facts: dict[Key, object] = {}
        self._stale: dict[Stage, set[Key]] = {stage: set() for stage in Stage}
        self._world = World({})

    def begin(self, world: World, changed: Collection[Key] | None) -> None:
        """Take in the world. `changed` are the resources, Secrets and paths that are others; None: all may be."""
        self._world, self.bugs = world, []
        for key in {*world.resources, *self.built} if changed is None else changed:
            if key.kind in BUILDERS:
                self._stale[Stage.BUILD].add(key)
                self._learn_inputs(key)
            else:
                self._touch(key)

    def build(self, kind: str) -> set[Key]:
        """Build what is stale of a kind; gives what was built, and what is gone."""
        keys = {key for key in self._stale[Stage.BUILD] if key.kind == kind}
        self._stale[Stage.BUILD] -= keys
        for key in keys:
            self._build(key)
        return keys

    def finish(self, keys: Collection[Key]) -> None:
        """What is served of these may be something else now."""
        self._stale[Stage.FINISH].update(keys)

    def take_unfinished(self) -> set[Key]:
        """Everything of which something else may be served now."""
        taken, self._stale[Stage.FINISH] = self._stale[Stage.FINISH], set()
        return taken

    def learn(self, key: Key, fact: object) -> bool:
        """Keep what may be known; whoever has read something else is stale. None: there is nothing to know."""
        if self._facts.get(key) == fact:
            return False
        if fact is None:
            del self._facts[key]
        else:
            self._facts[key] = fact
        self._touch(key)
        return True

    def tenant(self, namespace: str) -> Tenant:
        """The company that a namespace is."""
        fact = self._facts.get(tenant_key(namespace))
        return fact if isinstance(fact, Tenant) else NO_TENANT

    def watched(self, reader: Reader, work: Callable[[View], T]) -> T | None:
        """Work on a resource with what it reads kept; if that breaks, it is a bug of ours, and None."""
        view = View(self._world, self._facts, reader.key.namespace)
        try:
            return work(view)
        except Exception as error:  # noqa: BLE001 - it stays with this resource
            stack = "".join(traceback.format_tb(error.__traceback__))
            self.bugs.append(Bug(reader.key, f"{stack}{type(error).__name__}"))
            return None
        finally:
            self.readings.record(reader, frozenset(view.read))
            self.unread |= view.unread

    def complete(self, key: Key, served: Served | None) -> None:
        """Let what is served stand for the draft that it was made of: one object instead of two."""
        if served is not None and self.built[key].draft is not served.config:
            self.built[key] = replace(self.built[key], draft=served.config)

    def still_unread(self) -> set[Key]:
        """What somebody has looked for that nobody has read yet."""
        self.unread = {key for key in self.unread if self._is_unread(key) and self.readings.readers(key)}
        return self.unread

    def _build(self, key: Key) -> None:
        reader = Reader(Stage.BUILD, key)
        resource = self._world.resources.get(key)
        if resource is None:
            self.built.pop(key, None)
            self.readings.record(reader, frozenset())
            return
        builder = BUILDERS[key.kind]
        built = self.watched(reader, lambda view: builder(resource, view))
        self.built[key] = built or Built(findings=(bug(),))

    def _learn_inputs(self, key: Key) -> None:
        resource = self._world.resources.get(key)
        if key.kind in REFERRED_TO:
            self.learn(presence_key(*key), resource.uid if resource else None)
        if key.kind == "DataSchema":
            found = self.watched(Reader(Stage.INPUT, key), lambda _: resource and data_schema.document(resource))
            self.learn(document_key(key.namespace, key.name), found)

    def _touch(self, key: Key) -> None:
        for stage, reader in self.readings.readers(key):
            self._stale[stage].add(reader)

    def _is_unread(self, key: Key) -> bool:
        known: Collection[object] = self._world.paths if key.kind == "JsonPath" else self._world.secrets
        return (key.name if key.kind == "JsonPath" else key) not in known
