"""Indexed values: written with the data, in the same statement, and found by filters. They never fail a request."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest

import tidegate_gateway.data.reader as reader_module
from tests.gateway.data.making import ENDPOINT, datum, ids, listed, running, write_all
from tests.waiting import eventually
from tidegate_gateway.data.datum import Datum, IndexPoint
from tidegate_gateway.data.ids import first_id, new_id
from tidegate_gateway.data.paging import Filter, Page, PageQuery, PointType
from tidegate_gateway.data.partitions import make_partitions
from tidegate_gateway.data.reader import MOST_CANDIDATES, Reader
from tidegate_gateway.data.writer import Writer

CUSTOMER = IndexPoint(1, "$.customer.id", "Text")
TOTAL = IndexPoint(2, "$.total", "Number")
PAID = IndexPoint(3, "$.paid", "Boolean")
AT = IndexPoint(4, "$.at", "Timestamp")
ALL = (CUSTOMER, TOTAL, PAID, AT)
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
BASE = datetime(2026, 3, 1, tzinfo=UTC)


def document(number: int) -> dict[str, Any]:
    return {
        "customer": {"id": f"c{number % 5}"},
        "total": number * 1.5,
        "paid": number % 2 == 0,
        "at": (BASE + timedelta(hours=number)).isoformat(),
    }


def indexed(document: Any, *points: IndexPoint, **changes: Any) -> Datum:
    return datum(orjson.dumps(document), points=points or ALL, **changes)


def of(point: IndexPoint, operator: Any, value: Any) -> Filter:
    type_: Any = point.type
    return Filter(point.definition, type_, operator, value)


async def page(reader: Reader, *filters: Filter, **query: Any) -> Page:
    return await reader.page(ENDPOINT, PageQuery(filters=filters, **query))


async def points(pool: asyncpg.Pool) -> dict[int, Any]:
    records = await pool.fetch(
        "SELECT definition, coalesce(text_value, number_value::text, time_value::text) AS value FROM data_point"
    )
    return {record["definition"]: record["value"] for record in records}


async def test_values_are_stored_with_their_types(writer: Writer, pool: asyncpg.Pool) -> None:
    await writer.write(
        indexed({"customer": {"id": "c1"}, "total": 1.50, "paid": True, "at": "2026-03-01T12:00:00+02:00"})
    )
    assert await points(pool) == {1: "c1", 2: "1.5", 3: "true", 4: "2026-03-01 10:00:00+00"}


@pytest.mark.parametrize(
    ("type_", "value", "stored"),
    [
        ("Text", "a", "a"),
        ("Text", 42, "42"),
        ("Text", True, "true"),
        ("Text", {"a": 1}, None),
        ("Text", [1], None),
        ("Number", 12345678901234567890123, "12345678901234567890123"),
        ("Number", "42", None),
        ("Number", True, None),
        ("Boolean", False, "false"),
        ("Boolean", "true", None),
        ("Timestamp", "2026-03-01", "2026-03-01 00:00:00+00"),
        ("Timestamp", "2026-03-01T12:00:00", "2026-03-01 12:00:00+00"),
        ("Timestamp", "2026-03-01t12:00:00.5z", "2026-03-01 12:00:00.5+00"),
        ("Timestamp", "2026-03-01 12:00+14:00", "2026-02-28 22:00:00+00"),
        ("Timestamp", "2026-02-30T12:00:00Z", None),
        ("Timestamp", "2026-03-01T25:00:00Z", None),
        ("Timestamp", "tomorrow", None),
        ("Timestamp", 1772366400, None),
    ],
    ids=str,
)
async def test_what_is_not_of_the_type_is_counted_and_fails_nothing(
    pool: asyncpg.Pool, type_: PointType, value: Any, stored: str | None
) -> None:
    counted: dict[int, int] = {}
    async with running(Writer(pool, unindexable=counted.update)) as writer:
        text = b'{"v": %b}' % (str(value).encode() if isinstance(value, int) and value > 2**64 else orjson.dumps(value))
        await writer.write(datum(text, points=(IndexPoint(7, "$.v", type_),)))
    assert await points(pool) == ({} if stored is None else {7: stored})
    assert counted == ({7: 1} if stored is None else {})


@pytest.mark.parametrize("path", ['$.v ? (@.datetime() < "2020-01-01 00:00:00+00".datetime())', "$.v ? ("])
async def test_a_path_that_postgresql_fails_over_fails_no_request(pool: asyncpg.Pool, path: str) -> None:
    counted: dict[int, int] = {}
    async with running(Writer(pool, unindexable=counted.update)) as writer:
        poison = datum(b'{"v": "2019-01-01"}', points=(IndexPoint(7, path, "Text"),))
        others = [indexed(document(number)) for number in range(3)]
        assert await write_all(writer, [others[0], poison, *others[1:]]) == [None] * 4
    assert counted == {7: 1}
    assert await pool.fetchval("SELECT count(DISTINCT datum) FROM data_point") == 3


@pytest.mark.parametrize("text", [b"{}", b'{"v": null}', b"[]", b"1"])
async def test_what_is_not_there_is_not_counted(pool: asyncpg.Pool, text: bytes) -> None:
    counted: dict[int, int] = {}
    async with running(Writer(pool, unindexable=counted.update)) as writer:
        await writer.write(datum(text, points=(IndexPoint(7, "$.v", "Text"), IndexPoint(8, "strict $.v", "Text"))))
    assert (counted, await points(pool)) == ({}, {})


async def test_a_bad_row_takes_no_indexed_neighbour_with_it(writer: Writer, pool: asyncpg.Pool) -> None:
    good = [indexed(document(number)) for number in range(3)]
    bad = datum(b'"\\u0000"', points=ALL)
    answers = await write_all(writer, [good[0], bad, *good[1:]])
    assert [answer is None for answer in answers] == [True, False, True, True]
    assert await pool.fetchval("SELECT count(DISTINCT datum) FROM data_point") == 3


async def test_a_batch_may_hold_data_with_indexes_and_without(writer: Writer, pool: asyncpg.Pool) -> None:
    data = [indexed(document(1)), datum(), indexed(document(2), TOTAL), datum(b"[]")]
    assert await write_all(writer, data) == [None] * 4
    found = await pool.fetch("SELECT datum, count(*) FROM data_point GROUP BY 1")
    assert {tuple(record) for record in found} == {(data[0].id, 4), (data[2].id, 1)}


@pytest.fixture
async def many(writer: Writer, reader: Reader) -> list[Datum]:
    """Twenty indexed data and two without values, all of them listed."""
    data = [indexed(document(number)) for number in range(20)] + [indexed({}), datum()]
    for one in data:
        await writer.write(one)
    await listed(reader, len(data))
    return data


VALUES = [(CUSTOMER, "c2"), (TOTAL, Decimal(15)), (PAID, "true"), (AT, BASE + timedelta(hours=7))]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(("point", "value"), VALUES, ids=[point.type for point, _ in VALUES])
async def test_a_filter_finds_what_it_says(
    reader: Reader, many: list[Datum], point: IndexPoint, value: Any, operator: str
) -> None:
    read: Callable[[Any], Any] = {
        CUSTOMER: lambda one: one["customer"]["id"],
        TOTAL: lambda one: Decimal(str(one["total"])),
        PAID: lambda one: str(one["paid"]).lower(),
        AT: lambda one: datetime.fromisoformat(one["at"]),
    }[point]
    wanted = [many[n].id for n in range(20) if OPERATORS[operator](read(document(n)), value)]
    assert ids((await page(reader, of(point, operator, value))).data) == wanted


async def test_several_filters_must_all_hold(reader: Reader, many: list[Datum]) -> None:
    found = await page(reader, of(TOTAL, "gte", Decimal(6)), of(TOTAL, "lt", Decimal(15)), of(PAID, "eq", "true"))
    assert ids(found.data) == [many[number].id for number in (4, 6, 8)]
    other = await page(reader, of(CUSTOMER, "ne", "c0"), of(TOTAL, "lte", Decimal("4.5")))
    assert ids(other.data) == [many[number].id for number in (1, 2, 3)]


async def test_pages_of_a_filter_follow_each_other(reader: Reader, many: list[Datum]) -> None:
    seen: list[UUID] = []
    after = None
    while True:
        found = await page(reader, of(PAID, "eq", "true"), limit=3, after=after)
        seen += ids(found.data)
        after = found.following
        if after is None:
            break
    assert seen == [one.id for one in many[0:20:2]]


async def test_what_is_stored_while_a_page_is_read_is_not_passed_over(
    reader: Reader, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader_module, "MOST_CANDIDATES", 25)
    look, late = reader_module._last, [indexed({"total": 2}) for _ in range(10)]
    assert await write_all(writer, [indexed({"total": 1}) for _ in range(20)]) == [None] * 20
    await listed(reader, 20)

    async def look_later(*given: Any) -> UUID | None:
        assert await write_all(writer, late) == [None] * 10
        await listed(reader, 30)
        return await look(*given)

    monkeypatch.setattr(reader_module, "_last", look_later)
    assert await page(reader, of(TOTAL, "ne", Decimal(1)), limit=5) == Page([], None)
    monkeypatch.setattr(reader_module, "_last", look)
    assert len((await page(reader, of(TOTAL, "ne", Decimal(1)), limit=10)).data) == 5


async def test_nobody_finds_the_data_of_another_endpoint(reader: Reader, many: list[Datum]) -> None:
    found = await reader.page(uuid4(), PageQuery(filters=(of(PAID, "eq", "true"),)))
    assert found == Page([], None)


async def test_long_texts_are_told_apart_by_all_of_them(writer: Writer, reader: Reader) -> None:
    one, other = ("x" * 5000 + end for end in ("a", "b"))
    data = [indexed({"customer": {"id": text}}) for text in (one, other)]
    assert await write_all(writer, data) == [None, None]
    await listed(reader, 2)
    assert ids((await page(reader, of(CUSTOMER, "eq", other))).data) == [data[1].id]


async def test_times_bound_a_page(pool: asyncpg.Pool, writer: Writer, reader: Reader) -> None:
    now = datetime.now(UTC)
    await make_partitions(pool, now - timedelta(days=3), days_ahead=4)
    data = [datum(id_=first_id(now - timedelta(days=3 - day))) for day in range(4)]
    assert await write_all(writer, data) == [None] * 4
    await listed(reader, 4)
    day = timedelta(days=1)
    since = await page(reader, since=now - 2 * day, until=now)
    assert ids(since.data) == ids(data[1:3])
    assert ids((await page(reader, since=now - day)).data) == ids(data[2:])


async def test_statuses_choose(writer: Writer, reader: Reader) -> None:
    data = [datum(status=status) for status in (200, 302, 200, None)]
    for one in data:
        await writer.write(one)
    await listed(reader, 4)
    assert ids((await page(reader, statuses=[200])).data) == [data[0].id, data[2].id]
    assert ids((await page(reader, statuses=[200, 302], limit=2)).data) == ids(data[:2])


async def test_a_search_is_bounded_and_goes_on_behind_what_it_looked_at(pool: asyncpg.Pool, reader: Reader) -> None:
    count = MOST_CANDIDATES * 2 + 10
    made = [new_id() for _ in range(count)]
    records = [(id_, ENDPOINT, "POST", b"{}") for id_ in made]
    totals = [(2, id_, Decimal(number)) for number, id_ in enumerate(made)]
    async with pool.acquire() as connection, connection.transaction():
        await connection.copy_records_to_table("datum", records=records, columns=("id", "endpoint", "method", "input"))
        await connection.copy_records_to_table(
            "data_point", records=totals, columns=("definition", "datum", "number_value")
        )
    await listed(reader, 30)
    filters = of(TOTAL, "lt", Decimal(count)), of(TOTAL, "ne", Decimal(0)), of(CUSTOMER, "ne", "x")
    assert await page(reader, *filters) == Page([], made[MOST_CANDIDATES - 1])
    last = await page(reader, of(TOTAL, "ne", Decimal(-1)), after=made[count - 3])
    assert (ids(last.data), last.following) == (made[count - 2 :], None)

    async def all_found() -> bool:
        found, after, pages = [], None, 0
        while pages == 0 or after:
            one = await page(reader, of(TOTAL, "ne", Decimal(5)), of(TOTAL, "gte", Decimal(count - 3)), after=after)
            found += ids(one.data)
            after, pages = one.following, pages + 1
        return found == made[count - 3 :]

    await eventually(all_found)
