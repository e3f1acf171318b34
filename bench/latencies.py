"""Tables of latencies: the 50th and the 99th of a hundred, in milliseconds."""

from collections.abc import Sequence
from typing import NamedTuple

SENT, ANSWERED = "from sending it", "from the API server's answer"


class Latencies(NamedTuple):
    """What was measured, and for each time the seconds of each column."""

    what: str
    seconds: Sequence[Sequence[float]]

    def table(self, *columns: str) -> str:
        """A table of its own, in Markdown."""
        return table([self], *columns)


def table(measured: Sequence[Latencies], *columns: str) -> str:
    """In Markdown, a line for each of what was measured."""
    lines = [("", *(f"{column}, p50 / p99 ms" for column in columns)), ("---", *("---:" for _ in columns))]
    lines += [(one.what, *map(_shown, zip(*one.seconds, strict=True))) for one in measured]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _shown(seconds: Sequence[float]) -> str:
    return f"{1000 * quantile(seconds, 0.50):.1f} / {1000 * quantile(seconds, 0.99):.1f}"


def quantile(values: Sequence[float], part: float) -> float:
    """The value that this part of all lies below."""
    in_order = sorted(values)
    return in_order[min(int(len(in_order) * part), len(in_order) - 1)]
