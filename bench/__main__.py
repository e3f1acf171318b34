"""`python -m bench`: a PostgreSQL with all that makes it durable, every server on it, and the load on each in turn."""

import argparse
import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.processes import cpu_seconds, load, server
from bench.report import Round, machine, table
from bench.servers import CASES, QUERIES
from bench.target import ORDER, Target
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_operator.local.postgres import EmbeddedPostgres


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="how often each case has its turn (5)")
    parser.add_argument("--seconds", type=float, default=4, help="how long a turn is, after a second to warm up (4)")
    parser.add_argument("--connections", type=int, default=16, help="keep-alive connections of the load (16)")
    return parser.parse_args()


async def run(rounds: int, seconds: float, connections: int) -> dict[str, list[Round]]:
    """Measures every case in each round; who begins changes from round to round."""
    results: dict[str, list[Round]] = {case: [] for case in CASES}
    async with AsyncExitStack() as stay:
        folder = Path(stay.enter_context(TemporaryDirectory(prefix="tidegate-bench-")))
        folder.chmod(0o711)  # PostgreSQL may have to run as another user than we
        postgres = EmbeddedPostgres(folder)
        url = await postgres.start()
        stay.push_async_callback(postgres.stop)
        version = await _prepare(url)
        print(f"{machine()}, PostgreSQL {version}; {connections} connections, {len(ORDER):,} bytes a request\n")
        servers = {case: await stay.enter_async_context(server(case, url)) for case in CASES}
        for number in range(rounds):
            for case in [*CASES][number % len(CASES) :] + [*CASES][: number % len(CASES)]:
                results[case].append(await _turn(*servers[case], postgres.pid or 0, connections, seconds))
                print(
                    f"round {number + 1}, {case}: {results[case][-1].measured.rate:,.0f} requests a second", flush=True
                )
    return results


async def _turn(pid: int, target: Target, postgres: int, connections: int, seconds: float) -> Round:
    before = [cpu_seconds(pid), cpu_seconds(postgres)]
    measured = await load(target, connections, seconds)
    used = [cpu_seconds(pid) - before[0], cpu_seconds(postgres) - before[1]]
    return Round(measured, *(seconds / measured.requests for seconds in used))


async def _prepare(url: str) -> str:
    async with connect(url) as pool:
        async with acquire(pool) as connection:
            await migrate(connection)
            version: str = await connection.fetchval(QUERIES.version)
        await make_partitions(pool, datetime.now(UTC))
    return version


if __name__ == "__main__":
    print(f"\n{table(asyncio.run(run(**vars(arguments()))))}")
