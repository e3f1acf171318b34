"""What probes and Prometheus see of an operator."""

import time

import aiohttp

from tests.operator.conftest import Place
from tests.operator.driving import Loop
from tests.operator.running import Operator, Site, endpoint
from tests.waiting import eventually
from tidegate_gateway.data.pool import connect
from tidegate_gateway.serving import Serving
from tidegate_operator.errors import ApiError
from tidegate_operator.health import SILENT_SECONDS, Health, health_app

METRICS = (
    'tidegate_operator_passes_total{result="done"}',
    "tidegate_operator_pass_seconds_count",
    "tidegate_operator_publish_latency_seconds_count",
    "tidegate_operator_status_latency_seconds_count",
    'tidegate_operator_status_writes_total{result="written"}',
    'tidegate_operator_objects{kind="Endpoint",ready="True"}',
    'tidegate_operator_objects{kind="DataSchema",ready="True"}',
    "tidegate_operator_leads",
    "tidegate_operator_last_event_timestamp_seconds",
)


async def asked(loop: Loop, path: str) -> tuple[int, str]:
    """Status and body of an admin address."""
    app = health_app(Health(loop.control, loop.pool), loop.store)
    async with (
        Serving(app, "127.0.0.1:0") as serving,
        aiohttp.ClientSession(f"http://{serving.address}") as session,
        session.get(path) as answer,
    ):
        return answer.status, await answer.text()


async def test_an_operator_at_work_says_so(shared: Site, shared_place: Place) -> None:
    operator = shared_place.operator
    schema = {"apiVersion": "tidegate.dev/v1alpha1", "kind": "DataSchema", "metadata": {"name": "s"}}
    await shared.apply(schema | {"spec": {"schema": {"type": "object"}}})
    await shared.apply(endpoint("measured"))
    await shared.until_ready("Endpoint", "measured")
    await shared.until_ready("DataSchema", "s")
    assert await operator.probe("/healthz") == (200, "ok\n")
    assert await operator.probe("/readyz") == (200, '{"ready":true,"listed":true,"passing":true,"database":true}')
    samples = await eventually(lambda: _samples(operator))
    assert samples['tidegate_operator_objects{kind="Endpoint",ready="True"}'] == 1
    assert samples["tidegate_operator_held_withdrawals"] == 0
    assert "tidegate_operator_repairs_total" in samples
    assert not [name for name in samples if "measured" in name or shared.namespace in name]


async def test_it_is_ready_after_the_first_list_and_while_passes_come_through(loop: Loop) -> None:
    status, body = await asked(loop, "/readyz")
    assert (status, body) == (503, '{"ready":false,"listed":false,"passing":true,"database":true}')
    loop.control.list_completed(time.monotonic())
    assert (await asked(loop, "/readyz"))[0] == 200
    loop.given.refusal = ApiError("Reading", 503, "away")
    loop.apply("orders", 1, security={})
    for _ in range(3):
        await loop.fails()
    status, body = await asked(loop, "/readyz")
    assert (status, body) == (503, '{"ready":false,"listed":true,"passing":false,"database":true}')


async def test_a_database_that_does_not_answer_is_said_within_a_moment(loop: Loop, database_url: str) -> None:
    loop.control.list_completed(time.monotonic())
    async with connect(database_url.replace("/test_", "/no_such_"), size=1) as pool:
        loop.pool = pool
        began = time.monotonic()
        assert (await asked(loop, "/readyz"))[0] == 503
        assert time.monotonic() - began < 3


async def test_a_loop_that_has_not_been_heard_of_is_not_alive(loop: Loop) -> None:
    assert await asked(loop, "/healthz") == (200, "ok\n")
    loop.control.heard_at -= SILENT_SECONDS
    assert await asked(loop, "/healthz") == (503, "the loop is silent\n")
    loop.control.heard()  # a list that failed, a wait for the database
    assert (await asked(loop, "/healthz"))[0] == 200
    loop.control.heard_at -= SILENT_SECONDS
    await loop.control.attempt()
    assert (await asked(loop, "/healthz"))[0] == 200


async def test_objects_are_counted_by_kind_and_state(loop: Loop) -> None:
    loop.apply("one", 1)
    loop.apply("two", 2)
    _, text = await asked(loop, "/metrics")
    assert 'tidegate_operator_objects{kind="Endpoint",ready="Unknown"} 2.0' in text


async def _samples(operator: Operator) -> dict[str, float] | None:
    """All samples of ours, once each of METRICS counts something: the last status is counted after it is shown."""
    _, text = await operator.probe("/metrics")
    lines = [line.rpartition(" ") for line in text.splitlines() if line.startswith("tidegate_")]
    samples = {name: float(value) for name, _, value in lines}
    return samples if all(samples.get(name, 0) > 0 for name in METRICS) else None
