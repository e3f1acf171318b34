"""What the translation came to so far, what of it has changed, and the last good of every resource.

What was served counts as good only once nothing is left to be read: before that it is not published either.
"""

from collections.abc import Collection, Mapping
from typing import NamedTuple, TypeVar

from tidegate_operator.store import Key
from tidegate_operator.translate.model import Bug, Served, TokenSecretWanted, Translation, Verdict

K = TypeVar("K")
V = TypeVar("V")


class Outcome(NamedTuple):
    """What one resource came to. `current`: what is served is the draft."""

    verdict: Verdict
    served: Served | None = None
    wanted: TokenSecretWanted | None = None
    current: bool = False


class Outcomes:
    """The outcomes of all resources. Objects stay the same for as long as they say the same."""

    def __init__(self, last_good: Mapping[str, Served]) -> None:
        self._last_good = dict(last_good)
        self._unconfirmed: set[Key] = set()
        self._left: set[str] = set()  # uids that no resource has any more
        self._served: dict[Key, Served] = {}
        self._verdicts: dict[Key, Verdict] = {}
        self._wanted: dict[Key, TokenSecretWanted] = {}
        self._changed: set[Key] = set()

    def last_good(self, uid: str) -> Served | None:
        """What was served last of a resource."""
        return self._last_good.get(uid)

    def served(self, key: Key) -> Served | None:
        """What is served of a resource now."""
        return self._served.get(key)

    def put(self, key: Key, outcome: Outcome | None) -> None:
        """Replace the outcome of a resource; None: it is gone."""
        before = self._verdicts.get(key)
        if before and (outcome is None or outcome.verdict.uid != before.uid):
            self._left.add(before.uid)
        if outcome is None:
            self._take_out(key)
            return
        served = self._same(key, outcome)
        if outcome.verdict != before or served is not self._served.get(key):
            self._changed.add(key)
            self._unconfirmed.add(key)
        if outcome.verdict != before:
            self._verdicts[key] = outcome.verdict
        _keep(self._served, key, served)
        _keep(self._wanted, key, outcome.wanted)

    def confirm(self) -> set[Key]:
        """From now on what is served is the last good; gives the resources of which it is another than it was."""
        for uid in self._left:
            self._last_good.pop(uid, None)
        confirmed, self._unconfirmed, self._left = self._unconfirmed, set(), set()
        return {key for key in confirmed if key in self._verdicts and self._confirm(key)}

    def translation(self, unread: Collection[Key], bugs: Collection[Bug]) -> Translation:
        """All of it, and what has changed since the last time."""
        changed, self._changed = self._changed, set()
        return Translation(
            served=self._served.copy(),
            verdicts=self._verdicts.copy(),
            changed=frozenset(changed),
            wanted_secrets=frozenset(key for key in unread if key.kind == "Secret"),
            wanted_paths=frozenset(key.name for key in unread if key.kind == "JsonPath"),
            wanted_tokens=tuple(self._wanted[key] for key in sorted(self._wanted)),
            bugs=tuple(sorted(bugs, key=lambda bug: bug.key)),
        )

    def _take_out(self, key: Key) -> None:
        if self._verdicts.pop(key, None):
            self._changed.add(key)
        self._served.pop(key, None)
        self._wanted.pop(key, None)

    def _same(self, key: Key, outcome: Outcome) -> Served | None:
        """The object that says the same already, if there is one."""
        known = (self._served.get(key), self._last_good.get(outcome.verdict.uid))
        return next((served for served in known if served == outcome.served), outcome.served)

    def _confirm(self, key: Key) -> bool:
        uid, served = self._verdicts[key].uid, self._served.get(key)
        before = self._last_good.get(uid)
        _keep(self._last_good, uid, served)
        return before is not served


def _keep(into: dict[K, V], key: K, value: V | None) -> None:
    if value is None:
        into.pop(key, None)
    else:
        into[key] = value
