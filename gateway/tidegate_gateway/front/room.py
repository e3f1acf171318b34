"""Room for the bodies that are held at a time: each is bounded by its endpoint, and all of them together here.

A body counts by what there is of it, not by what its head promises: a promise costs a caller nothing.
"""

from tidegate_gateway.problems import Problem

FREE_BYTES = 64 * 1024  # a body up to this size counts as nothing
USUAL_BYTES = 512 * 1024 * 1024


class Room:
    """Room for `most` bytes; `held` is how many are taken."""

    def __init__(self, most: int = USUAL_BYTES) -> None:
        self.most, self.held = most, 0

    def share(self) -> "Share":
        """The share of one body, which is nothing yet."""
        return Share(self)


class Share:
    """What one body takes of the room, until it is given back."""

    __slots__ = ("_held", "_room")

    def __init__(self, room: Room) -> None:
        self._room, self._held = room, 0

    def grow(self, size: int) -> None:
        """The body has `size` bytes by now. Problem: `unavailable`, where others leave no room for so many."""
        if size <= FREE_BYTES:
            return
        others = self._room.held - self._held
        if others and others + size > self._room.most:
            raise Problem("unavailable", why=f"the bodies of other requests hold {others} bytes")
        self._room.held, self._held = others + size, size

    def give_back(self) -> None:
        """Nobody needs the body any more; may be said twice."""
        self._room.held -= self._held
        self._held = 0
