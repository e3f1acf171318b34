"""Publishing to a real PostgreSQL: the difference and nothing but it, in one revision, by one leader."""

import json

import asyncpg

from tests.gateway.config.running import stored
from tests.gateway.config.samples import endpoint_row, rows_of, uid_of
from tests.waiting import eventually
from tidegate_gateway.config.publish import Outcome, Publisher

ONE, TWO, THREE = endpoint_row("one"), endpoint_row("two"), endpoint_row("three")


async def test_the_first_publish_writes_everything(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    assert await publisher.publish(rows_of([ONE, TWO]), 1) == Outcome(1, changed=2, withdrawn=0)
    assert await stored(pool) == {"one": (1, False), "two": (1, False)}
    assert publisher.revisions == {ONE.ref: 1, TWO.ref: 1}


async def test_only_what_differs_gets_the_new_revision(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    changed = endpoint_row("two", paused=True)
    assert await publisher.publish(rows_of([ONE, changed, THREE]), 1) == Outcome(2, changed=2)
    assert await stored(pool) == {"one": (1, False), "two": (2, False), "three": (2, False)}
    assert publisher.revisions == {ONE.ref: 1, TWO.ref: 2, THREE.ref: 2}


async def test_nothing_differs_and_nothing_is_written(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    assert await Publisher(pool).publish(rows_of([TWO, ONE]), 1) == Outcome(1)
    assert await pool.fetchval("SELECT revision FROM config_state") == 1
    await pool.close()
    assert await publisher.publish(rows_of([TWO, ONE]), 1) == Outcome(1)


async def test_a_new_generation_of_the_same_configuration_is_published(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    assert await publisher.publish(rows_of([endpoint_row("one", generation=2)]), 1) == Outcome(2, changed=1)
    assert await pool.fetchval("SELECT generation FROM config") == 2


async def test_the_stored_row_is_the_row(pool: asyncpg.Pool) -> None:
    await Publisher(pool).publish(rows_of([ONE]), 1)
    published = (await Publisher(pool).load())[ONE.ref]
    assert (published.namespace, published.name, published.generation, published.revision, published.digest) == (
        "acme",
        "one",
        1,
        1,
        ONE.digest,
    )
    assert json.loads(published.document) == json.loads(ONE.document)


async def test_a_deleted_row_stays_as_a_mark_with_a_new_revision(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE, TWO]), 1)
    assert await publisher.publish(rows_of([TWO]), 1) == Outcome(2, withdrawn=1)
    assert await stored(pool) == {"one": (2, True), "two": (1, False)}
    assert publisher.revisions.keys() == {TWO.ref}
    assert (await publisher.load()).keys() == {TWO.ref}
    assert await publisher.publish(rows_of([TWO]), 1) == Outcome(2)


async def test_without_delete_nothing_goes(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    assert await publisher.publish(rows_of([TWO]), 1, delete=False) == Outcome(2, changed=1)
    assert await stored(pool) == {"one": (1, False), "two": (2, False)}
    assert publisher.revisions.keys() == {ONE.ref, TWO.ref}


async def test_a_row_comes_back_under_the_same_uid_and_under_another(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    await publisher.publish({}, 1)
    await publisher.publish(rows_of([ONE]), 1)
    assert await stored(pool) == {"one": (3, False)}
    again = endpoint_row("one", uid=uid_of("again"))
    assert await publisher.publish(rows_of([again]), 1) == Outcome(4, changed=1, withdrawn=1)
    records = await pool.fetch("SELECT uid::text, deleted FROM config WHERE name = 'one'")
    assert {r["uid"]: r["deleted"] for r in records} == {ONE.uid: True, again.uid: False}


async def test_gateways_are_notified_of_the_revision_at_the_commit(pool: asyncpg.Pool, database_url: str) -> None:
    heard: list[str] = []
    connection = await asyncpg.connect(database_url)
    await connection.add_listener("tidegate_config", lambda *told: heard.append(str(told[3])))
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    await publisher.publish(rows_of([ONE]), 1)
    await publisher.publish(rows_of([TWO]), 1)
    await eventually(lambda: len(heard) == 2)
    assert heard == ["1", "2"]
    await connection.close()


async def test_ten_thousand_rows_are_one_revision(pool: asyncpg.Pool) -> None:
    rows = rows_of(endpoint_row(f"e{n}") for n in range(10_000))
    publisher = Publisher(pool)
    assert await publisher.publish(rows, 1) == Outcome(1, changed=10_000)
    assert await pool.fetchval("SELECT count(*) FROM config WHERE revision = 1 AND NOT deleted") == 10_000
    assert await publisher.publish({}, 1) == Outcome(2, withdrawn=10_000)
    assert await pool.fetchval("SELECT count(*) FROM config WHERE revision = 2 AND deleted") == 10_000
