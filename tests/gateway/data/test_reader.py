"""The reader: what was stored comes back as PostgreSQL has it, page by page, and only to whose it is."""

import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.gateway.data.making import ENDPOINT, datum, ids, listed, write_all
from tests.waiting import eventually
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.errors import ForeignId
from tidegate_gateway.data.ids import first_id, new_id
from tidegate_gateway.data.items import Edited, Items
from tidegate_gateway.data.paging import Page, PageQuery
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

TEXTS = {
    "a big integer": (b"12345678901234567890123", b"12345678901234567890123"),
    "trailing zeros": (b'{"price":1.10}', b'{"price": 1.10}'),
    "an exponent": (b"1e2", b"100"),
    "a small number": (b"1E-30", b"0.000000000000000000000000000001"),
    "a scalar": (b"null", b"null"),
    "unicode": ('"\u017elu\u0165 \U0001f30a"'.encode(), '"\u017elu\u0165 \U0001f30a"'.encode()),
    "an escape": (rb'"\u00e9\n"', '"é\\n"'.encode()),
    "a key twice": (b'{"a":1,"a":2}', b'{"a": 2}'),
    "depth": (b"[" * 64 + b"]" * 64, b"[" * 64 + b"]" * 64),
    "nothing in it": (b"{}", b"{}"),
    "a large body": (b'"' + b"x" * 5_000_000 + b'"', b'"' + b"x" * 5_000_000 + b'"'),
}


@pytest.mark.parametrize(("given", "expected"), TEXTS.values(), ids=TEXTS)
async def test_values_come_back_exactly(writer: Writer, reader: Reader, given: bytes, expected: bytes) -> None:
    one = datum(given, output=given)
    await writer.write(one)
    found = await reader.get(one.endpoint, one.id)
    assert found is not None
    assert type(found.input) is bytes
    assert (found.input, found.output) == (expected, expected)
    (found,) = await listed(reader, 1)
    assert (found.input, found.output) == (expected, expected)


async def test_a_datum_is_of_one_endpoint(writer: Writer, reader: Reader) -> None:
    mine, theirs = uuid4(), uuid4()
    one, other = datum(endpoint=mine), datum(endpoint=theirs)
    await write_all(writer, [one, other])
    assert await reader.get(theirs, one.id) is None
    assert ids(await listed(reader, 1, mine)) == [one.id]
    assert ids(await listed(reader, 1, theirs)) == [other.id]
    assert (await reader.page(mine, PageQuery(10, one.id))).data == []
    assert (await reader.page(uuid4(), PageQuery(10))).data == []


@pytest.mark.parametrize("unknown", [new_id(), uuid4(), UUID(int=0), UUID(int=2**128 - 1)])
async def test_a_datum_that_is_not_there_is_none(reader: Reader, unknown: UUID) -> None:
    assert await reader.get(ENDPOINT, unknown) is None


async def test_pages_follow_each_other(writer: Writer, reader: Reader) -> None:
    data = [datum() for _ in range(25)]
    for one in data:
        await writer.write(one)
    await listed(reader, 25)
    pages = [(await reader.page(ENDPOINT, PageQuery(10))).data]
    while len(pages[-1]) == 10:
        pages.append((await reader.page(ENDPOINT, PageQuery(10, pages[-1][-1].id))).data)
    assert [ids(page) for page in pages] == [ids(data[:10]), ids(data[10:20]), ids(data[20:])]
    assert (await reader.page(ENDPOINT, PageQuery(10, data[-1].id))).data == []


async def test_data_of_one_transaction_are_cut_anywhere(writer: Writer, reader: Reader) -> None:
    data = [datum() for _ in range(9)]
    await write_all(writer, data)
    await listed(reader, 9)
    assert ids((await reader.page(ENDPOINT, PageQuery(3, data[3].id))).data) == ids(data[4:7])


async def test_a_change_of_a_datum_does_not_move_it(writer: Writer, reader: Reader, pool: asyncpg.Pool) -> None:
    data = [datum(), datum()]
    for one in data:
        await writer.write(one)
    await pool.execute("UPDATE datum SET status = 200, version = 2, output = '[]' WHERE id = $1", data[0].id)
    found = await listed(reader, 2)
    assert ids(found) == ids(data)
    assert (found[0].status, found[0].version, found[0].output) == (200, 2, b"[]")


async def test_after_a_datum_that_is_gone_nothing_is_missed(writer: Writer, reader: Reader, pool: asyncpg.Pool) -> None:
    now = datetime.now(UTC)
    hour_old, gone, late, new = (
        datum(id_=first_id(now - age))
        for age in (timedelta(hours=1), timedelta(minutes=5), timedelta(minutes=5, seconds=30), timedelta())
    )
    await make_partitions(pool, now)
    for one in (hour_old, gone, late, new):
        await writer.write(one)
    await pool.execute("DELETE FROM datum WHERE id = $1", gone.id)
    await listed(reader, 3)
    assert ids((await reader.page(ENDPOINT, PageQuery(10, gone.id))).data) == [late.id, new.id]


@pytest.mark.parametrize("foreign", [uuid4(), UUID(int=0), UUID(int=2**128 - 1)])
async def test_going_on_after_what_was_never_ours_is_refused(reader: Reader, foreign: UUID) -> None:
    with pytest.raises(ForeignId):
        await reader.page(ENDPOINT, PageQuery(10, foreign))


async def test_going_on_after_the_beginning_of_time_is_everything(writer: Writer, reader: Reader) -> None:
    one = datum()
    await writer.write(one)
    await listed(reader, 1)
    assert ids((await reader.page(ENDPOINT, PageQuery(10, UUID("00000000-0000-7000-8000-000000000000")))).data) == [
        one.id
    ]


async def test_a_clock_that_is_hours_behind_hides_nothing(writer: Writer, reader: Reader, pool: asyncpg.Pool) -> None:
    """A gateway that is 20 hours behind stores after one that is right: its datum is in yesterday's partition."""
    now = datetime.now(UTC)
    await make_partitions(pool, now)
    right, behind = datum(id_=first_id(now)), datum(id_=first_id(now - timedelta(hours=20)))
    await writer.write(right)
    await writer.write(behind)
    await listed(reader, 2)
    assert ids((await reader.page(ENDPOINT, PageQuery(10, right.id))).data) == [behind.id]


async def test_what_compresses_well_is_large_all_the_same(writer: Writer, reader: Reader, pool: asyncpg.Pool) -> None:
    data = [datum(b'"' + b"x" * 6_000_000 + b'"') for _ in range(4)]
    for one in data:
        await writer.write(one)
    await pool.execute("UPDATE datum SET size = NULL WHERE id = $1", data[0].id)  # as what was stored before

    async def first() -> Page | None:
        page = await reader.page(ENDPOINT, PageQuery(10))
        return page if page.data else None

    page = await eventually(first)
    assert (ids(page.data), page.following) == (ids(data[:4]), None)
    behind = await reader.page(ENDPOINT, PageQuery(10, data[0].id))
    assert (ids(behind.data), behind.following) == (ids(data[1:4]), None)
    await Items(pool).edit(ENDPOINT, data[1].id, _doubled)
    behind = await reader.page(ENDPOINT, PageQuery(10, data[0].id))
    assert (ids(behind.data), behind.following) == (ids(data[1:3]), data[2].id)


async def _doubled(found: StoredDatum) -> Edited:
    text = found.input or b""
    return Edited(b"[" + text + b"," + text + b"]")


async def test_a_page_of_large_data_is_cut_and_says_that_there_is_more(writer: Writer, reader: Reader) -> None:
    large = b'"' + secrets.token_hex(3 * 1024 * 1024).encode() + b'"'  # random: it does not compress below 3 MB
    data = [datum(large), datum(large), datum(large), datum(large)]
    for one in data:
        await writer.write(one)
    found: list[StoredDatum] = []

    async def follow() -> bool:
        page = await reader.page(ENDPOINT, PageQuery(10, found[-1].id if found else None))
        assert len(page.data) < len(data)
        found.extend(page.data)
        return len(found) == len(data) and not page.following

    await eventually(follow)
    assert ids(found) == ids(data)
