"""The backlog: first come, first served; bounded; empty at its end."""

import asyncio
from collections.abc import Sequence

import pytest

from tests.gateway.data.making import datum
from tests.waiting import eventually
from tidegate_gateway.data.backlog import LARGE_BYTES, MANY, Backlog, Waiting
from tidegate_gateway.data.datum import ROW_BYTES, Datum
from tidegate_gateway.data.errors import Unavailable, WriterFull

MUCH = 1_000_000


def taken(batch: Sequence[Waiting]) -> list[Datum]:
    return [waiting.datum for waiting in batch]


def sized(size: int) -> Datum:
    return datum(b"1" * (size - ROW_BYTES))


async def test_what_has_gathered_is_taken_at_once_in_order() -> None:
    backlog = Backlog(10, MUCH)
    data = [datum() for _ in range(5)]
    for one in data:
        backlog.put(one)
    assert len(backlog) == 5
    assert taken(await backlog.take(3, MUCH)) == data[:3]
    assert taken(await backlog.take(3, MUCH)) == data[3:]
    assert len(backlog) == 0


async def test_taking_waits_for_a_datum() -> None:
    backlog = Backlog(10, MUCH)
    takers = [asyncio.create_task(backlog.take(10, MUCH)) for _ in range(2)]
    one, other = datum(), datum()
    for put in (one, other):
        await asyncio.sleep(0)
        backlog.put(put)
        await eventually(lambda: len(backlog) == 0)
    assert [taken(await taker) for taker in takers] == [[one], [other]]


async def test_rows_are_bounded() -> None:
    backlog = Backlog(2, MUCH)
    backlog.put(datum())
    backlog.put(datum())
    with pytest.raises(WriterFull, match=r"The writer is full\."):
        backlog.put(datum())
    await backlog.take(1, MUCH)
    backlog.put(datum())


async def test_bytes_are_bounded_but_one_datum_always_fits() -> None:
    backlog = Backlog(10, 1000)
    backlog.put(sized(5000))
    with pytest.raises(WriterFull):
        backlog.put(sized(300))
    await backlog.take(10, MUCH)
    backlog.put(sized(500))
    backlog.put(sized(500))
    with pytest.raises(WriterFull):
        backlog.put(sized(300))


async def test_a_batch_is_bounded_in_bytes_but_takes_one_datum_always() -> None:
    backlog = Backlog(10, MUCH)
    big, *small = sized(5000), sized(400), sized(600), sized(300)
    for one in (big, *small):
        backlog.put(one)
    assert taken(await backlog.take(10, 1000)) == [big]
    assert taken(await backlog.take(10, 1000)) == small[:2]
    assert taken(await backlog.take(10, 1000)) == small[2:]


async def test_large_data_wait_in_a_line_of_their_own() -> None:
    backlog = Backlog(10, 10 * LARGE_BYTES)
    large, small, other = sized(LARGE_BYTES), sized(LARGE_BYTES - 1), sized(LARGE_BYTES)
    for one in (large, small, other):
        backlog.put(one)
    assert len(backlog) == 3
    assert taken(await backlog.take(10, MUCH * 10)) == [small]
    assert taken(await backlog.help(10, MUCH * 10)) == [large, other]
    backlog.put(small)
    backlog.put(large)
    assert taken(await backlog.take(10, MUCH * 10, alone=True)) == [large]
    assert taken(await backlog.take(10, MUCH * 10, alone=True)) == [small]


async def test_help_comes_where_many_wait_or_for_long() -> None:
    backlog = Backlog(100, MUCH)
    helper = asyncio.create_task(backlog.help(100, MUCH))
    for _ in range(MANY - 1):
        backlog.put(sized(300))
    await asyncio.sleep(0)
    assert not helper.done()
    backlog.put(sized(300))
    assert len(await helper) == MANY
    helper = asyncio.create_task(backlog.help(100, MUCH))
    backlog.put(sized(300))
    await asyncio.sleep(0)
    assert not helper.done()
    async with asyncio.timeout(10):
        assert len(await helper) == 1


async def test_help_comes_for_small_data_that_came_beside_large_ones() -> None:
    backlog = Backlog(100, 10 * LARGE_BYTES)
    backlog.put(sized(LARGE_BYTES))
    backlog.put(sized(300))
    assert [waiting.large for waiting in await backlog.help(100, MUCH * 10)] == [True]
    async with asyncio.timeout(10):
        assert [waiting.large for waiting in await backlog.help(100, MUCH * 10)] == [False]


async def test_large_data_leave_room_for_small_ones() -> None:
    backlog = Backlog(10, LARGE_BYTES)
    large, small = sized(LARGE_BYTES), sized(300)
    backlog.put(large)
    with pytest.raises(WriterFull):
        backlog.put(large)
    backlog.put(small)
    assert taken(backlog.drain()) == [small, large]


async def test_whoever_takes_small_data_waits_while_there_are_large_ones() -> None:
    backlog = Backlog(10, MUCH)
    taker = asyncio.create_task(backlog.take(10, MUCH))
    backlog.put(sized(LARGE_BYTES))
    await asyncio.sleep(0)
    assert not taker.done()
    backlog.close()
    assert await taker == []
    assert len(await backlog.help(10, MUCH)) == 1


async def test_both_texts_count() -> None:
    assert datum(b"12345", output=b"123").size == ROW_BYTES + 8
    assert datum(None).size == ROW_BYTES


async def test_draining_takes_everything_and_makes_room() -> None:
    backlog = Backlog(2, MUCH)
    data = [datum(), datum()]
    for one in data:
        backlog.put(one)
    assert taken(backlog.drain()) == data
    backlog.put(datum())


async def test_after_closing_the_rest_is_taken_and_then_nothing() -> None:
    backlog = Backlog(10, MUCH)
    rest = datum()
    backlog.put(rest)
    backlog.close()
    with pytest.raises(Unavailable):
        backlog.put(datum())
    assert taken(await backlog.take(10, MUCH)) == [rest]
    assert await backlog.take(10, MUCH) == []


async def test_closing_wakes_everybody_who_waits_for_data() -> None:
    backlog = Backlog(10, MUCH)
    takers = [asyncio.create_task(backlog.take(10, MUCH)) for _ in range(2)]
    await asyncio.sleep(0)
    backlog.close()
    assert await asyncio.gather(*takers) == [[], []]


async def test_whoever_went_away_is_answered_in_vain() -> None:
    backlog = Backlog(10, MUCH)
    gone, there = backlog.put(datum()), backlog.put(datum())
    caller = asyncio.create_task(gone.answer())
    await asyncio.sleep(0)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gone.stored()
    gone.failed(Unavailable())
    there.stored()
    await there.answer()
