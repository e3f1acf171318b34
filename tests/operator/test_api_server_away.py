"""The API server cannot be reached by the operator: for a moment, for long, without a word, or with 503s only."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.gateway.config.running import running
from tests.operator.relay import Relay, relayed
from tests.operator.running import START_SECONDS, Operator, Site, endpoint, led, started
from tests.processes import restarting
from tests.waiting import eventually

FAULTS: dict[str, Callable[[Relay], None]] = {"cut": Relay.cut, "silent": Relay.silence, "busy": Relay.busy}


@pytest.fixture
async def behind(own: Site, tmp_path: Path) -> AsyncIterator[tuple[Site, Relay]]:
    """A site whose operators reach the API server through a relay; tests do not. Two Endpoints are on it."""
    with relayed(own.kubeconfig, tmp_path) as (relay, kubeconfig):
        async with running(own.database_url, own.pool):
            await own.apply(endpoint("stays"))
            await own.apply(endpoint("goes"))
            yield replace(own, kubeconfig=kubeconfig), relay


@pytest.mark.parametrize("fault", FAULTS)
async def test_it_recovers_by_itself_and_loses_no_deletion(behind: tuple[Site, Relay], fault: str) -> None:
    site, relay = behind
    operator = site.operator()
    async with restarting(operator) as kept:
        await site.until_ready("Endpoint", "goes", within=START_SECONDS)
        before = await site.row("Endpoint", "stays")
        FAULTS[fault](relay)
        await site.delete("Endpoint", "goes")
        await site.apply(endpoint("comes"))
        await eventually(lambda: kept.starts == 2, within=20)  # a leader that cannot renew its Lease must end
        assert operator.lines("ending")[0]["part"] == "lease"
        assert await site.served() == {"stays", "goes"}
        relay.open()
        await site.until_ready("Endpoint", "comes", within=40)
        assert await site.served() == {"stays", "comes"}
        assert await site.row("Endpoint", "stays") == before


async def test_a_short_cut_costs_no_restart_and_no_deletion(behind: tuple[Site, Relay]) -> None:
    site, relay = behind
    async with site.operator() as operator:
        await led(await started(operator))
        await site.until_ready("Endpoint", "goes")
        relay.cut()
        await site.delete("Endpoint", "goes")
        await site.apply(endpoint("comes"))
        await eventually(lambda: _has_noticed(operator))
        relay.open()
        await site.until_ready("Endpoint", "comes")
        assert await site.served() == {"stays", "comes"}
        assert len(operator.lines("starting")) == 1


async def test_the_other_replica_survives_and_leads_when_it_can(behind: tuple[Site, Relay]) -> None:
    site, relay = behind
    async with site.operator("one") as operator:
        await led(await started(operator))
        relay.busy()
        assert await operator.ended() == 1
    async with site.operator("two") as operator:
        await eventually(lambda: operator.lines("list failed, will retry"), within=20)
        assert (await operator.probe("/readyz"))[0] == 503
        assert await operator.stop() == 0


async def _has_noticed(operator: Operator) -> bool:
    return (
        bool(operator.lines("lease attempt failed")) or await operator.metric("tidegate_operator_api_errors_total") > 0
    )
