"""10,000 Endpoints: the cold start of an operator, its memory, and one change among them, busy and idle."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable

from bench.cluster import NAMESPACE, Cluster, cluster
from bench.latencies import ANSWERED, SENT, Latencies, table
from bench.processes import peak_megabytes
from tests.operator.running import Operator, endpoint

ENDPOINTS, AT_ONCE, CHANGES = 10_000, 16, 100
POLL_SECONDS, LIMIT_SECONDS, QUIET_SECONDS = 0.05, 300.0, 3.0


async def run() -> str:
    """Two tables: the cold start; changes while statuses drain, and afterwards."""
    async with cluster() as place:
        await _apply_all(place, (f"many-{number}" for number in range(ENDPOINTS)))
        began = time.perf_counter()
        async with place.operator() as operator:
            published = await _until(lambda: _published(place)) - began
            drained = asyncio.create_task(_statuses_written(operator))
            busy = await _changes(place, "busy", lambda made: made < CHANGES and not drained.done())
            statuses = await drained - began
            await _check(place)
            idle = await _changes(place, "idle", lambda made: made < CHANGES)
            start = _start_table(published, statuses, peak_megabytes(operator.pid))
    lines = [Latencies(f"{len(busy)} while statuses drain", busy), Latencies(f"{len(idle)} afterwards", idle)]
    return f"{start}\n\n{table(lines, SENT, ANSWERED)}"


async def _apply_all(place: Cluster, names: Iterable[str]) -> None:
    async def apply() -> None:
        for name in waiting:
            await place.site.apply(endpoint(name))

    waiting = iter(names)
    await asyncio.gather(*(apply() for _ in range(AT_ONCE)))


async def _changes(place: Cluster, name: str, goes_on: Callable[[int], bool]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    while goes_on(len(found)):
        found.append(await place.applied(endpoint(f"{name}-{len(found)}")))
    return found


async def _published(place: Cluster) -> bool:
    return len(await place.site.served()) >= ENDPOINTS


async def _statuses_written(operator: Operator) -> float:
    """When the last status was written: none has followed for a while."""
    written, last = 0.0, time.perf_counter()
    while not written or time.perf_counter() - last < QUIET_SECONDS:
        now = await operator.metric("tidegate_operator_status_writes_total")
        if now > written and written < ENDPOINTS:
            written, last = now, time.perf_counter()
        await asyncio.sleep(POLL_SECONDS)
    return last


async def _check(place: Cluster) -> None:
    found = await place.site.api.list("Endpoint", NAMESPACE)
    waiting = sum(
        all(c["status"] != "True" for c in one["status"]["conditions"] if c["type"] == "Ready") for one in found
    )
    if waiting:
        raise SystemExit(f"{waiting} of {len(found)} Endpoints are not ready")


async def _until(probe: Callable[[], Awaitable[bool]]) -> float:
    deadline = time.perf_counter() + LIMIT_SECONDS
    while time.perf_counter() < deadline:
        if await probe():
            return time.perf_counter()
        await asyncio.sleep(POLL_SECONDS)
    raise SystemExit(f"It did not come true within {LIMIT_SECONDS:.0f} s.")


def _start_table(published: float, statuses: float, megabytes: float) -> str:
    return (
        f"| cold start with {ENDPOINTS:,} Endpoints | |\n| --- | ---: |\n"
        f"| from the start of the process to everything published | {published:.1f} s |\n"
        f"| to all statuses written | {statuses:.1f} s |\n"
        f"| peak memory of the operator | {megabytes:.0f} MB |"
    )
