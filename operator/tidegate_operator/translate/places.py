"""Where something stands in a manifest, and how to name it after something before it was cut out."""

from tidegate_crds.paths import Part

At = tuple[Part, ...]
SPEC: At = ("spec",)


class Cuts:
    """The items that were cut out of lists: what comes after them stands at another index than in the manifest."""

    def __init__(self) -> None:
        self._cut: dict[At, list[int]] = {}

    def add(self, place: At) -> None:
        """What stands at this place in the manifest has been cut."""
        if isinstance(place[-1], int):
            self._cut[place[:-1]] = sorted((*self._cut.get(place[:-1], ()), place[-1]))

    def in_manifest(self, place: At) -> At:
        """Where in the manifest something is that stands at `place` in the remains."""
        at: At = ()
        for part in place:
            at += (self._in_list(at, part) if isinstance(part, int) else part,)
        return at

    def _in_list(self, at: At, index: int) -> int:
        for cut in self._cut.get(at, ()):
            index += cut <= index
        return index
