"""What resources of one kind hold before they are served: an Integration its slug, an Endpoint its address."""

from collections.abc import Callable, Sequence

from tidegate_gateway.config.model import AnyConfig
from tidegate_operator.store import Key
from tidegate_operator.translate.claims import Age, Claim, Claims
from tidegate_operator.translate.facts import Candidate

SlotOf = Callable[[AnyConfig], str | None]


class Slots:
    """Each slot is one resource's. `slot_of` gives the one that a configuration needs; None: there is none to have."""

    def __init__(self, slot_of: SlotOf) -> None:
        self._slot_of = slot_of
        self._claims: Claims[Key] = Claims()

    def put(self, key: Key, age: Age, candidates: Sequence[Candidate]) -> None:
        """Enter what a resource could be served as, the dearest first; nothing takes it out."""
        slots = dict.fromkeys(self._slot_of(candidate.config) for candidate in candidates)
        self._claims.put(key, [Claim(slot, age) for slot in slots if slot is not None])

    def settle(self) -> set[Key]:
        """Settle what has changed; gives the resources whose part in it may be another one."""
        return self._claims.settle()

    def chosen(self, key: Key, candidates: Sequence[Candidate]) -> Candidate | None:
        """The candidate that is served: the first whose slot is held."""
        held = self._claims.held(key)
        return next((c for c in candidates if held and self._slot_of(c.config) == held.slot), None)

    def holder(self, config: AnyConfig) -> Key | None:
        """Who holds the slot that a configuration needs."""
        slot = self._slot_of(config)
        return self._claims.holder(slot) if slot is not None else None
