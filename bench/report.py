"""The table of a run: medians over the rounds, and ratios to the baseline of the same round."""

import os
import platform
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from bench.load import Measured

HEAD = ("case", "req/s", "× baseline", "p50 ms", "p99 ms", "server µs/req", "PostgreSQL µs/req", "not 201")


class Round(NamedTuple):
    """One case in one round; processor time in seconds a request."""

    measured: Measured
    server: float
    postgres: float


def table(rounds: Mapping[str, Sequence[Round]]) -> str:
    """A table in Markdown. The first case is the baseline."""
    baseline = next(iter(rounds.values()))
    lines = [HEAD, ("---",) + ("---:",) * (len(HEAD) - 1)]
    lines += [(case, *_row(own, baseline)) for case, own in rounds.items()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Where it was measured."""
    return f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, {platform.system()}"


def _row(own: Sequence[Round], baseline: Sequence[Round]) -> tuple[str, ...]:
    ratio = median(one.measured.rate / other.measured.rate for one, other in zip(own, baseline, strict=True))
    return (
        f"{median(one.measured.rate for one in own):,.0f}",
        f"{ratio:.2f}",
        f"{median(one.measured.p50 for one in own):.2f}",
        f"{median(one.measured.p99 for one in own):.2f}",
        f"{1e6 * median(one.server for one in own):.0f}",
        f"{1e6 * median(one.postgres for one in own):.0f}",
        f"{sum(one.measured.failures for one in own)}",
    )
