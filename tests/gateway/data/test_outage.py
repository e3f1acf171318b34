"""PostgreSQL's bad days: what was answered is there, what is not there was not answered, and it heals by itself."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.data.making import WAITING, datum, held_up, running, write_all
from tests.gateway.data.proxy import proxy_to
from tests.postgres import PgServer
from tests.waiting import eventually
from tidegate_gateway.data.backlog import LARGE_BYTES
from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.errors import DataError, Unavailable
from tidegate_gateway.data.migrate import migrate
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.pool import acquire, connect
from tidegate_gateway.data.vitals import answers
from tidegate_gateway.data.writer import Writer

PATIENCE = 20.0  # seconds; more than a restart takes on a busy machine

LARGE = b'"' + b"x" * LARGE_BYTES + b'"'


class Load:
    """Callers who write one datum after the other, and remember how each was answered."""

    def __init__(self, writer: Writer, callers: int = 16) -> None:
        self._writer = writer
        self.stored: list[UUID] = []
        self.failures: list[DataError] = []
        self._going = True
        self._callers = [asyncio.create_task(self._call()) for _ in range(callers)]

    async def _call(self) -> None:
        while self._going:
            one = datum()
            try:
                await self._writer.write(one)
            except DataError as error:
                self.failures.append(error)
                await asyncio.sleep(0.01)
            else:
                self.stored.append(one.id)

    async def more(self, count: int = 200) -> None:
        """Returns when `count` more data have been answered."""
        goal = len(self.stored) + count
        await eventually(lambda: len(self.stored) >= goal, within=60)

    async def end(self) -> None:
        self._going = False
        await asyncio.gather(*self._callers)


async def prepare(url: str) -> None:
    connection = await asyncpg.connect(url)
    await migrate(connection)
    await connection.close()


async def found(url: str) -> list[UUID]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT id FROM datum")
    await connection.close()
    return [row["id"] for row in rows]


async def writes(writer: Writer) -> bool:
    await writer.write(datum())
    return True


async def test_after_kill_9_of_the_server_every_answered_datum_is_there(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    async with connect(pg_server.url) as pool, running(Writer(pool, patience=0.2)) as writer:
        load = Load(writer)
        for _ in range(2):
            await load.more()
            await pg_server.kill()
            await eventually(lambda: load.failures)
            await pg_server.start()
        await load.more()
        await load.end()
    there = await found(pg_server.url)
    assert len(there) == len(set(there))
    assert set(load.stored) <= set(there)
    assert {type(failure) for failure in load.failures} == {Unavailable}


async def test_a_restart_within_patience_fails_nobody(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    async with connect(pg_server.url) as pool, running(Writer(pool, patience=PATIENCE)) as writer:
        load = Load(writer)
        await load.more()
        await pg_server.restart()
        await load.more()
        await load.end()
    assert load.failures == []
    assert sorted(load.stored) == sorted(await found(pg_server.url))


async def test_backends_that_are_killed_fail_nobody(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tidegate'"
    killer = await asyncpg.connect(pg_server.url)
    async with connect(pg_server.url) as pool, running(Writer(pool, patience=PATIENCE)) as writer:
        load = Load(writer)
        for _ in range(5):
            await load.more(100)
            await killer.execute(others)
        await load.more(100)
        await load.end()
    await killer.close()
    assert load.failures == []
    assert sorted(load.stored) == sorted(await found(pg_server.url))


async def test_an_outage_that_lasts_is_told_to_all_who_wait_and_then_at_once(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    async with connect(pg_server.url) as pool, running(Writer(pool, batch_size=2, patience=0.5)) as writer:
        await writer.write(datum())
        await pg_server.stop()
        async with asyncio.timeout(5):
            told = await write_all(writer, [datum() for _ in range(50)])
        assert {type(answer) for answer in told} == {Unavailable}
        async with asyncio.timeout(0.4):
            with pytest.raises(Unavailable):
                await writer.write(datum())
        assert await answers(pool) is False
        await pg_server.start()
        await eventually(lambda: writes(writer))
        assert await answers(pool) is True
    assert len(await found(pg_server.url)) >= 2


async def test_a_writer_may_start_before_postgresql(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    await pg_server.stop()
    async with connect(pg_server.url) as pool, running(Writer(pool, patience=PATIENCE)) as writer:
        early = asyncio.create_task(writer.write(datum()))
        await pg_server.start()
        await early


async def test_a_commit_whose_answer_was_lost_is_no_failure_and_no_second_datum(database_url: str) -> None:
    async with proxy_to(database_url) as proxy, connect(proxy.url) as pool, running(Writer(pool, lanes=1)) as writer:
        await writer.write(datum())
        data = [datum() for _ in range(5)]
        proxy.deaf = True
        assert await write_all(writer, data) == [None] * 5
        assert proxy.deaf is False
    assert len(await found(database_url)) == 6


async def test_a_server_that_falls_silent_is_told_in_bounded_time_and_heals(database_url: str) -> None:
    async with (
        proxy_to(database_url) as proxy,
        connect(proxy.url) as pool,
        running(Writer(pool, patience=0.4, attempt_seconds=0.2)) as writer,
    ):
        await write_all(writer, [datum() for _ in range(10)])
        proxy.sound.clear()
        async with asyncio.timeout(6):
            assert {type(answer) for answer in await write_all(writer, [datum(), datum()])} == {Unavailable}
            with pytest.raises(Unavailable):
                await writer.write(datum())
        proxy.sound.set()
        await eventually(lambda: writes(writer))
        assert await write_all(writer, [datum() for _ in range(10)]) == [None] * 10


async def test_a_server_that_is_silent_for_a_moment_fails_nobody(database_url: str) -> None:
    async with (
        proxy_to(database_url) as proxy,
        connect(proxy.url) as pool,
        running(Writer(pool, patience=PATIENCE, attempt_seconds=0.2)) as writer,
    ):
        await writer.write(datum())
        proxy.sound.clear()
        asyncio.get_running_loop().call_later(1, proxy.sound.set)
        assert await write_all(writer, [datum() for _ in range(5)]) == [None] * 5
    assert len(await found(database_url)) == 6


async def test_large_data_that_take_too_long_fail_alone_and_keep_nobody_waiting(database_url: str) -> None:
    held, other = datum(LARGE), datum(LARGE)
    async with connect(database_url) as pool, running(Writer(pool, patience=0.1, attempt_seconds=0.1)) as writer:
        await make_partitions(pool, datetime.now(UTC), days_ahead=0)
        async with held_up(database_url, held) as somebody_waits:
            callers = [asyncio.create_task(writer.write(held))]
            await somebody_waits()
            callers.append(asyncio.create_task(writer.write(other)))
            while not callers[0].done():
                async with asyncio.timeout(1):
                    await writer.write(datum())
            assert isinstance(callers[0].exception(), Unavailable)
            await callers[1]
    assert other.id in await found(database_url)


async def test_a_large_datum_that_just_takes_long_is_stored(database_url: str) -> None:
    slow = datum(b'"' + b"x" * 2 * LARGE_BYTES + b'"')
    async with connect(database_url) as pool, running(Writer(pool, patience=0.1, attempt_seconds=0.1)) as writer:
        await make_partitions(pool, datetime.now(UTC), days_ahead=0)
        async with held_up(database_url, slow) as somebody_waits:
            caller = asyncio.create_task(writer.write(slow))
            await somebody_waits()
            done, _ = await asyncio.wait({caller}, timeout=3)
            assert not done
        await caller


async def test_large_data_of_very_many_values_are_stored_beside_small_ones(database_url: str) -> None:
    many = b"[" + b"{}," * (1024 * 1024) + b"{}]"
    async with connect(database_url) as pool, running(Writer(pool)) as writer:
        load = Load(writer)
        await load.more(10)
        assert await write_all(writer, [datum(many), datum(many)]) == [None, None]
        await load.end()
    assert load.failures == []


async def test_a_statement_that_was_given_up_does_not_go_on_over_there(database_url: str) -> None:
    held = datum()
    async with (
        connect(database_url) as pool,
        running(Writer(pool, patience=0.3, attempt_seconds=0.2)) as writer,
        acquire(pool) as observer,
    ):
        await make_partitions(pool, datetime.now(UTC), days_ahead=0)
        async with held_up(database_url, held):
            with pytest.raises(Unavailable):
                await writer.write(held)
            await eventually(lambda: observer.fetchval(f"SELECT ({WAITING}) = 0"))


async def test_bad_rows_in_an_outage_are_still_bad_rows(pg_server: PgServer) -> None:
    await prepare(pg_server.url)
    await pg_server.stop()
    async with connect(pg_server.url) as pool, running(Writer(pool, patience=PATIENCE)) as writer:
        data: list[Datum] = [datum(), datum(b"{"), datum()]
        waiting = asyncio.create_task(write_all(writer, data))
        await pg_server.start()
        answers = await waiting
    assert [type(answer).__name__ for answer in answers] == ["NoneType", "Unstorable", "NoneType"]


async def test_a_database_that_was_not_migrated_is_unavailable(empty_database_url: str) -> None:
    async with connect(empty_database_url) as pool, running(Writer(pool, patience=0.1)) as writer:
        with pytest.raises(Unavailable, match=r"a table or a right is missing \(42P01\)\."):
            await writer.write(datum())
        async with acquire(pool) as connection:
            await migrate(connection)
        await writer.write(datum())
