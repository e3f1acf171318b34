"""The brake in the loop: most endpoints vanish at once, and stay served until a later list says the same."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.operator.inside import Inside, api_server
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.api_server import ApiServer
from tidegate_operator.brake import Brake
from tidegate_operator.metrics import METRICS

NAMES = {f"one-of-many-{number}" for number in range(25)}


@pytest.fixture
async def rights(operator_account: Path) -> AsyncIterator[ApiServer]:
    async with api_server(operator_account) as api:
        yield api


async def test_what_vanishes_at_once_is_held_while_what_is_new_is_served(own: Site, rights: ApiServer) -> None:
    await asyncio.gather(*(own.apply(endpoint(name)) for name in NAMES))
    inside = Inside(rights, own.pool, [own.namespace], every=0.2)
    inside.control.brake = Brake(hold_seconds=3600)
    async with inside.running(watching=False):
        assert await own.served() == NAMES
        await own.api.delete_all(own.namespace)
        await eventually(lambda: METRICS.held._value.get() == len(NAMES))
        await own.apply(endpoint("new"))
        await eventually(lambda: _serves(own, NAMES | {"new"}))
        inside.control.brake.hold_seconds = 0.5
        await eventually(lambda: _serves(own, {"new"}))
        assert METRICS.held._value.get() == 0


async def test_a_world_that_comes_back_in_time_loses_nothing(own: Site, rights: ApiServer) -> None:
    await asyncio.gather(*(own.apply(endpoint(name)) for name in NAMES))
    inside = Inside(rights, own.pool, [own.namespace], every=0.2)
    inside.control.brake = Brake(hold_seconds=3600)
    async with inside.running(watching=False):
        await own.api.delete_all(own.namespace)
        await eventually(lambda: METRICS.held._value.get() == len(NAMES))
        await asyncio.gather(*(own.apply(endpoint(name)) for name in NAMES))
        await eventually(lambda: METRICS.held._value.get() == 0)
        assert inside.control.brake.since is None
        assert await own.served() == NAMES


async def _serves(site: Site, names: set[str]) -> bool:
    return await site.served() == names
