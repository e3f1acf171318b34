"""Two replicas: one leads and writes, the other is ready to. A new leader writes nothing that is there already."""

import time
from collections.abc import AsyncIterator, Callable

import pytest

from tests.operator.running import Operator, Site, endpoint, led, started
from tidegate_gateway.config.watch import ConfigWatch
from tidegate_operator.leader import Timing

PROMISED_SECONDS = 15.0


@pytest.fixture
async def pair(own: Site, gateway: ConfigWatch) -> AsyncIterator[tuple[Operator, Operator]]:
    """The leader and the other one; an Endpoint with tokens is Ready."""
    async with own.operator("one") as first:
        await led(await started(first))
        async with own.operator("two") as second:
            await started(second)
            await own.apply(endpoint("orders", security={}))
            await own.until_ready("Endpoint", "orders")
            yield first, second


async def test_a_leader_that_is_killed_is_replaced_in_time_and_nothing_is_written_twice(
    own: Site, pair: tuple[Operator, Operator], record_property: Callable[[str, object], None]
) -> None:
    first, second = pair
    assert await second.probe("/readyz") == (200, '{"ready":true,"listed":true,"passing":true,"database":true}')
    assert await second.metric("tidegate_operator_leads") == 0
    assert await second.metric("tidegate_operator_status_writes_total") == 0
    assert second.lines("published") == []
    before, revision = await own.versions(), await own.revision()
    await first.kill()
    killed = time.monotonic()
    await led(second)
    seconds = time.monotonic() - killed
    record_property("seconds", round(seconds, 1))
    assert seconds <= PROMISED_SECONDS
    await _serves(own, "more")
    assert await _unchanged(own, before)
    assert await own.revision() == revision + 1
    assert await own.pool.fetchval("SELECT epoch FROM config_state") == 2


async def test_sigterm_hands_over_at_once_and_a_restart_writes_nothing(
    own: Site, pair: tuple[Operator, Operator]
) -> None:
    first, second = pair
    before, revision = await own.versions(), await own.revision()
    told = len(await own.api.list("Event", own.namespace))
    assert await first.stop() == 0
    stopped = time.monotonic()
    await led(second)
    assert time.monotonic() - stopped < Timing().duration  # the lease was given back, and did not run out
    await first.start()
    await started(first)
    assert await second.stop() == 0
    await led(first)
    await _serves(own, "more")
    assert await _unchanged(own, before)
    assert await own.revision() == revision + 1
    assert len(await own.api.list("Event", own.namespace)) <= told + 1
    assert len(first.lines("ending")) == 1


async def _serves(site: Site, name: str) -> None:
    """The leader is at work: what is applied now is published, after everything that it did when it took over."""
    await site.apply(endpoint(name))
    await site.until_ready("Endpoint", name)


async def _unchanged(site: Site, before: dict[str, str]) -> bool:
    after = await site.versions()
    return {name: after[name] for name in before} == before
