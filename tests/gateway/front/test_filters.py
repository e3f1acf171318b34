"""The parameters of a list: filters by indexed values, times and statuses, and what is wrong with them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer, items
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.asgi import ASGIApp
from tidegate_gateway.config.model import EndpointConfig

INDEXES = [
    {"id": 1, "name": "customer", "method": "POST", "source": "Input", "path": "$.customer", "type": "Text"},
    {"id": 2, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"},
    {"id": 3, "name": "paid", "method": "POST", "source": "Input", "path": "$.paid", "type": "Boolean"},
    {"id": 4, "name": "at", "method": "POST", "source": "Input", "path": "$.at", "type": "Timestamp"},
    {"name": "old", "method": "POST", "source": "Input", "path": "$.old", "type": "Text"},
]


def indexed() -> EndpointConfig:
    return endpoint(authentication="None", methods={"POST": {}, "GET": {}}, indexes=INDEXES)


@pytest.fixture
async def front(open_front: OpenFront) -> ASGIApp:
    """Six orders, one of them without any value."""
    front = open_front(indexed())
    for number in range(5):
        order = {"customer": f"č{number % 2}", "total": number, "paid": number == 3, "at": f"2026-03-0{number + 1}"}
        await answer(front, body=orjson.dumps(order))
    await answer(front, body=b"{}")
    await items(front, 6)
    return front


@pytest.mark.parametrize(
    ("query", "totals"),
    [
        (b"customer=%C4%8D1", [1, 3]),
        (b"total=2", [2]),
        (b"total%5Bgte%5D=1&total[lt]=3.0", [1, 2]),
        (b"total[ne]=0", [1, 2, 3, 4]),
        (b"paid=true", [3]),
        (b"paid[ne]=true", [0, 1, 2, 4]),
        (b"at[gt]=2026-03-03T00:00:00Z", [3, 4]),
        (b"at=2026-03-03", [2]),
        (b"customer=nobody", []),
        (b"from=2020-01-01T00:00:00Z&to=2020-01-02", []),
        (b"from=2020-01-01&total=1e0", [1]),
        (b"status=FinishedSuccess,FailedTimeout", []),
    ],
)
async def test_a_list_has_what_its_parameters_say(front: ASGIApp, query: bytes, totals: list[int]) -> None:
    reply = await answer(front, "GET", query=query)
    assert reply.status == 200
    assert [item["Input"]["total"] for item in reply.json["Items"]] == totals


async def test_the_next_page_is_of_the_same_list(front: ASGIApp) -> None:
    first = await answer(front, "GET", query=b"limit=2&total[gte]=1&access_token=secret&from=2020-01-01")
    link = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    target = urlsplit(link)
    assert target.path == ORDERS
    assert parse_qs(target.query) == {
        "after": [first.json["Next"]],
        "limit": ["2"],
        "total[gte]": ["1"],
        "from": ["2020-01-01"],
    }
    second = await answer(front, "GET", query=target.query.encode())
    assert [item["Input"]["total"] for item in second.json["Items"]] == [3, 4]
    assert (second.json["Next"], "link" in second.headers) == (None, False)


REFUSED = {
    b"nothing=1": "There is no query parameter 'nothing' here.",
    b"old=1": "There is no query parameter 'old' here.",
    b"customer[like]=1": "The operator of customer must be one of eq, ne, gt, gte, lt, lte.",
    b"paid[gt]=true": "The operator of paid must be one of eq, ne.",
    b"paid=yes": "The query parameter paid must be true or false.",
    b"total=many": "The query parameter total must be a number.",
    b"total=NaN": "The query parameter total must be a number.",
    b"at=today": "The query parameter at must be a time, as in 2026-03-01T12:00:00Z.",
    b"at=2026-02-30": "The query parameter at must be a time, as in 2026-03-01T12:00:00Z.",
    b"at=0001-01-01T00:00:00%2B14:00": "The query parameter at must be a time, as in 2026-03-01T12:00:00Z.",
    b"from=yesterday": "The query parameter from must be a time, as in 2026-03-01T12:00:00Z.",
    b"to=9999-12-31T23:59:59-14:00": "The query parameter to must be a time, as in 2026-03-01T12:00:00Z.",
    b"from=2026-03-01&from=2026-03-02": "The query parameter from is there twice.",
    b"status=Done": "There is no status 'Done'.",
    b"status=": "There is no status ''.",
    b"customer=%00": "The query parameter customer must be text in UTF-8.",
    b"customer=%ff": "The query parameter customer must be text in UTF-8.",
    b"customer[]=1": "There is no query parameter 'customer[]' here.",
    b"&".join([b"total=1"] * 17): "There may be 16 filters at most.",
}


@pytest.mark.parametrize("query", REFUSED)
async def test_what_is_no_parameter_says_why(open_front: OpenFront, query: bytes) -> None:
    reply: Any = await answer(open_front(indexed()), "GET", query=query)
    assert (reply.status, reply.code, reply.json["detail"]) == (400, "invalid_parameter", REFUSED[query])


@pytest.mark.parametrize(
    "time", ["2026-01-01T00:00:00.1234567Z", "2026-12-31T23:59:59.9999999+01:00", "2026-01-01T00:00:00.12"]
)
async def test_a_time_is_found_by_itself_however_many_digits_it_has(open_front: OpenFront, time: str) -> None:
    front = open_front(indexed())
    await answer(front, body=orjson.dumps({"at": time}))
    await items(front, 1)
    for operator in ("at", "at[lte]", "at[gte]"):
        reply = await answer(front, "GET", query=f"{operator}={time.replace('+', '%2B')}".encode())
        assert len(reply.json["Items"]) == 1, operator
