"""Publishing credentials: they rest encrypted, and are encrypted anew when they or the key change."""

from dataclasses import replace

import asyncpg

from tests.gateway.config.samples import SEALER, endpoint_row, integration_row, rows_of, uid_of
from tidegate_gateway.config.publish import Outcome, Publisher
from tidegate_gateway.config.sealed import open_fields
from tidegate_gateway.secrets import Key, Sealer

ONE = endpoint_row("one")


async def sealed_part(pool: asyncpg.Pool) -> bytes | None:
    sealed: bytes | None = await pool.fetchval("SELECT sealed FROM config WHERE kind = 'Integration'")
    return sealed


async def test_credentials_are_sealed_and_sealed_anew_only_when_they_change(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool, SEALER)
    await publisher.publish(rows_of([integration_row(password=b"hunter2")]), 1)
    first = await sealed_part(pool)
    assert first is not None
    assert open_fields(first, "acme", uid_of("crm"), SEALER) == {"password": b"hunter2"}
    await publisher.publish(rows_of([integration_row(password=b"hunter2"), ONE]), 1)
    assert await sealed_part(pool) == first
    await publisher.publish(rows_of([integration_row(password=b"hunter3"), ONE]), 1)
    changed = await sealed_part(pool)
    assert changed is not None
    assert open_fields(changed, "acme", uid_of("crm"), SEALER) == {"password": b"hunter3"}


async def test_a_new_first_key_seals_everything_anew(pool: asyncpg.Pool) -> None:
    await Publisher(pool, SEALER).publish(rows_of([integration_row(password=b"hunter2")]), 1)
    new = Key("2026", b"k" * 32)
    both = Sealer([new, Key("2025", b"n" * 32)])
    row = integration_row(sealer=both, password=b"hunter2")
    assert await Publisher(pool, both).publish(rows_of([row]), 1) == Outcome(2, changed=1)
    sealed = await sealed_part(pool)
    assert sealed is not None
    assert open_fields(sealed, "acme", uid_of("crm"), Sealer([new])) == {"password": b"hunter2"}


async def test_a_new_generation_with_the_same_credentials_leaves_what_is_sealed(pool: asyncpg.Pool) -> None:
    publisher, row = Publisher(pool, SEALER), integration_row(password=b"hunter2")
    await publisher.publish(rows_of([row]), 1)
    first = await sealed_part(pool)
    later = replace(row, generation=2)
    assert await publisher.publish(rows_of([later]), 1) == Outcome(2, changed=1)
    assert await sealed_part(pool) == first
    without = replace(row, generation=3, sealed_fields={})  # as an operator has it that went on from what is published
    assert await publisher.publish(rows_of([without]), 1) == Outcome(3, changed=1)
    assert await sealed_part(pool) == first


async def test_credentials_come_back_with_their_row(pool: asyncpg.Pool) -> None:
    publisher, row = Publisher(pool, SEALER), integration_row(password=b"hunter2")
    for rows in ([row], [], [row]):
        await publisher.publish(rows_of(rows), 1)
    sealed = await sealed_part(pool)
    assert sealed is not None
    assert open_fields(sealed, "acme", uid_of("crm"), SEALER) == {"password": b"hunter2"}


async def test_credentials_that_were_taken_away_are_gone(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool, SEALER)
    await publisher.publish(rows_of([integration_row(password=b"hunter2")]), 1)
    await publisher.publish(rows_of([integration_row()]), 1)
    assert await sealed_part(pool) is None


async def test_a_withdrawn_row_keeps_no_credentials(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool, SEALER)
    await publisher.publish(rows_of([integration_row(password=b"hunter2")]), 1)
    await publisher.publish({}, 1)
    assert await sealed_part(pool) is None


async def test_no_credential_is_in_the_tables(pool: asyncpg.Pool) -> None:
    await Publisher(pool, SEALER).publish(rows_of([integration_row(password=b"hunter2")]), 1)
    for shown in ("config::text", "encode(sealed, 'escape')"):
        assert not await pool.fetchval(f"SELECT {shown} LIKE '%hunter2%' FROM config")
