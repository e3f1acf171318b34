"""Connections that outlive whoever closed them are waited for."""

import asyncio

import pytest

from tests.connections import all_closed, still_open
from tests.controlplane.cluster import Cluster
from tests.operator.inside import api_server


@pytest.mark.parametrize("turns", range(20))
async def test_what_a_cancelled_request_leaves_is_closed_in_the_end(control_plane: Cluster, turns: int) -> None:
    """At each of its turns a request has its connection in another state."""
    async with api_server(control_plane.kubeconfig) as api:
        tasks = [asyncio.create_task(api.crd_is_served("Endpoint")) for _ in range(4)]
        for _ in range(turns):
            await asyncio.sleep(0.001)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await all_closed()
    assert still_open() == []


async def test_what_is_open_is_seen_until_it_is_closed() -> None:
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0) as server:
        _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        assert writer.transport in still_open()
        writer.close()
        await all_closed()
        assert still_open() == []
