"""Gateways follow what is published: by notifications, by polling, and through every loss of a connection."""

import asyncio

import asyncpg
import pytest
import structlog

from tests.gateway.config.running import COMPILERS, at, cut_listeners, gateway, put, running
from tests.gateway.config.samples import SEALER, endpoint_row, integration_row, rows_of, uid_of
from tests.gateway.config.wire import wire
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.config import assembly
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.sealed import open_fields
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.pool import connect

ONE, TWO = endpoint_row("one"), endpoint_row("two")
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


async def test_everything_is_loaded_at_the_start(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO, endpoint_row("gone")]), 1)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    async with running(database_url, pool) as watch:
        assert watch.snapshot.revision == 2
        assert watch.snapshot.endpoints == {"acme/main/one": "one for None days", "acme/main/two": "two for None days"}
        assert watch.snapshot.objects.keys() == {ONE.ref, TWO.ref}


async def test_an_empty_database_is_loaded_too(pool: asyncpg.Pool, database_url: str) -> None:
    async with running(database_url, pool) as watch:
        assert (watch.snapshot.revision, dict(watch.snapshot.objects)) == (0, {})


async def test_changes_arrive_by_notification(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    async with running(database_url, pool) as watch:
        await publisher.publish(rows_of([ONE]), 1)
        await at(watch, 1)
        await publisher.publish(rows_of([endpoint_row("one", retention_days=3), TWO]), 1)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/one": "one for 3 days", "acme/main/two": "two for None days"}
        await publisher.publish(rows_of([TWO]), 1)
        await at(watch, 3)
        assert watch.snapshot.endpoints == {"acme/main/two": "two for None days"}


async def test_changes_arrive_by_polling_where_nothing_can_listen(pool: asyncpg.Pool) -> None:
    async with running(NOWHERE, pool, poll_seconds=0.05) as watch:
        await Publisher(pool).publish(rows_of([ONE]), 1)
        await at(watch, 1)


async def test_what_is_published_while_nothing_listens_is_seen_at_the_reconnect(
    pool: asyncpg.Pool, database_url: str
) -> None:
    async with wire(database_url) as cable, running(cable.url, pool) as watch:
        await Publisher(pool).publish(rows_of([ONE]), 1)
        await at(watch, 1)
        cable.cut()
        await Publisher(pool).publish(rows_of([ONE, TWO]), 1)
        await at(watch, 2)


async def test_a_listening_connection_that_the_server_ends_is_made_anew(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    async with running(database_url, pool) as watch:
        for revision in (1, 2, 3):
            assert await cut_listeners(pool) == 1
            await publisher.publish(rows_of([endpoint_row("one", retention_days=revision)]), 1)
            await at(watch, revision)
            await eventually(
                lambda: pool.fetchval(
                    "SELECT count(*) = 1 FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
            )


async def test_a_restart_of_the_server_is_survived(pg_server: PgServer) -> None:
    connection = await asyncpg.connect(pg_server.url)
    await migrate(connection)
    await connection.close()
    async with connect(pg_server.url) as pool, running(pg_server.url, pool) as watch:
        await Publisher(pool).publish(rows_of([ONE]), 1)
        await at(watch, 1)
        await pg_server.stop()
        assert watch.snapshot.endpoints.keys() == {"acme/main/one"}
        await pg_server.start()
        await Publisher(pool).publish(rows_of([ONE, TWO]), 1)
        await at(watch, 2)
        await eventually(lambda: pool.fetchval("SELECT revision = 2 FROM gateway"))


async def test_a_gateway_that_starts_before_its_database_waits_for_it(pg_server: PgServer) -> None:
    connection = await asyncpg.connect(pg_server.url)
    await migrate(connection)
    await connection.close()
    await pg_server.stop()
    async with connect(pg_server.url) as pool:
        watch = gateway(pg_server.url, pool, poll_seconds=0.1)
        with structlog.testing.capture_logs() as logs:
            watch.start()
            await eventually(lambda: [entry for entry in logs if entry["event"] == "cannot keep up"])
        assert not watch.loaded
        await pg_server.start()
        await eventually(lambda: watch.loaded)
        await watch.stop()


async def test_an_address_that_moves_is_where_it_moved(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    async with running(database_url, pool) as watch:
        await publisher.publish(rows_of([endpoint_row("one", slug="two"), endpoint_row("two", slug="one")]), 1)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/two": "one for None days", "acme/main/one": "two for None days"}


async def test_a_resource_made_anew_takes_the_address_over(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    async with running(database_url, pool) as watch:
        again = endpoint_row("one", uid=uid_of("again"), retention_days=1)
        await publisher.publish(rows_of([again]), 1)
        await at(watch, 2)
        assert watch.snapshot.endpoints == {"acme/main/one": "one for 1 days"}
        assert watch.snapshot.objects.keys() == {again.ref}


async def test_a_snapshot_in_use_stays_as_it_is(pool: asyncpg.Pool, database_url: str) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    swapped: list[Snapshot] = []
    async with running(database_url, pool, on_swap=swapped.append) as watch:
        before = watch.snapshot
        await publisher.publish(rows_of([TWO]), 1)
        await at(watch, 2)
        assert before.endpoints.keys() == {"acme/main/one"}
    assert swapped[-1] is watch.snapshot
    assert [snapshot.revision for snapshot in swapped] == [1, 2]


async def test_a_database_restored_to_an_earlier_revision_is_loaded_anew(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    async with running(NOWHERE, pool, poll_seconds=0.05) as watch:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM config WHERE revision = 2")
            await connection.execute("UPDATE config_state SET revision = 1")
        await at(watch, 1)
        assert watch.snapshot.endpoints.keys() == {"acme/main/one"}
        await eventually(lambda: pool.fetchval("SELECT revision = 1 FROM gateway"))


async def test_a_restored_database_that_has_caught_up_in_number_is_noticed_at_the_reconnect(
    pool: asyncpg.Pool, database_url: str
) -> None:
    """A restore ends every connection, so that whoever listens again has to look at everything."""
    await Publisher(pool).publish(rows_of([ONE, TWO]), 1)
    async with running(database_url, pool) as watch:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute("DELETE FROM config WHERE name = 'two'")
            await connection.execute("UPDATE config SET digest = 'other', configuration = $1", ONE.document)
        await cut_listeners(pool)
        await eventually(lambda: watch.snapshot.endpoints.keys() == {"acme/main/one"})
        assert watch.snapshot.objects[ONE.ref].digest == "other"


async def test_a_complete_load_compiles_only_what_differs(pool: asyncpg.Pool, database_url: str) -> None:
    compiled: list[str] = []
    compilers = {"Endpoint": lambda config, uid: compiled.append(config.name)}
    await Publisher(pool).publish(rows_of([ONE, TWO]), 1)
    async with running(database_url, pool, compilers=compilers) as watch:
        before = watch.snapshot
        await cut_listeners(pool)
        await eventually(lambda: watch.snapshot is not before)
        assert sorted(compiled) == ["one", "two"]


async def test_credentials_come_along_sealed(pool: asyncpg.Pool, database_url: str) -> None:
    row = integration_row("crm", password=b"hunter2")
    await Publisher(pool, SEALER).publish(rows_of([row]), 1)
    async with running(database_url, pool) as watch:
        sealed = watch.snapshot.objects[row.ref].sealed
        assert sealed is not None
        assert open_fields(sealed, "acme", uid_of("crm"), SEALER) == {"password": b"hunter2"}


async def test_kinds_that_nobody_compiles_are_passed_over(pool: asyncpg.Pool, database_url: str) -> None:
    await put(pool, "Dashboard", uid_of("board"), "board", "{}")
    await Publisher(pool).publish(rows_of([ONE]), 1, delete=False)
    async with running(database_url, pool, compilers={"Endpoint": COMPILERS["Endpoint"]}) as watch:
        assert watch.snapshot.objects.keys() == {ONE.ref}
        assert not watch.failures


async def test_requests_have_their_turn_while_much_is_compiled(
    pool: asyncpg.Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly, "SLICE_SECONDS", 0)
    turns, at_turn = 0, list[int]()
    compilers = {"Endpoint": lambda config, uid: at_turn.append(turns)}

    async def serve() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    await Publisher(pool).publish(rows_of(endpoint_row(f"e{n}") for n in range(20)), 1)
    serving = asyncio.create_task(serve())
    async with running(database_url, pool, compilers=compilers):
        assert len(set(at_turn)) == 20
    serving.cancel()
