"""PUT, PATCH and DELETE of single data: what they leave behind, and what they refuse."""

import asyncio
from typing import Any

import asyncpg
import orjson
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, Reply, answer
from tests.gateway.front.conftest import OpenFront
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.asgi import ASGIApp
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front import patching
from tidegate_gateway.front.json_patch import parse_patch

JSON_PATCH = {"content-type": "application/json-patch+json"}
INDEX = {"id": 2, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"}


def writable(**changes: Any) -> EndpointConfig:
    methods: dict[str, Any] = {"POST": {}, "GET": {}, "PUT": {}, "PATCH": {}}
    values: dict[str, Any] = {"authentication": "None", "methods": methods, "allow_deleting": True}
    return endpoint(**(values | changes))


async def stored(front: ASGIApp, body: bytes = b'{"a": 1, "b": {"c": 2}}') -> str:
    """The address of a datum."""
    return (await answer(front, body=body)).headers["location"]


async def patched(front: ASGIApp, place: str, patch: Any, **headers: str) -> Reply:
    return await answer(front, "PATCH", place, body=orjson.dumps(patch), headers=headers)


async def test_put_replaces(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = await stored(front)
    reply = await answer(front, "PUT", place, body=b"[1.10,12345678901234567890123]")
    assert (reply.status, reply.body) == (201, b"[1.10, 12345678901234567890123]")
    assert (reply.headers["etag"], reply.headers["content-type"]) == ('"2"', "application/json")
    read = await answer(front, "GET", place)
    assert (read.body, read.headers["etag"]) == (reply.body, '"2"')


RFC_7396 = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ("text", {"a": 1}, {"a": 1}),
]


@pytest.mark.parametrize(("before", "patch", "after"), RFC_7396, ids=str)
async def test_patch_merges(open_front: OpenFront, before: Any, patch: Any, after: Any) -> None:
    front = open_front(writable())
    reply = await patched(front, await stored(front, orjson.dumps(before)), patch)
    assert (reply.status, reply.json) == (201, after)


async def test_no_digit_is_lost_in_a_patch(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = await stored(front, b'{"n": 12345678901234567890123, "d": 1.10}')
    reply = await answer(front, "PATCH", place, body=b'{"e": 0.30000000000000000004}')
    assert reply.body == b'{"d": 1.10, "e": 0.30000000000000000004, "n": 12345678901234567890123}'


JSON_PATCHES = [
    ([{"op": "add", "path": "/b/d", "value": [1]}], {"a": 1, "b": {"c": 2, "d": [1]}}),
    ([{"op": "remove", "path": "/b"}], {"a": 1}),
    ([{"op": "replace", "path": "/a", "value": None}], {"a": None, "b": {"c": 2}}),
    ([{"op": "move", "from": "/b/c", "path": "/a"}], {"a": 2, "b": {}}),
    ([{"op": "copy", "from": "/b", "path": "/a"}], {"a": {"c": 2}, "b": {"c": 2}}),
    ([{"op": "test", "path": "/a", "value": 1.0}, {"op": "remove", "path": "/a"}], {"b": {"c": 2}}),
    ([{"op": "replace", "path": "", "value": {"x": 1}}], {"x": 1}),
    (
        [{"op": "add", "path": "/a~1b", "value": 1}, {"op": "move", "from": "/a~1b", "path": "/~0"}],
        {"a": 1, "~": 1, "b": {"c": 2}},
    ),
    (
        [
            {"op": "replace", "path": "/b", "value": [1, 3]},
            {"op": "add", "path": "/b/1", "value": 2},
            {"op": "add", "path": "/b/-", "value": 4},
        ],
        {"a": 1, "b": [1, 2, 3, 4]},
    ),
    ([{"op": "move", "from": "/a", "path": "/a"}], {"a": 1, "b": {"c": 2}}),
    ([], {"a": 1, "b": {"c": 2}}),
]


@pytest.mark.parametrize(("patch", "after"), JSON_PATCHES, ids=str)
async def test_json_patch_is_taken_too(open_front: OpenFront, patch: Any, after: Any) -> None:
    front = open_front(writable())
    reply = await patched(front, await stored(front), patch, **JSON_PATCH)
    assert (reply.status, reply.json) == (201, after)


BROKEN_PATCHES = [
    ({"op": "add"}, 400, "invalid_patch"),
    ([1], 400, "invalid_patch"),
    ([{"op": "delete", "path": "/a"}], 400, "invalid_patch"),
    ([{"op": ["add"], "path": "/a"}], 400, "invalid_patch"),
    ([{"op": "add", "path": "/a"}], 400, "invalid_patch"),
    ([{"op": "remove"}], 400, "invalid_patch"),
    ([{"op": "remove", "path": "a"}], 400, "invalid_patch"),
    ([{"op": "remove", "path": "/a~2"}], 400, "invalid_patch"),
    ([{"op": "move", "from": "/b", "path": "/b/c"}], 400, "invalid_patch"),
    ([{"op": "replace", "path": "", "value": []}], 400, "array_not_supported"),
    ([{"op": "remove", "path": "/a"}] * 1001, 400, "invalid_patch"),
    ([{"op": "test", "path": "/a", "value": 2}], 409, "patch_conflict"),
    ([{"op": "test", "path": "/a", "value": True}], 409, "patch_conflict"),
    ([{"op": "remove", "path": "/nothing"}], 409, "patch_conflict"),
    ([{"op": "replace", "path": "/nothing", "value": 1}], 409, "patch_conflict"),
    ([{"op": "add", "path": "/nothing/deep", "value": 1}], 409, "patch_conflict"),
    ([{"op": "add", "path": "/a/deep", "value": 1}], 409, "patch_conflict"),
    ([{"op": "add", "path": "/l", "value": []}, {"op": "add", "path": "/l/01", "value": 1}], 409, "patch_conflict"),
    ([{"op": "add", "path": "/l", "value": []}, {"op": "add", "path": "/l/1", "value": 1}], 409, "patch_conflict"),
    ([{"op": "remove", "path": "/b"}, {"op": "test", "path": "/a", "value": 2}], 409, "patch_conflict"),
]


@pytest.mark.parametrize(("patch", "status", "code"), BROKEN_PATCHES, ids=lambda value: str(value)[:60])
async def test_a_json_patch_does_all_or_nothing(open_front: OpenFront, patch: Any, status: int, code: str) -> None:
    front = open_front(writable())
    place = await stored(front)
    reply = await patched(front, place, patch, **JSON_PATCH)
    assert (reply.status, reply.code) == (status, code)
    assert (await answer(front, "GET", place)).json == {"a": 1, "b": {"c": 2}}


async def test_arrays_are_not_patched(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = await stored(front, b"[1]")
    assert (await patched(front, place, {"a": 1})).code == "array_not_supported"
    assert (await patched(front, place, [], **JSON_PATCH)).code == "array_not_supported"
    assert (await patched(front, await stored(front), [1])).code == "array_not_supported"
    assert (await answer(front, "GET", place)).headers["etag"] == '"1"'


MATCHES = {
    '"1"': 201,
    "*": 201,
    '"7", "1"': 201,
    '"2"': 412,
    'W/"1"': 412,
    "1": 412,
    '""': 412,
    '"' + "9" * 99 + '"': 412,
}


@pytest.mark.parametrize("if_match", MATCHES, ids=lambda text: text[:20])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_only_the_version_that_was_seen_is_changed(open_front: OpenFront, method: str, if_match: str) -> None:
    front = open_front(writable())
    reply = await answer(front, method, await stored(front), body=b'{"x": 1}', headers={"if-match": if_match})
    wanted = MATCHES[if_match]
    assert reply.status == (204 if (method, wanted) == ("DELETE", 201) else wanted)
    assert reply.body == b"" or (reply.code == "version_mismatch") == (wanted == 412)


async def test_a_datum_whose_run_goes_on_is_not_changed(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    front = open_front(writable())
    place = await stored(front)
    for status, answered in ((1, 409), (100, 409), (101, 409), (999, 409), (200, 201), (302, 201)):
        await pool.execute("UPDATE datum SET status = $1", status)
        replies = [await answer(front, method, place, body=b"{}") for method in ("PUT", "PATCH")]
        assert [reply.status for reply in replies] == [answered] * 2
        assert all(reply.code == ("run_in_progress" if answered == 409 else "") for reply in replies)


async def test_a_caller_may_do_without_the_body(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = await stored(front)
    reply = await patched(front, place, {"a": 2}, prefer='handling=lenient, Return="minimal"; x=1')
    assert (reply.status, reply.body) == (204, b"")
    assert (reply.headers["preference-applied"], reply.headers["etag"]) == ("return=minimal", '"2"')
    assert (await patched(front, place, {"a": 3}, prefer="return=representation")).status == 201


async def test_what_is_left_behind_must_fit_the_schema_of_the_method(open_front: OpenFront) -> None:
    schema = {"validation": {"root": {"required": ["a"], "properties": {"b": {"type": "object"}}}}}
    mapped = schema | {"mapping": [{"property": "a", "from": "${fixed:1}"}]}
    methods = {"POST": {}, "GET": {}, "PUT": {"input": mapped}, "PATCH": {"input": schema}}
    front = open_front(writable(methods=methods))
    place = await stored(front)
    refused = await patched(front, place, {"a": None})
    assert (refused.status, refused.json["errors"]) == (
        400,
        [{"pointer": "", "detail": 'The property "a" is missing.'}],
    )
    assert (await patched(front, place, {"b": 1})).json["errors"][0]["pointer"] == "/b"
    assert (await answer(front, "PUT", place, body=b"{}")).code == "schema_violation"
    assert (await answer(front, "PUT", place, body=b'{"a": 1}')).status == 201


async def test_what_is_left_behind_is_redacted_and_indexed_anew(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    front = open_front(writable(redact=["$.card"], indexes=[INDEX]))
    place = await stored(front, b'{"total": 1, "card": "4111"}')
    reply = await patched(front, place, {"total": 2, "card": "4222"})
    assert reply.json == {"total": 2, "card": "[redacted]"}
    assert await pool.fetchval("SELECT number_value FROM data_point") == 2
    await answer(front, "PUT", place, body=b"{}")
    assert await pool.fetchval("SELECT count(*) FROM data_point") == 0


async def test_a_patch_cannot_make_what_cannot_be_stored(open_front: OpenFront) -> None:
    front = open_front(writable(), max_body_bytes=1000)
    place = await stored(front, b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}")
    deeper = [{"op": "add", "path": "/a" + "/0" * 59 + "/-", "value": [[[[]]]]}]
    assert (await patched(front, place, deeper, **JSON_PATCH)).code == "unstorable_json"
    grown = [await patched(front, place, {f"p{number}": "x" * 300}) for number in range(4)]
    assert [reply.status for reply in grown] == [201, 201, 400, 400]
    assert grown[-1].json["detail"] == "The datum would become larger than the gateway takes."


def doubling(count: int) -> list[dict[str, str]]:
    """Each copies the whole into itself."""
    return [{"op": "copy", "from": "", "path": f"/p{number}"} for number in range(count)]


async def test_a_patch_that_blows_a_datum_up_is_refused_while_it_is_small(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = await stored(front, orjson.dumps({"text": "x" * 1000}))
    reply = await patched(front, place, doubling(1000), **JSON_PATCH)
    assert (reply.status, reply.code) == (400, "too_large")
    assert (await patched(front, place, doubling(5), **JSON_PATCH)).status == 201


@pytest.mark.parametrize("layers", [2, 5, 40], ids=["to store", "to write", "to copy"])
async def test_a_patch_that_nests_a_datum_too_deep_is_refused(open_front: OpenFront, layers: int) -> None:
    front = open_front(writable(), max_body_bytes=1_000_000)
    place = await stored(front)
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    patch = [{"op": "add", "path": "/d" + "/0" * 60 * number, "value": deep} for number in range(layers)]
    reply = await patched(front, place, [*patch, {"op": "copy", "from": "/d", "path": "/e"}], **JSON_PATCH)
    assert (reply.status, reply.code) == (400, "unstorable_json")
    far = await patched(front, place, [{"op": "remove", "path": "/" * 100_000}], **JSON_PATCH)
    assert (far.code, far.json["detail"]) == ("invalid_patch", "Operation 0 has a path of more than 5000 steps.")
    assert (await answer(front, "GET", place)).headers["etag"] == '"1"'


def test_operations_may_be_applied_again() -> None:
    added = {"op": "add", "path": "/a", "value": {"x": []}}
    one_more = {"op": "add", "path": "/a/x/-", "value": 1}
    operations = parse_patch([added, {"op": "replace", "path": "/a", "value": {"x": []}}, one_more, one_more])
    assert [patching.patched({}, operations, 1000) for _ in range(2)] == [{"a": {"x": [1, 1]}}] * 2


async def test_what_is_not_there_is_not_found(open_front: OpenFront) -> None:
    front = open_front(writable())
    place = f"{ORDERS}/01a21444-bef4-7359-b8e1-b0c8b0b8fc18"
    for method in ("PUT", "PATCH", "DELETE"):
        reply = await answer(front, method, place, body=b"{}")
        assert (reply.status, reply.code, reply.json["detail"]) == (404, "not_found", "There is no datum with this ID.")


async def test_data_are_deleted_one_by_one_and_all_at_once(open_front: OpenFront) -> None:
    front = open_front(writable(), writable(slug="others", name="others"))
    places = [await stored(front) for _ in range(4)]
    other = (await answer(front, path=ORDERS.replace("orders", "others"), body=b"{}")).headers["location"]
    first = await answer(front, "DELETE", places[0])
    assert (first.status, first.body) == (204, b"")
    assert (await answer(front, "DELETE", places[0])).status == 404
    every = await answer(front, "DELETE", f"{ORDERS}/all")
    assert (every.status, every.body, every.headers["tidegate-deleted"]) == (204, b"", "3")
    assert (await answer(front, "GET", places[1])).status == 404
    assert (await answer(front, "GET", other)).status == 200


async def test_who_may_delete_has_the_token_for_it(open_front: OpenFront) -> None:
    tokens = (token(SECRET, name="erp", methods=("POST", "GET")), token("other", name="admin", methods=("DELETE",)))
    front = open_front(writable(authentication="Token", tokens=tokens))
    place = (await answer(front, body=b"{}", headers=bearer())).headers["location"]
    assert (await answer(front, "DELETE", place, headers=bearer())).status == 401
    assert (await answer(front, "DELETE", place, headers={"authorization": "Bearer other"})).status == 204


async def test_fifty_patches_at_once_are_all_there(open_front: OpenFront) -> None:
    fronts = open_front(writable()), open_front(writable())
    place = await stored(fronts[0], b"{}")
    patches = (patched(fronts[number % 2], place, {f"p{number}": number}) for number in range(50))
    assert {reply.status for reply in await asyncio.gather(*patches)} == {201}
    read = await answer(fronts[0], "GET", place)
    assert (read.json, read.headers["etag"]) == ({f"p{number}": number for number in range(50)}, '"51"')
