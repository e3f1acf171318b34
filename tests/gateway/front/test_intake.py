"""Mapping and schemas at the front door: what they refuse, and that what is stored is the body as it came."""

from typing import Any

import orjson
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, Reply, answer
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.expressions.errors import ExpressionError
from tidegate_gateway.front.compile import compile_endpoint
from tidegate_gateway.front.rows import compile_rows

ORDER = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "qty": {"minimum": 1}}}
MAPPING = [
    {"property": "id", "from": "$.orderId"},
    {"property": "customer", "from": "customer.name"},
    {"property": "source", "from": "${fixed:web}"},
]


def taking(schema: Any = None, *, task: bool = False, **input_: Any) -> EndpointConfig:
    given = input_ | ({"validation": {"root": schema}} if schema is not None else {})
    method = {"input": given} | ({"task": {"name": "t"}} if task else {})
    return endpoint(authentication="None", methods={"POST": method, "GET": {}})


async def posted(open_front: OpenFront, config: EndpointConfig, body: Any, **named: Any) -> Reply:
    return await answer(open_front(config), body=orjson.dumps(body), **named)


async def test_what_fits_is_stored_as_it_came(open_front: OpenFront) -> None:
    front = open_front(taking(ORDER, mapping=MAPPING))
    body = b'{"orderId": 12345678901234567890123, "customer": {"name": "A"}, "price": 1.10}'
    stored = await answer(front, body=body)
    assert stored.status == 201
    read = await answer(front, "GET", f"{ORDERS}/{stored.json['ID']}")
    assert read.body == b'{"price": 1.10, "orderId": 12345678901234567890123, "customer": {"name": "A"}}'


async def test_every_violation_is_told_with_its_place(open_front: OpenFront) -> None:
    reply = await posted(open_front, taking(ORDER), {"id": "4711", "qty": 0})
    assert (reply.status, reply.code) == (400, "schema_violation")
    assert sorted(reply.json["errors"], key=lambda error: str(error["pointer"])) == [
        {"pointer": "/id", "detail": "It should be an integer."},
        {"pointer": "/qty", "detail": "It should be 1 or more."},
    ]


async def test_of_several_rows_the_number_stands_in_front(open_front: OpenFront) -> None:
    reply = await posted(open_front, taking(ORDER), [{"id": 1}, {}, {"id": 3, "qty": 0}])
    assert [error["pointer"] for error in reply.json["errors"]] == ["/1", "/2/qty"]


async def test_the_row_is_what_was_mapped(open_front: OpenFront) -> None:
    reply = await posted(open_front, taking(ORDER, mapping=MAPPING), {"id": 1})
    assert reply.json["errors"] == [{"pointer": "/id", "detail": "It should be an integer."}]


async def test_values_of_secret_fields_are_not_repeated(open_front: OpenFront) -> None:
    schema = {"properties": {"pin": {"writeOnly": True, "enum": ["1111", "2222"]}}}
    reply = await posted(open_front, taking(schema), {"pin": "3333"})
    assert reply.json["errors"] == [{"pointer": "/pin", "detail": "It is not what is expected here."}]


async def test_the_rows_may_lie_deeper(open_front: OpenFront) -> None:
    config = taking(ORDER, resultPath="$.orders")
    assert (await posted(open_front, config, {"orders": [{"id": 1}, {"id": 2}]})).status == 201
    assert (await posted(open_front, config, {"orders": {"id": 1}})).status == 201
    assert (await posted(open_front, config, {})).status == 201
    refused = await posted(open_front, config, {"orders": [{"id": 1}, {"id": "2"}]})
    assert [error["pointer"] for error in refused.json["errors"]] == ["/1/id"]


@pytest.mark.parametrize("orders", [1, "text", None, [1], [{"id": 1}, "2"]])
async def test_rows_that_are_none_are_refused(open_front: OpenFront, orders: Any) -> None:
    reply = await posted(open_front, taking(resultPath="$.orders"), {"orders": orders})
    assert (reply.status, reply.code) == (400, "invalid_rows")


async def test_a_task_takes_objects_only(open_front: OpenFront) -> None:
    reply = await posted(open_front, taking(task=True), [{}, 1])
    assert (reply.status, reply.code) == (400, "invalid_rows")
    assert reply.json["detail"] == "Row 1 is no object: a task takes an object, or an array of objects."
    assert (await posted(open_front, taking(task=True), {})).code == "task_not_available"


async def test_a_mapping_makes_objects_of_everything(open_front: OpenFront) -> None:
    config = taking({"required": ["value"]}, mapping=[{"property": "value", "from": "$"}], task=True)
    assert (await posted(open_front, config, [1, "two"])).code == "task_not_available"


PLACEHOLDERS = {
    "${body}": {"const": [{"n": 1}]},
    "${body.row}": {"const": {"n": 1}},
    "${bodyBase64}": {"const": "W3sibiI6MX1d"},
    "${query.page}": {"const": "7"},
    "${query.tag}": {"const": ["a", "b"]},
    "${query.access_token2}": {"const": None},
    "${method}": {"const": "POST"},
    "${id}": {"format": "uuid", "type": "string"},
    "${sourceIp}": {"const": "192.0.2.1"},
    "${receivedAt}": {"format": "date-time", "type": "string"},
    "${fixed:[1]}": {"const": [1]},
    "${fixed:web}": {"const": "web"},
    "n": {"const": 1},
    "m.x": {"const": None},
    "$.n": {"const": 1},
    "$..n": {"const": 1},
    "${headers}": {"const": {"x-shop": "1, 2", "content-length": "9"}},
}


@pytest.mark.parametrize("source", PLACEHOLDERS)
async def test_each_source_reads_what_the_table_says(open_front: OpenFront, source: str) -> None:
    config = taking({"properties": {"value": PLACEHOLDERS[source]}}, mapping=[{"property": "value", "from": source}])
    headers = {"X-Shop": "1", "x-shop": "2", "Authorization": "Bearer abc", "Cookie": "c=d"}
    query = b"page=7&tag=a&access_token=secret&tag=b"
    reply = await posted(open_front, config, [{"n": 1}], headers=headers, query=query)
    assert (reply.status, reply.json.get("errors")) == (201, None)


async def test_a_get_with_a_task_maps_its_query(open_front: OpenFront) -> None:
    schema = {"properties": {"page": {"const": "7"}, "tag": {"const": ["a", "b"]}}, "additionalProperties": False}
    get = {"input": {"validation": {"root": schema}}, "task": {"name": "t"}}
    front = open_front(endpoint(authentication="None", methods={"GET": get}))
    assert (await answer(front, "GET", query=b"page=7&tag=a&tag=b&access_token=x")).code == "task_not_available"
    assert (await answer(front, "GET", query=b"page=8")).json["errors"][0]["pointer"] == "/page"


async def test_a_query_must_be_text_that_can_be_stored(open_front: OpenFront) -> None:
    front = open_front(endpoint(authentication="None", methods={"GET": {"task": {"name": "t"}}}))
    for query in (b"a=%00", b"%ff=1", b"a=\xff"):
        reply = await answer(front, "GET", query=query)
        assert (reply.code, reply.json["detail"]) == (
            "invalid_parameter",
            "The names and values of query parameters must be text in UTF-8.",
        )


async def test_a_query_is_read_within_a_bound_where_it_is_read(open_front: OpenFront) -> None:
    mapped = taking(ORDER, mapping=[{"property": "id", "from": "${query.id}"}])
    long = b"id=" + b"9" * 20_000
    refused = await answer(open_front(mapped), body=b"{}", query=long)
    assert (refused.code, refused.json["detail"]) == (
        "invalid_parameter",
        "The query string is longer than 16384 bytes and 500 parameters.",
    )
    assert (await answer(open_front(taking()), body=b"{}", query=long)).status == 201


@pytest.mark.parametrize("source", ["${body}", "${bodyBase64}", "${headers}", "${query.q}"])
async def test_no_mapping_repeats_a_large_part_of_a_request_in_each_of_many_rows(
    open_front: OpenFront, source: str
) -> None:
    config = taking({}, mapping=[{"property": "all", "from": source}])
    front = open_front(config, max_body_bytes=1_000_000)
    given: dict[str, Any] = {"headers": {"x-long": "x" * 8000}, "query": b"q=" + b"x" * 8000}
    few = await answer(front, body=orjson.dumps([{"n": 1}] * 100), **given)
    many = await answer(front, body=orjson.dumps([{"n": 1}] * 10_000), **given)
    assert few.status == 201
    assert (many.code, many.json["detail"]) == (
        "invalid_rows",
        "The mapping repeats too much in each of 10000 rows.",
    )


async def test_paths_that_search_have_a_budget_for_each_row(open_front: OpenFront) -> None:
    config = taking({}, mapping=[{"property": "found", "from": "$..a..b"}])
    row: Any = [{}] * 5000
    for _ in range(50):
        row = {"a": row}
    reply = await posted(open_front, config, [{"b": 1}, row])
    assert reply.code == "invalid_rows"
    assert reply.json["detail"].startswith("Row 1 can't be mapped: The path looks at too much of this document")


async def test_large_bodies_are_checked_too(open_front: OpenFront) -> None:
    rows = [{"id": number, "text": "x" * 100} for number in range(12_000)]
    front = open_front(taking(ORDER), max_body_bytes=10_000_000)
    assert (await answer(front, body=orjson.dumps(rows))).status == 201
    broken = await answer(front, body=orjson.dumps([*rows, {"id": "x"}]))
    assert broken.json["errors"] == [{"pointer": "/12000/id", "detail": "It should be an integer."}]


async def test_no_more_violations_are_told_than_anyone_reads(open_front: OpenFront) -> None:
    reply = await answer(open_front(taking(ORDER)), body=orjson.dumps([{}] * 5000))
    assert len(reply.json["errors"]) == 1000


@pytest.mark.parametrize(
    "broken",
    [
        {"mapping": [{"property": "a", "from": "${nothing}"}]},
        {"mapping": [{"property": "a", "from": "$.["}]},
        {"resultPath": "$["},
        {"validation": {"root": {"type": "nothing"}}},
    ],
    ids=str,
)
def test_what_does_not_compile_shows_when_it_is_loaded(broken: Any) -> None:
    config = endpoint(methods={"POST": {"input": broken}})
    with pytest.raises(ExpressionError):
        compile_endpoint(config, "5b7c9d64-0000-4000-8000-000000000001")


def test_endpoints_share_what_is_compiled_of_equal_schemas() -> None:
    one, other = (compile_endpoint(taking(ORDER), f"5b7c9d64-0000-4000-8000-00000000000{n}") for n in (1, 2))
    assert one.intakes["POST"].whole is other.intakes["POST"].whole


def test_a_path_with_several_matches_gives_them_as_rows() -> None:
    rows = compile_rows("$.shops[*].orders[*]")
    assert rows({"shops": [{"orders": [{"id": 1}]}, {"orders": [{"id": 2}, {"id": 3}]}]}) == [
        {"id": n} for n in (1, 2, 3)
    ]
