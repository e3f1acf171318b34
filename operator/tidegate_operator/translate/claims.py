"""Who holds what two may claim: an address, a slug. The older claim holds it, whatever order the claims came in.

Each claimant lists its claims, the dearest first, and gets the first that no older claim stands against (deferred
acceptance: there is one such outcome). Only what a changed claim can reach is settled anew. It must never look at
what is claimed.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tidegate_operator.store import Key

Claimant = TypeVar("Claimant", bound=Hashable)
Age = tuple[str, Key]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim on a slot, as old as `age`; no two claims are of one age unless they are of one claimant."""

    slot: str
    age: Age


class Claims(Generic[Claimant]):
    """The claims of every claimant, and who holds which slot as of the last `settle`."""

    def __init__(self) -> None:
        self._claims: dict[Claimant, tuple[Claim, ...]] = {}
        self._rivals: dict[str, set[Claimant]] = {}
        self._held: dict[Claimant, Claim] = {}
        self._holders: dict[str, Claimant] = {}
        self._unsettled: set[Claimant] = set()

    def put(self, claimant: Claimant, claims: Iterable[Claim]) -> None:
        """Replace the claims of one claimant; none takes it out."""
        listed = tuple(claims)
        if listed == self._claims.get(claimant, ()):
            return
        for rival in self._rivals_of(claimant):
            self._unsettled.add(rival)
        self._list(claimant, listed)
        self._unsettled.add(claimant)

    def held(self, claimant: Claimant) -> Claim | None:
        """The claim that a claimant got."""
        return self._held.get(claimant)

    def holder(self, slot: str) -> Claimant | None:
        """Who holds a slot."""
        return self._holders.get(slot)

    def settle(self) -> set[Claimant]:
        """Settle what has changed; gives everyone whose outcome, or whose rival's outcome, may be another one."""
        affected = self._reach(self._unsettled)
        self._unsettled = set()
        for claimant in affected:
            claim = self._held.pop(claimant, None)
            if claim and self._holders.get(claim.slot) == claimant:
                del self._holders[claim.slot]
        for claimant, claim in _deferred_acceptance({c: self._claims.get(c, ()) for c in affected}).items():
            self._held[claimant] = claim
            self._holders[claim.slot] = claimant
        return affected

    def _list(self, claimant: Claimant, claims: tuple[Claim, ...]) -> None:
        for claim in self._claims.pop(claimant, ()):
            rivals = self._rivals.get(claim.slot)
            if rivals:
                rivals.discard(claimant)
                if not rivals:
                    del self._rivals[claim.slot]
        for claim in claims:
            self._rivals.setdefault(claim.slot, set()).add(claimant)
        if claims:
            self._claims[claimant] = claims

    def _rivals_of(self, claimant: Claimant) -> set[Claimant]:
        return {rival for claim in self._claims.get(claimant, ()) for rival in self._rivals[claim.slot]}

    def _reach(self, claimants: set[Claimant]) -> set[Claimant]:
        """All that are connected with these through slots that both claim."""
        reached, frontier = set(claimants), list(claimants)
        while frontier:
            new = self._rivals_of(frontier.pop()) - reached
            reached |= new
            frontier += new
        return reached


def _deferred_acceptance(claims: dict[Claimant, Sequence[Claim]]) -> dict[Claimant, Claim]:
    """Each proposes down its list; a slot keeps the oldest proposal so far and sends the other's owner on."""
    place = dict.fromkeys(claims, 0)
    holders: dict[str, Claimant] = {}
    free = list(claims)
    while free:
        claimant = free.pop()
        while place[claimant] < len(claims[claimant]):
            claim = claims[claimant][place[claimant]]
            rival = holders.get(claim.slot)
            if rival is None or claim.age < claims[rival][place[rival]].age:
                holders[claim.slot] = claimant
                if rival is not None:
                    place[rival] += 1
                    free.append(rival)
                break
            place[claimant] += 1
    return {claimant: claims[claimant][place[claimant]] for claimant in holders.values()}
