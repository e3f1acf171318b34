"""PostgreSQL goes and comes back: the operator waits, says so in its readiness, and catches up, statuses included."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tests.gateway.config.running import running
from tests.operator.api import Api
from tests.operator.running import Operator, Site, endpoint, site, started
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.data.migrate import migrate


@pytest.fixture
async def fragile(
    namespace: str, api: Api, pg_server: PgServer, operator_account: Path, lease_namespace: str, tmp_path: Path
) -> AsyncIterator[Site]:
    """A site on a database server of its own."""
    connection = await asyncpg.connect(pg_server.url)
    await migrate(connection)
    await connection.close()
    async with site(namespace, api, pg_server.url, operator_account, lease_namespace, tmp_path) as fragile:
        yield fragile


async def test_what_changes_meanwhile_is_published_and_said_when_it_is_back(fragile: Site, pg_server: PgServer) -> None:
    async with fragile.operator() as operator, running(fragile.database_url, fragile.pool):
        await started(operator)
        await fragile.apply(endpoint("before"))
        await fragile.apply(endpoint("goes"))
        await fragile.until_ready("Endpoint", "before")
        await fragile.until_ready("Endpoint", "goes")
        version = (await fragile.get("Endpoint", "before"))["metadata"]["resourceVersion"]
        await pg_server.stop()
        await eventually(lambda: _is_unready(operator))
        await fragile.apply(endpoint("meanwhile"))
        await fragile.delete("Endpoint", "goes")
        await eventually(lambda: _has_failed(operator, 3), within=20)
        assert (await operator.probe("/healthz"))[0] == 200  # it is alive: a restart would mend nothing
        await pg_server.start()
        await fragile.until_ready("Endpoint", "meanwhile", within=20)
        await fragile.until_withdrawn("goes")
        await started(operator)
        assert (await fragile.get("Endpoint", "before"))["metadata"]["resourceVersion"] == version
        assert len(operator.lines("starting")) == 1


async def test_it_waits_for_a_database_that_is_not_there_yet(fragile: Site, pg_server: PgServer) -> None:
    await pg_server.stop()
    await fragile.apply(endpoint("early"))
    async with fragile.operator() as operator:
        await eventually(lambda: operator.lines("waiting for the database"), within=20)
        assert not await operator.is_ready()
        assert (await operator.probe("/healthz"))[0] == 200
        await pg_server.start()
        await started(operator)
        await eventually(lambda: fragile.row("Endpoint", "early"))


async def test_it_ends_at_a_signal_also_while_it_waits(fragile: Site, pg_server: PgServer) -> None:
    await pg_server.stop()
    async with fragile.operator() as operator:
        await eventually(lambda: operator.lines("waiting for the database"), within=20)
        assert await operator.stop(within=10) == 0


async def test_an_older_schema_is_waited_for_and_a_newer_one_ends_it(fragile: Site) -> None:
    await fragile.pool.execute("INSERT INTO migration (name, checksum) VALUES ('9999_later', 'x')")
    async with fragile.operator() as operator:
        assert await operator.ended() == 1
        assert "start a newer version" in operator.lines("ending")[0]["problem"]


async def _is_unready(operator: Operator) -> bool:
    status, body = await operator.probe("/readyz")
    return status == 503 and '"database":false' in body


async def _has_failed(operator: Operator, times: int) -> bool:
    _, text = await operator.probe("/metrics")
    wanted = 'tidegate_operator_passes_total{result="failed"} '
    return any(float(line.removeprefix(wanted)) >= times for line in text.splitlines() if line.startswith(wanted))
