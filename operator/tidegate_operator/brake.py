"""The brake: a pass that would withdraw most of what is served waits, until a later complete list confirms it."""

HOLD_SECONDS = 60.0
ALWAYS_FREE = 20  # so many endpoints may go at once without a question


class Brake:
    """Times are monotonic seconds. It holds deletions only: what is new or changed is published all the same."""

    def __init__(self, hold_seconds: float = HOLD_SECONDS) -> None:
        self.hold_seconds = hold_seconds
        self.since: float | None = None

    def holds(self, served: int, withdrawn: int, now: float, listed_at: float) -> bool:
        """Whether `withdrawn` of `served` endpoints must stay. `listed_at`: when the last complete list began."""
        if withdrawn <= ALWAYS_FREE or withdrawn * 2 <= served:
            self.since = None
            return False
        if self.since is None:
            self.since = now
        if listed_at >= self.since + self.hold_seconds:
            self.since = None
            return False
        return True
