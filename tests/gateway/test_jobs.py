"""Jobs go on whatever happens to them."""

import asyncio

from tests.gateway.logs import Logs
from tests.waiting import eventually
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.jobs import Jobs


async def test_a_job_that_fails_is_begun_again(logs: Logs) -> None:
    runs = 0

    async def fail() -> None:
        nonlocal runs
        runs += 1
        raise Unavailable if runs == 1 else RuntimeError

    jobs = Jobs({"failing": fail}, retry_seconds=0)
    jobs.start()
    await eventually(lambda: runs > 2)
    await jobs.stop()
    lines = [(line["event"], line["job"]) for line in logs.lines()]
    assert lines[:2] == [("job waits for the database", "failing"), ("job failed", "failing")]


async def test_one_that_fails_leaves_the_others_alone_and_all_end() -> None:
    steps: list[str] = []

    async def fail() -> None:
        raise RuntimeError

    async def work() -> None:
        steps.append("begun")
        try:
            await asyncio.Event().wait()
        finally:
            steps.append("ended")

    jobs = Jobs({"failing": fail, "working": work})
    jobs.start()
    await eventually(lambda: steps)
    await jobs.stop()
    assert steps == ["begun", "ended"]
