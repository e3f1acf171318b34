"""One pass over the resources: drafts, then who holds what, then what is served and what there is to say.

Incremental: only what a change can reach is computed again, and the outcome is what a whole pass would give. What was
served before is all the memory there is: the last good of a resource whose draft is not to be served.
"""

from collections.abc import Collection, Mapping, Sequence, Set

from tidegate_gateway.config.model import CompanyConfig, EndpointConfig
from tidegate_operator.store import Key, Resource
from tidegate_operator.translate import serving
from tidegate_operator.translate.contests import Contests
from tidegate_operator.translate.drafts import BUILDERS, Drafts
from tidegate_operator.translate.facts import NO_TENANT, Candidate, fact_of, tenant_key
from tidegate_operator.translate.model import Served, Translation, World
from tidegate_operator.translate.outcomes import Outcome, Outcomes
from tidegate_operator.translate.readings import Reader, Stage
from tidegate_operator.translate.secret_values import unmet
from tidegate_operator.translate.token_secret import wanted
from tidegate_operator.translate.verdicts import bug, foreign_tokens, verdict
from tidegate_operator.translate.view import View


class Translator:
    """It goes on from what it served last; `last_good` is what somebody else served before it, by uid."""

    def __init__(self, last_good: Mapping[str, Served] | None = None) -> None:
        self._drafts = Drafts()
        self._outcomes = Outcomes(last_good or {})
        self._contests = Contests(self._drafts.tenant)
        self._resources: Mapping[Key, Resource] = {}

    @property
    def secrets(self) -> Set[Key]:
        """Every Secret that is referred to; a live view."""
        return self._drafts.readings.secrets

    @property
    def paths(self) -> Set[Key]:
        """Every path of an index that some resource has; a live view."""
        return self._drafts.readings.paths

    def translate(self, world: World, changed: Collection[Key] | None = None) -> Translation:
        """The outcome for this world. `changed`: the resources, Secrets and paths that are others; None: all may be."""
        self._resources = world.resources
        self._drafts.begin(world, changed)
        for kind in BUILDERS:
            while keys := self._drafts.build(kind):
                self._enter(kind, keys)
        self._settle()
        for key in self._drafts.take_unfinished():
            self._finish(key)
        unread = self._drafts.still_unread()
        if not unread:
            for key in self._outcomes.confirm():
                self._claim(key)
        return self._outcomes.translation(unread, self._drafts.bugs)

    def _enter(self, kind: str, keys: set[Key]) -> None:
        """Let everybody know what was built of a kind."""
        for key in keys:
            self._claim(key)
        if kind == "Integration":
            keys |= self._contests.slugs.settle()
        for key in keys:
            self._drafts.learn(key, self._fact(key))
        self._drafts.finish(keys)

    def _claim(self, key: Key) -> None:
        """Enter what a resource needs to hold to be served."""
        resource = self._resources.get(key)
        age = resource.age if resource else ("", key)
        candidates = self._candidates(key)
        match key.kind:
            case "Integration":
                self._contests.slugs.put(key, age, candidates)
            case "Company":
                self._contests.tenants.put_company(key, age, candidates, self._own_slugs(resource, candidates))
            case "Endpoint":
                self._contests.tenants.put_endpoint(key, age if candidates else None)
                self._contests.addresses.put(key, age, candidates)

    def _own_slugs(self, resource: Resource | None, candidates: Sequence[Candidate]) -> frozenset[str]:
        """The slugs that a Company has claimed since it was made, or is served with: an edit makes a claim of now."""
        last = self._outcomes.last_good(resource.uid) if resource else None
        first = candidates if resource and resource.generation == 1 else ()
        configs = [candidate.config for candidate in first] + ([last.config] if last else [])
        return frozenset(config.slug for config in configs if isinstance(config, CompanyConfig))

    def _settle(self) -> None:
        """Settle which company each namespace is, and then who holds which address."""
        tenants = self._contests.tenants
        for namespace in tenants.settle():
            self._drafts.finish(tenants.companies(namespace))
            tenant = tenants.tenant(namespace)
            if self._drafts.learn(tenant_key(namespace), tenant if tenant != NO_TENANT else None):
                self._move(tenants.endpoints(namespace))
        self._drafts.finish(self._contests.addresses.settle())

    def _move(self, endpoints: Sequence[Key]) -> None:
        """Let the Endpoints of a namespace claim their addresses in the company that it is now."""
        for key in endpoints:
            self._claim(key)
        self._drafts.finish(endpoints)

    def _finish(self, key: Key) -> None:
        """Work out what is served of a resource, and what there is to say of it."""
        reader, resource = Reader(Stage.FINISH, key), self._resources.get(key)
        if resource is None:
            self._drafts.readings.record(reader, frozenset())
            self._outcomes.put(key, None)
            return
        outcome = self._drafts.watched(reader, lambda view: self._outcome(resource, view))
        if outcome is None:
            served = self._outcomes.last_good(resource.uid)
            outcome = Outcome(verdict(resource, (bug(),), served, current=False), served)
        self._outcomes.put(key, outcome)
        self._drafts.complete(key, self._outcomes.served(key) if outcome.current else None)

    def _outcome(self, resource: Resource, view: View) -> Outcome:
        key, built = resource.key, self._drafts.built[resource.key]
        chosen = self._contests.chosen(key, self._candidates(key))
        current = chosen is not None and chosen.current
        findings = [*built.findings, *unmet(built.needs, view)]
        if built.draft is not None and not current:
            findings.append(self._contests.conflict(resource, built.draft))
        if chosen is None:
            return Outcome(verdict(resource, findings, None, current=current))
        served = serving.serve(chosen, view)
        tokens = None
        if isinstance(served.config, EndpointConfig):
            findings += foreign_tokens(served.config, resource.uid, view)
            tokens = wanted(served.config, resource.uid, view)
        return Outcome(verdict(resource, findings, served, current=current), served, tokens, current)

    def _candidates(self, key: Key) -> Sequence[Candidate]:
        """What a resource could be served as: as it is written now, or else as it was last."""
        resource, built = self._resources.get(key), self._drafts.built.get(key)
        if resource is None or built is None:
            return ()
        last = self._outcomes.last_good(resource.uid)
        draft = (Candidate(resource.generation, built.draft, True, built.inherits),) if built.draft else ()
        return (*draft, Candidate(last.generation, last.config)) if last else draft

    def _fact(self, key: Key) -> object:
        """What others may know of a resource: what its processor says, or what is served of it."""
        built, resource = self._drafts.built.get(key), self._resources.get(key)
        if built is None or resource is None or built.fact is not None:
            return built and built.fact
        chosen = self._contests.chosen(key, self._candidates(key))
        return fact_of(chosen.config, resource.uid) if chosen else None
