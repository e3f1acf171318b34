"""Requests that store: every server beside the others, on one PostgreSQL with all that makes it durable."""

from contextlib import AsyncExitStack

from bench.database import database
from bench.processes import cpu_seconds, load, server
from bench.report import Round, table
from bench.servers import CASES
from bench.target import ORDER, Target

ROUNDS, SECONDS, CONNECTIONS = 5, 4.0, 16


async def run() -> str:
    """The table. Each case has its turn in each round; who begins changes from round to round."""
    results: dict[str, list[Round]] = {case: [] for case in CASES}
    async with AsyncExitStack() as stay:
        own = await stay.enter_async_context(database())
        servers = {case: await stay.enter_async_context(server(case, own.url)) for case in CASES}
        for number in range(ROUNDS):
            for case in [*CASES][number % len(CASES) :] + [*CASES][: number % len(CASES)]:
                results[case].append(await _turn(*servers[case], own.pid))
    setting = f"PostgreSQL {own.version}; {CONNECTIONS} connections, {len(ORDER):,} bytes a request"
    return f"{setting}\n\n{table(results)}"


async def _turn(pid: int, target: Target, postgres: int) -> Round:
    before = [cpu_seconds(pid), cpu_seconds(postgres)]
    measured = await load(target, CONNECTIONS, SECONDS)
    used = [cpu_seconds(pid) - before[0], cpu_seconds(postgres) - before[1]]
    return Round(measured, *(seconds / measured.requests for seconds in used))
