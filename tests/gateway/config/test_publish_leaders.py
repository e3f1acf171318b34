"""Publishing when others publish, take over, or cut the connection: nothing is lost, and nothing is written twice."""

import asyncio

import asyncpg
import pytest

from tests.gateway.config.running import stored
from tests.gateway.config.samples import endpoint_row, rows_of
from tests.gateway.config.wire import wire
from tests.waiting import eventually
from tidegate_gateway.config.errors import Superseded
from tidegate_gateway.config.publish import Outcome, Publisher
from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.data.pool import connect

ONE, TWO, THREE = endpoint_row("one"), endpoint_row("two"), endpoint_row("three")


async def test_a_former_leader_is_superseded_and_writes_nothing(pool: asyncpg.Pool) -> None:
    old, new = Publisher(pool), Publisher(pool)
    old_epoch = await old.take_over()
    await old.publish(rows_of([ONE]), old_epoch)
    new_epoch = await new.take_over()
    assert new_epoch > old_epoch
    with pytest.raises(Superseded) as caught:
        await old.publish(rows_of([TWO]), old_epoch)
    assert str(caught.value) == (
        f"Another operator has taken over from epoch {old_epoch}: this one must publish nothing more."
    )
    assert await stored(pool) == {"one": (1, False)}
    assert await new.publish(rows_of([TWO]), new_epoch) == Outcome(2, changed=1, withdrawn=1)
    with pytest.raises(Superseded):
        await old.publish(rows_of([ONE]), old_epoch)


async def test_a_leader_that_is_writing_when_another_takes_over_is_first_or_refused(
    pool: asyncpg.Pool, database_url: str
) -> None:
    old, new = Publisher(pool), Publisher(pool)
    epoch = await old.take_over()
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("UPDATE config_state SET epoch = epoch + 1")  # a take-over, not committed yet
        attempt = asyncio.create_task(old.publish(rows_of([ONE]), epoch))
        await eventually(lambda: connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    with pytest.raises(Superseded):
        await attempt
    await connection.close()
    assert await new.publish(rows_of([TWO]), epoch + 1) == Outcome(1, changed=1)


async def test_publishers_side_by_side_never_lose_a_write(pool: asyncpg.Pool) -> None:
    publishers = [Publisher(pool) for _ in range(4)]
    rows = [endpoint_row(f"e{n}") for n in range(12)]
    outcomes = await asyncio.gather(
        *(publishers[n % 4].publish(rows_of([row]), 1, delete=False) for n, row in enumerate(rows))
    )
    assert sorted(outcome.revision for outcome in outcomes) == list(range(1, 13))
    assert len(await stored(pool)) == 12
    assert await Publisher(pool).publish(rows_of(rows), 1) == Outcome(12)


async def test_a_publisher_that_fell_behind_reads_anew_and_repairs(pool: asyncpg.Pool) -> None:
    mine = Publisher(pool)
    await mine.publish(rows_of([ONE, TWO]), 1)
    await Publisher(pool).publish(rows_of([endpoint_row("one", paused=True), TWO]), 1)
    assert await mine.publish(rows_of([ONE, TWO, THREE]), 1) == Outcome(3, changed=2)
    assert await stored(pool) == {"one": (3, False), "two": (1, False), "three": (3, False)}


async def test_verify_notices_a_restored_database(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    assert await publisher.verify()
    await pool.execute("UPDATE config_state SET revision = 0")
    await pool.execute("DELETE FROM config")
    assert not await publisher.verify()
    assert await publisher.publish(rows_of([ONE]), 1) == Outcome(1, changed=1)
    assert await publisher.verify()


async def cut_off(url: str) -> None:
    """End every other connection to this database, as a failover does."""
    connection = await asyncpg.connect(url)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


async def test_a_connection_lost_before_the_commit_leaves_nothing_and_the_next_publish_does_it(
    pool: asyncpg.Pool, database_url: str
) -> None:
    publisher = Publisher(pool)
    await publisher.publish(rows_of([ONE]), 1)
    connection = await asyncpg.connect(database_url)
    lock = connection.transaction()
    await lock.start()
    await connection.execute("SELECT 1 FROM config_state FOR UPDATE")
    attempt = asyncio.create_task(publisher.publish(rows_of([TWO]), 1))
    await eventually(lambda: connection.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
    await cut_off(database_url)
    with pytest.raises(Unavailable):
        await attempt
    assert publisher.revisions == {ONE.ref: 1}
    assert await publisher.publish(rows_of([TWO]), 1) == Outcome(2, changed=1, withdrawn=1)
    assert await stored(pool) == {"one": (2, True), "two": (2, False)}


async def hold_commits_up(pool: asyncpg.Pool) -> None:
    """From now on a COMMIT waits until nobody has the advisory lock 1."""
    await pool.execute(
        "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$"
    )
    await pool.execute(
        "CREATE CONSTRAINT TRIGGER wait AFTER INSERT OR UPDATE ON config DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION wait()"
    )


async def test_a_commit_whose_answer_was_lost_is_found_out(pool: asyncpg.Pool, database_url: str) -> None:
    await hold_commits_up(pool)
    async with wire(database_url) as cable, connect(cable.url) as cabled:
        publisher = Publisher(cabled)
        await publisher.publish(rows_of([ONE]), 1)
        async with pool.acquire() as holder:
            await holder.execute("SELECT pg_advisory_lock(1)")
            attempt = asyncio.create_task(publisher.publish(rows_of([ONE, TWO]), 1))
            await eventually(lambda: pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"))
            cable.cut()
            with pytest.raises(Unavailable):
                await attempt
            await holder.execute("SELECT pg_advisory_unlock_all()")
        await eventually(lambda: pool.fetchval("SELECT revision = 2 FROM config_state"))
        assert publisher.revisions == {ONE.ref: 1}
        assert await publisher.publish(rows_of([ONE, TWO]), 1) == Outcome(2)
        assert publisher.revisions == {ONE.ref: 1, TWO.ref: 2}


async def test_without_a_database_it_says_so(pool: asyncpg.Pool) -> None:
    publisher = Publisher(pool)
    await pool.close()
    with pytest.raises(Unavailable):
        await publisher.publish(rows_of([ONE]), 1)
    with pytest.raises(Unavailable):
        await publisher.load()
