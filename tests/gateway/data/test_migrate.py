"""Migrations: once each, in order, whole or not at all, by however many processes at once."""

import asyncio
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tidegate_gateway.data.errors import MigrationChanged, SchemaTooNew, SchemaTooOld, Unavailable
from tidegate_gateway.data.migrate import OWN, Migration, check_version, migrate

FIRST = Migration("0001_first", "CREATE TABLE first (id integer); INSERT INTO first VALUES (1);")
SLOW = Migration("0002_slow", "SELECT pg_sleep(0.3); CREATE TABLE slow ();")
BROKEN = Migration("0003_broken", "CREATE TABLE third (); SELECT nothing;")


@pytest.fixture
async def connection(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def tables(connection: asyncpg.Connection) -> set[str]:
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {row["tablename"] for row in rows}


async def test_ours_make_the_tables_and_a_second_time_nothing(connection: asyncpg.Connection) -> None:
    assert await migrate(connection) == [migration.name for migration in OWN]
    assert {"migration", "config", "config_state", "gateway", "datum"} <= await tables(connection)
    assert await migrate(connection) == []
    await check_version(connection)


def test_ours_are_numbered_without_a_gap() -> None:
    numbers = [int(migration.name.partition("_")[0]) for migration in OWN]
    assert numbers == list(range(1, len(OWN) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z_]+", migration.name) for migration in OWN)


async def test_only_what_is_missing_is_applied(connection: asyncpg.Connection) -> None:
    assert await migrate(connection, [FIRST]) == ["0001_first"]
    assert await migrate(connection, [FIRST, SLOW]) == ["0002_slow"]
    assert await connection.fetchval("SELECT count(*) FROM first") == 1
    assert await tables(connection) == {"migration", "first", "slow"}


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
async def test_of_several_processes_one_works_and_the_others_find_it_done(
    empty_database_url: str, isolation: str
) -> None:
    async def process() -> list[str]:
        connection = await asyncpg.connect(
            empty_database_url, server_settings={"default_transaction_isolation": isolation}
        )
        try:
            return await migrate(connection, [FIRST, SLOW])
        finally:
            await connection.close()

    done = await asyncio.gather(*(process() for _ in range(4)))
    assert sorted(name for names in done for name in names) == ["0001_first", "0002_slow"]


async def test_a_migration_that_fails_leaves_nothing_and_is_tried_again(connection: asyncpg.Connection) -> None:
    with pytest.raises(Unavailable):
        await migrate(connection, [FIRST, SLOW, BROKEN])
    assert await tables(connection) == {"migration", "first", "slow"}
    assert await migrate(connection, [FIRST, SLOW, Migration(BROKEN.name, "CREATE TABLE third ()")]) == [BROKEN.name]


async def test_no_timeout_ends_a_migration(empty_database_url: str) -> None:
    connection = await asyncpg.connect(
        empty_database_url,
        command_timeout=0.1,
        server_settings={"statement_timeout": "100ms", "lock_timeout": "100ms"},
    )
    assert await migrate(connection, [FIRST, SLOW]) == ["0001_first", "0002_slow"]
    assert await connection.fetchval("SELECT current_setting('statement_timeout')") == "100ms"
    await connection.close()


async def test_a_database_of_a_newer_version_is_refused(connection: asyncpg.Connection) -> None:
    await migrate(connection, [FIRST, SLOW, Migration("0007_later", "CREATE TABLE later ()")])
    sentence = (
        "The database has migration 0007_later, which this version of Tidegate does not know: start a newer version."
    )
    for refused in (check_version(connection, [FIRST, SLOW]), migrate(connection, [FIRST, SLOW, BROKEN])):
        with pytest.raises(SchemaTooNew) as caught:
            await refused
        assert str(caught.value) == sentence
        assert (caught.value.found, caught.value.known[:2]) == ("0007_later", "00")
    assert await tables(connection) == {"migration", "first", "slow", "later"}


async def test_a_database_that_lacks_a_migration_is_refused(connection: asyncpg.Connection) -> None:
    with pytest.raises(SchemaTooOld) as caught:
        await check_version(connection, [FIRST, SLOW])
    assert str(caught.value) == "The database lacks migration 0001_first: run `tidegate migrate`."
    await migrate(connection, [FIRST])
    with pytest.raises(SchemaTooOld) as caught:
        await check_version(connection, [FIRST, SLOW])
    assert caught.value.missing == "0002_slow"


async def test_looking_at_the_version_writes_nothing(connection: asyncpg.Connection) -> None:
    with pytest.raises(SchemaTooOld):
        await check_version(connection)
    assert await tables(connection) == set()


async def test_an_applied_migration_that_changed_is_refused(connection: asyncpg.Connection) -> None:
    await migrate(connection, [FIRST])
    changed = [Migration(FIRST.name, "CREATE TABLE other ()"), SLOW]
    for refused in (check_version(connection, changed), migrate(connection, changed)):
        with pytest.raises(MigrationChanged) as caught:
            await refused
        assert str(caught.value) == (
            "Migration 0001_first is not the one that was applied to the database: "
            "an applied migration must never change."
        )
        assert caught.value.name == "0001_first"
    assert await tables(connection) == {"migration", "first"}
