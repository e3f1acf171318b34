"""The admin address says which part is not well."""

from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry, Counter

from tests.gateway.front.calling import Reply, answer
from tidegate_gateway.admin import Readiness, admin_app

READY = Readiness(configuration=True, database=True, running=True)


async def ask(path: str, readiness: Readiness = READY) -> Reply:
    registry = CollectorRegistry()
    Counter("served", "Requests.", registry=registry).inc()

    async def now() -> Readiness:
        return readiness

    return await answer(admin_app(now, registry), "GET", path)


async def test_a_gateway_that_serves_is_ready() -> None:
    reply = await ask("/readyz")
    assert reply.status == 200
    assert reply.json == {"ready": True, "configuration": True, "database": True, "running": True, "problem": None}


@pytest.mark.parametrize("part", ["configuration", "database", "running"])
async def test_each_part_keeps_it_from_being_ready(part: str) -> None:
    parts = {"configuration": True, "database": True, "running": True} | {part: False}
    reply = await ask("/readyz", Readiness(**parts, problem="Something is in the way."))
    assert reply.status == 503
    assert reply.json == {"ready": False, **parts, "problem": "Something is in the way."}


async def test_a_problem_keeps_it_from_being_ready_with_all_its_parts_there() -> None:
    reply = await ask("/readyz", replace(READY, problem="The clock is wrong."))
    assert (reply.status, reply.json["ready"], reply.json["problem"]) == (503, False, "The clock is wrong.")


async def test_it_is_well_even_if_it_is_not_ready() -> None:
    reply = await ask("/healthz", Readiness(configuration=False, database=False, running=False))
    assert (reply.status, reply.body) == (200, b"ok\n")


async def test_metrics_are_prometheus_text() -> None:
    reply = await ask("/metrics")
    assert (reply.status, "served_total 1.0" in reply.body.decode()) == (200, True)
    assert reply.headers["content-type"].startswith("text/plain; version=")


async def test_there_is_nothing_else() -> None:
    assert (await ask("/")).status == 404
