"""How much of the work in the background is done in one transaction: what neither writers nor readers notice."""

FIRST, MOST = 500, 2000
SECONDS = 0.2  # an open transaction holds back what readers see; a single one of the largest documents takes longer


def next_size(size: int, seconds: float) -> int:
    """How many to do at once, where so many took so long."""
    return max(1, min(MOST, 2 * size, int(size * SECONDS / max(seconds, 0.001))))
