"""The fixtures of `tests.postgres` themselves."""

import asyncpg

from tests.postgres import PgServer
from tidegate_gateway.data.migrate import check_version


async def execute(url: str, statement: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_database_has_this_versions_schema(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await check_version(connection)
    await connection.close()


async def test_what_is_left_behind_in_a_database(database_url: str) -> None:
    await execute(database_url, "UPDATE config_state SET revision = 7")


async def test_is_in_no_other(database_url: str) -> None:
    assert await execute(database_url, "SELECT revision FROM config_state") == 0


async def test_an_empty_database_is_empty(empty_database_url: str) -> None:
    assert await execute(empty_database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0


def test_a_test_without_a_loop_has_one_too(database_url: str) -> None:
    assert database_url.startswith("postgresql://")


async def test_a_server_keeps_what_was_committed_when_it_is_killed(pg_server: PgServer) -> None:
    assert await execute(pg_server.url, "SHOW fsync") == "on"
    await execute(pg_server.url, "CREATE TABLE kept (it int)")
    before = pg_server.url
    await pg_server.kill()
    await pg_server.start()
    assert pg_server.url == before
    await pg_server.restart()
    assert await execute(pg_server.url, "SELECT count(*) FROM kept") == 0
