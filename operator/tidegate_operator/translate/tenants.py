"""Which company each namespace is: its Company's slug, or its own name. The older claim holds a slug.

A Company's claim is as old as the Company if it has made it from the start, or holds the slug already. A slug that it
was edited to it claims after everybody else, or an old Company could take any other's callers. A namespace claims its
own name as of its oldest Endpoint that can be served, with or without a Company that says the same.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from tidegate_gateway.config.model import CompanyConfig
from tidegate_operator.store import Key
from tidegate_operator.translate.claims import Age, Claim, Claims
from tidegate_operator.translate.facts import Candidate, Tenant

AFTER_ALL = "~"  # sorts behind every time


class Contender(NamedTuple):
    """A Company, and what it could be served as."""

    key: Key
    age: Age
    candidates: Sequence[Candidate]
    own_slugs: Collection[str]

    def since(self, slug: str) -> Age:
        """How old its claim on a slug is."""
        created, key = self.age
        return self.age if slug in self.own_slugs else (AFTER_ALL + created, key)


class Bid(NamedTuple):
    """A claim on a slug, and the Company and the candidate that make it; neither, if the namespace itself does."""

    claim: Claim
    company: Contender | None = None
    candidate: Candidate | None = None


class Tenants:
    """Every namespace's claims, and what they came to."""

    def __init__(self) -> None:
        self._claims: Claims[str] = Claims()
        self._companies: dict[str, dict[Key, Contender]] = {}
        self._endpoints: dict[str, dict[Key, Age]] = {}
        self._oldest: dict[str, Age] = {}
        self._active: dict[str, Bid] = {}
        self._changed: set[str] = set()

    def companies(self, namespace: str) -> Sequence[Key]:
        """The Companies of a namespace that can be served."""
        return tuple(self._companies.get(namespace, ()))

    def endpoints(self, namespace: str) -> Sequence[Key]:
        """The Endpoints of a namespace that can be served."""
        return tuple(self._endpoints.get(namespace, ()))

    def put_company(self, key: Key, age: Age, candidates: Sequence[Candidate], own_slugs: Collection[str] = ()) -> None:
        """What a Company could be served as, the dearest first; nothing takes it out.

        `own_slugs` are those that it has claimed from the start, or holds.
        """
        companies = self._companies.setdefault(key.namespace, {})
        companies.pop(key, None)
        if candidates:
            companies[key] = Contender(key, age, candidates, own_slugs)
        self._changed.add(key.namespace)

    def put_endpoint(self, key: Key, age: Age | None) -> None:
        """An Endpoint that can be served; None: it can't."""
        endpoints, oldest = self._endpoints.setdefault(key.namespace, {}), self._oldest.get(key.namespace)
        before = endpoints.get(key)
        if age == before:
            return
        if age is None:
            del endpoints[key]
        else:
            endpoints[key] = age
        if before == oldest or (age is not None and oldest is not None and age < oldest):
            self._changed.add(key.namespace)

    def settle(self) -> set[str]:
        """Settle what has changed; gives the namespaces whose company may be another one."""
        changed, self._changed = self._changed, set()
        for namespace in changed:
            self._age(namespace)
            self._claims.put(namespace, (bid.claim for bid in self._bids(namespace)))
        affected = changed | self._claims.settle()
        for namespace in affected:
            self._choose(namespace)
        return affected

    def active(self, namespace: str) -> Bid | None:
        """The bid that won when this was settled last, if one did."""
        return self._active.get(namespace)

    def chosen(self, key: Key) -> Candidate | None:
        """What a Company is served as: what it won its namespace with."""
        bid = self.active(key.namespace)
        return bid.candidate if bid and bid.company and bid.company.key == key else None

    def holder(self, slug: str) -> str | None:
        """The namespace that holds a slug."""
        return self._claims.holder(slug)

    def tenant(self, namespace: str) -> Tenant:
        """The company as other resources see it."""
        bid = self.active(namespace)
        if bid is None:
            return Tenant(rival=self.holder(namespace))
        if bid.candidate is None:
            return Tenant(bid.claim.slot)
        company = _config(bid.candidate)
        return Tenant(company.slug, None, company.retention_days, company.default_priority)

    def _bids(self, namespace: str) -> Iterator[Bid]:
        oldest = self._oldest.get(namespace)
        companies = self._companies.get(namespace, {})
        for company in sorted(companies.values(), key=lambda company: company.age):
            for candidate in company.candidates:
                slug = _config(candidate).slug
                claimed = company.since(slug)
                since = min(claimed, oldest) if oldest and slug == namespace else claimed
                yield Bid(Claim(slug, since), company, candidate)
        if oldest:
            yield Bid(Claim(namespace, oldest))

    def _age(self, namespace: str) -> None:
        oldest = min(self._endpoints.get(namespace, {}).values(), default=None)
        if oldest is None:
            self._oldest.pop(namespace, None)
        else:
            self._oldest[namespace] = oldest

    def _choose(self, namespace: str) -> None:
        """Find the bid that won once for all who will ask: a namespace may have thousands of Companies."""
        held = self._claims.held(namespace)
        won = next((bid for bid in self._bids(namespace) if bid.claim == held), None)
        if won is None:
            self._active.pop(namespace, None)
        else:
            self._active[namespace] = won


def _config(candidate: Candidate) -> CompanyConfig:
    assert isinstance(candidate.config, CompanyConfig)  # noqa: S101 - nothing else is put here
    return candidate.config
