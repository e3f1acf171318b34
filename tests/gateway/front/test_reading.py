"""What is stored, as callers read it: one by one and page by page."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.front.calling import ORDERS, answer, items, without_trace
from tests.gateway.front.conftest import OpenFront
from tests.waiting import eventually
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.ids import first_id, new_id
from tidegate_gateway.front.documents import datum_document, page_document

MADE, FOREIGN = "01a21444-bef4-7359-b8e1-b0c8b0b8fc18", "692d6c6a-03bf-40a9-802a-301f05c2d224"
AT = datetime(2026, 3, 1, 12, 0, 0, 4000, UTC)


def anyone(name: str = "orders", **changes: Any) -> EndpointConfig:
    return endpoint(name, authentication="None", **({"methods": {"POST": {}, "GET": {}}} | changes))


async def test_a_datum_is_stored_answered_and_read_back_digit_by_digit(open_front: OpenFront) -> None:
    front = open_front(anyone())
    stored = await answer(
        front, body=b'\xef\xbb\xbf{"n": 12345678901234567890123, "d": 1.10, "e": 1e2, "n2": 1, "n2": 2}'
    )
    id_ = stored.json["ID"]
    assert stored.json == {"ID": id_, "Status": None, "Message": None, "Result": None}
    assert (stored.status, stored.headers["location"]) == (201, f"{ORDERS}/{id_}")
    assert (stored.headers["content-type"], UUID(id_).version) == ("application/json", 7)
    read = await answer(front, "GET", stored.headers["location"])
    assert (read.status, read.headers["etag"]) == (200, '"1"')
    assert read.body == b'{"d": 1.10, "e": 100, "n": 12345678901234567890123, "n2": 2}'


async def test_head_tells_what_get_would_say(open_front: OpenFront) -> None:
    front = open_front(anyone())
    location = (await answer(front, body=b'"abc"')).headers["location"]
    head, get = await answer(front, "HEAD", location), await answer(front, "GET", location)
    assert (head.status, without_trace(head), head.body) == (get.status, without_trace(get), b"")
    missing = await answer(front, "HEAD", f"{ORDERS}/{new_id()}")
    assert (missing.status, missing.body, missing.headers["content-length"] > "0") == (404, b"", True)


async def test_without_system_data_the_answer_is_the_location_alone(open_front: OpenFront) -> None:
    front = open_front(anyone(methods={"POST": {"output": {"includeSystemData": False}}}))
    stored = await answer(front, body=b"[]")
    assert (stored.status, stored.body, [*without_trace(stored)]) == (204, b"", ["location"])
    assert (await answer(front, "GET", stored.headers["location"])).body == b"[]"


async def test_a_datum_that_is_not_there_is_not_found(open_front: OpenFront) -> None:
    front = open_front(anyone())
    for id_ in (MADE, FOREIGN, "00000000-0000-0000-0000-000000000000"):
        reply = await answer(front, "GET", f"{ORDERS}/{id_}")
        assert (reply.status, reply.code, reply.json["detail"]) == (404, "not_found", "There is no datum with this ID.")


async def test_nobody_reads_the_data_of_another_endpoint(open_front: OpenFront) -> None:
    front = open_front(anyone(), anyone("bills"))
    id_ = (await answer(front, body=b"1")).json["ID"]
    assert (await answer(front, "GET", f"/api/endpoint/acme/main/bills/{id_}")).code == "not_found"
    await items(front, 1)
    assert (await answer(front, "GET", "/api/endpoint/acme/main/bills")).json["Items"] == []


async def test_pages_follow_each_other_and_miss_nothing(open_front: OpenFront) -> None:
    front = open_front(anyone())
    stored = [(await answer(front, body=b"%d" % number)).json["ID"] for number in range(5)]
    await items(front, 5)
    first = await answer(front, "GET", query=b"limit=2")
    assert [item["ID"] for item in first.json["Items"]] == stored[:2]
    assert first.json["Next"] == stored[1]
    assert first.headers["link"] == f'<{ORDERS}?after={stored[1]}&limit=2>; rel="next"'
    second = await answer(front, "GET", query=first.headers["link"][len(ORDERS) + 2 :].partition(">")[0].encode())
    assert [item["ID"] for item in second.json["Items"]] == stored[2:4]
    last = await answer(front, "GET", query=f"after={stored[3].upper()}&limit=1".encode())
    assert [item["ID"] for item in last.json["Items"]] == stored[4:]
    assert (last.json["Next"], "link" in last.headers) == (None, False)
    nothing = await answer(front, "GET", query=f"after={stored[4]}".encode())
    assert nothing.json == {"Items": [], "Next": None}


async def test_an_item_has_all_that_is_known_of_it(open_front: OpenFront) -> None:
    front = open_front(anyone())
    before = datetime.now(UTC)
    id_ = (await answer(front, body=b'{"a": 1.0}')).json["ID"]
    (item,) = await items(front, 1)
    received = datetime.fromisoformat(item.pop("ReceivedAt"))
    assert before - timedelta(seconds=1) < received < datetime.now(UTC) + timedelta(seconds=1)
    assert item == {
        "ID": id_,
        "Method": "POST",
        "Status": None,
        "Token": None,
        "SourceIp": "192.0.2.1",
        "Input": {"a": 1.0},
        "Output": None,
    }


WRONG_LIMIT = "The query parameter limit must be a number from 1 to 1000."
WRONG_AFTER = "The query parameter after must be the ID of a datum."
WRONG_QUERIES = {
    b"limit=0": WRONG_LIMIT,
    b"limit=1001": WRONG_LIMIT,
    b"limit=-1": WRONG_LIMIT,
    b"limit=": WRONG_LIMIT,
    b"limit=1.0": WRONG_LIMIT,
    b"limit=" + b"9" * 5000: WRONG_LIMIT,
    "limit=²".encode(): WRONG_LIMIT,
    b"limit=1&limit=2": "The query parameter limit is there twice.",
    b"after=1": WRONG_AFTER,
    b"after=": WRONG_AFTER,
    b"after=" + FOREIGN.encode(): "The query parameter after is not an ID of this gateway.",
    b"customer=1": "There is no query parameter 'customer' here.",
    b"x%00%FF=1": "There is no query parameter 'x\\x00\\udcff' here.",
    b"a" * 5000: f"There is no query parameter '{'a' * 64}\\u2026' here.",
    b"wait=1": "There is no query parameter 'wait' here.",
}


async def test_a_parameter_that_is_not_right_is_named(open_front: OpenFront) -> None:
    front = open_front(anyone())
    replies = {query: await answer(front, "GET", query=query) for query in WRONG_QUERIES}
    assert {query: reply.json["detail"] for query, reply in replies.items()} == WRONG_QUERIES
    assert {(reply.status, reply.code) for reply in replies.values()} == {(400, "invalid_parameter")}


async def test_parameters_that_are_fine(open_front: OpenFront) -> None:
    front = open_front(anyone())
    for query in (b"limit=1000", b"limit=1", b"limit=030", b"access_token=x", b"", b"&&"):
        assert (await answer(front, "GET", query=query)).status == 200, query


async def test_the_query_of_a_post_is_the_callers_own(open_front: OpenFront) -> None:
    assert (await answer(open_front(anyone()), body=b"1", query=b"customer=1")).status == 201


def stored(**changes: Any) -> StoredDatum:
    values = {"method": "POST", "token": None, "source": None, "status": None, "version": 1}
    return StoredDatum(first_id(AT), **(values | {"input": b'{"i": 1.0}', "output": b'{"o": 2.0}'} | changes))


@pytest.mark.parametrize(
    ("output_type", "document", "item"),
    [
        ("Input", b'{"i": 1.0}', b'"Input":{"i": 1.0},"Output":null'),
        ("Output", b'{"o": 2.0}', b'"Input":null,"Output":{"o": 2.0}'),
        ("InputAndOutput", b'{"Input":{"i": 1.0},"Output":{"o": 2.0}}', b'"Input":{"i": 1.0},"Output":{"o": 2.0}'),
    ],
)
def test_the_output_type_says_what_is_shown(output_type: str, document: bytes, item: bytes) -> None:
    assert datum_document(stored(), output_type) == document
    assert item in page_document([stored()], output_type, None)


@pytest.mark.parametrize(
    ("output_type", "document"),
    [("Input", b"null"), ("Output", b"null"), ("InputAndOutput", b'{"Input":null,"Output":null}')],
)
def test_what_was_not_kept_is_null(output_type: str, document: bytes) -> None:
    assert datum_document(stored(input=None, output=None), output_type) == document


def test_statuses_have_names_and_times_have_milliseconds() -> None:
    page = page_document([stored(status=200, token="erp", source="::1"), stored(status=302)], "Output", "x")
    assert b'"ReceivedAt":"2026-03-01T12:00:00.004Z","Method":"POST","Status":"FinishedSuccess"' in page
    assert b'"Status":"FailedTimeout"' in page
    assert page.endswith(b'"Next":"x"}')


async def test_uids_decide_whose_data_they_are(open_front: OpenFront) -> None:
    """A slug may change: data follow the resource."""
    old, new = anyone(slug="old"), anyone(slug="new")
    assert uid_of(old.name) == uid_of(new.name)
    id_ = (await answer(open_front(old), path="/api/endpoint/acme/main/old", body=b"1")).json["ID"]
    assert (await answer(open_front(new), "GET", f"/api/endpoint/acme/main/new/{id_}")).body == b"1"


async def test_what_is_not_to_be_kept_is_gone_with_the_answer(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    methods: dict[str, Any] = {"POST": {}, "GET": {}, "PATCH": {}}
    front = open_front(anyone(retention_days=0, methods=methods))
    place = (await answer(front, body=b"{}")).headers["location"]
    assert (await answer(front, "GET", place)).code == "not_found"
    assert (await answer(front, "PATCH", place, body=b"{}")).code == "not_found"
    assert (await answer(front, "GET")).json == {"Items": [], "Next": None}
    await eventually(lambda: pool.fetchval("SELECT count(*) = 0 FROM datum"))


async def test_addresses_that_data_came_from_are_counted(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    seen: list[tuple[UUID, str | None]] = []
    front = open_front(anyone(methods={"POST": {}, "GET": {}, "PUT": {}}), seen=lambda *one: seen.append(one))
    place = (await answer(front, body=b"{}", client=("198.51.100.7", 1))).headers["location"]
    await answer(front, "PUT", place, body=b"1")
    await answer(front, body=b"{", client=("198.51.100.9", 1))
    await answer(front, "GET", place, client=("198.51.100.9", 1))
    assert seen == [(UUID(uid_of("orders")), address) for address in ("198.51.100.7", "192.0.2.1")]
