"""Bodies: counted on the stream, decoded; refused for size before type, and for type before text."""

import gzip
import zlib
from collections.abc import Sequence
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import Reply, answer, call
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.config.model import EndpointConfig

KB = 1024
CAP = 4 * KB
pack = partial(gzip.compress, mtime=0)
BOMB = pack(b'"' + b"a" * (CAP * 100) + b'"')


def anyone(**changes: Any) -> EndpointConfig:
    return endpoint(authentication="None", methods={"POST": {}, "GET": {}}, **changes)


async def post(open_front: OpenFront, body: bytes | Sequence[bytes], **headers: str) -> Reply:
    front = open_front(anyone(max_message_bytes=CAP))
    return await answer(front, body=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def text_of(size: int) -> bytes:
    return b'"' + b"a" * (size - 2) + b'"'


@pytest.mark.parametrize(("size", "status"), [(CAP, 201), (CAP + 1, 400)])
async def test_a_body_may_have_just_the_size_that_is_allowed(open_front: OpenFront, size: int, status: int) -> None:
    whole = await post(open_front, text_of(size))
    parts = await post(open_front, [text_of(size)[:1000], text_of(size)[1000:]])
    packed = await post(open_front, pack(text_of(size)), content_encoding="gzip")
    assert [whole.status, parts.status, packed.status] == [status] * 3
    if status == 400:
        assert {whole.code, parts.code, packed.code} == {"too_large"}
        assert whole.json["detail"] == "The body is larger than the endpoint takes."


async def test_a_declared_length_over_the_limit_is_refused_before_anything_is_read(open_front: OpenFront) -> None:
    reply = await post(open_front, [b"{}", b""], content_length=str(CAP + 1))
    assert (reply.code, reply.taken) == ("too_large", 0)


async def test_a_stream_over_the_limit_is_read_no_further(open_front: OpenFront) -> None:
    reply = await post(open_front, [b"a" * KB] * 100)
    assert (reply.code, reply.taken) == ("too_large", 5)


async def test_an_endpoint_without_a_limit_has_the_gateways(open_front: OpenFront) -> None:
    front = open_front(anyone(), max_body_bytes=100)
    assert (await answer(front, body=text_of(100))).status == 201
    assert (await answer(front, body=text_of(101))).code == "too_large"


async def test_no_endpoint_takes_more_than_the_gateway(open_front: OpenFront) -> None:
    front = open_front(anyone(max_message_bytes=200), max_body_bytes=100)
    assert (await answer(front, body=text_of(100))).status == 201
    assert (await answer(front, body=text_of(101))).code == "too_large"


async def test_a_small_body_that_decodes_to_a_large_one_is_too_large(open_front: OpenFront) -> None:
    assert len(BOMB) < CAP
    assert (await post(open_front, BOMB, content_encoding="gzip")).code == "too_large"
    assert (await post(open_front, BOMB, content_encoding="gzip", content_type="text/plain")).code == "too_large"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", pack(b'{"a": 1}')),
        ("GZip", pack(b'{"a": 1}')),
        ("x-gzip", pack(b'{"a": 1}')),
        ("gzip", pack(b'{"a"') + pack(b": 1}")),
        ("deflate", zlib.compress(b'{"a": 1}')),
        ("identity", b'{"a": 1}'),
    ],
)
async def test_a_body_is_stored_as_it_decodes(open_front: OpenFront, encoding: str, body: bytes) -> None:
    front = open_front(anyone())
    for parts in (body, [body[:1], body[1:10], body[10:]]):
        stored = await answer(front, body=parts, headers={"content-encoding": encoding})
        assert stored.status == 201
        assert (await answer(front, "GET", stored.headers["location"])).body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", b'{"a": 1}'),
        ("gzip", pack(b'{"a": 1}')[:-3]),
        ("gzip", pack(b'{"a": 1}') + b"more"),
        ("deflate", pack(b'{"a": 1}')),
        ("deflate", zlib.compress(b'{"a": 1}') + b"more"),
    ],
)
async def test_a_body_that_does_not_decode_is_no_json(open_front: OpenFront, encoding: str, body: bytes) -> None:
    reply = await post(open_front, body, content_encoding=encoding)
    assert reply.code == "invalid_json"
    assert reply.json["detail"] == f"The body is not what its encoding says: {encoding}."


async def test_members_that_hold_nothing_are_bounded(open_front: OpenFront) -> None:
    front, headers = open_front(anyone()), {"content-encoding": "gzip"}
    for fill, status in ((pack(b"") * 98, 201), (pack(b"") * 3000, 400)):
        reply = await answer(front, body=fill + pack(b"{}"), headers=headers)
        assert (reply.status, reply.code) == (status, "" if status == 201 else "invalid_json")
    blocks = b"".join(pack(b" " * 2048) for _ in range(40))
    assert (await answer(front, body=blocks + pack(b"{}"), headers=headers)).status == 201


async def test_a_body_of_another_type_is_not_looked_into(open_front: OpenFront) -> None:
    reply = await post(open_front, b"no gzip", content_encoding="gzip", content_type="text/plain")
    assert (reply.status, reply.code) == (415, "unsupported_media_type")


async def test_other_encodings_are_refused(open_front: OpenFront) -> None:
    for encoding in ("br", "zstd", "gzip, gzip", "compress", "\xff"):
        reply = await post(open_front, b"{}", content_encoding=encoding)
        assert (reply.status, reply.code) == (415, "unsupported_media_type"), encoding
        assert reply.json["detail"] == "The body may be encoded with gzip or deflate, and with nothing else."


FINE_TYPES = [
    "application/json",
    "APPLICATION/JSON; charset=UTF-8",
    'application/json;charset="utf-8"',
    "application/json; charset=utf8; version=1",
    "application/problem+json",
    "application/vnd.github.v3+json ; foo=bar",
]
NOT_JSON = "The body must be JSON: send Content-Type: application/json."
NOT_UTF_8 = "The body must be in UTF-8."
OTHER_TYPES = {
    "text/plain": NOT_JSON,
    "application/x-www-form-urlencoded": NOT_JSON,
    "application/jsonx": NOT_JSON,
    "application/+json": NOT_JSON,
    "text/plain+json": NOT_JSON,
    "": NOT_JSON,
    "application/json, application/json": NOT_JSON,
    "application/json; charset=iso-8859-1": NOT_UTF_8,
    "application/json; Charset=utf-16": NOT_UTF_8,
}


async def test_json_has_these_types(open_front: OpenFront) -> None:
    replies = {text: await post(open_front, b"{}", content_type=text) for text in FINE_TYPES}
    assert {text: reply.status for text, reply in replies.items()} == dict.fromkeys(FINE_TYPES, 201)


async def test_other_types_are_refused_before_they_are_read(open_front: OpenFront) -> None:
    replies = {text: await post(open_front, b"{}", content_type=text) for text in OTHER_TYPES}
    assert {text: reply.json["detail"] for text, reply in replies.items()} == OTHER_TYPES
    assert {(reply.status, reply.code, reply.taken) for reply in replies.values()} == {
        (415, "unsupported_media_type", 0)
    }


async def test_without_a_type_it_is_json(open_front: OpenFront) -> None:
    assert (await post(open_front, b"{}")).status == 201


async def test_an_empty_body_is_no_json_where_no_task_is_bound(open_front: OpenFront) -> None:
    for body in (b"", [b"", b""]):
        reply = await post(open_front, body)
        assert (reply.code, reply.json["detail"]) == ("invalid_json", "The body is empty.")


async def test_a_task_needs_no_body(open_front: OpenFront) -> None:
    front = open_front(endpoint(authentication="None", methods={"POST": {"task": {"name": "t"}}}))
    assert (await answer(front)).code == "task_not_available"


@pytest.mark.parametrize("body", [b'{"a": 1}', [b'{"a"', b": 1}"], []])
async def test_a_caller_who_goes_leaves_nothing_behind(open_front: OpenFront, body: list[bytes]) -> None:
    front = open_front(anyone())
    assert await call(front, body=body or [b""], hang_up=True) is None
    assert (await answer(front, "GET")).json == {"Items": [], "Next": None}


async def test_a_large_body_is_read_like_any_other(open_front: OpenFront) -> None:
    front = open_front(anyone(), max_body_bytes=8 * KB * KB)
    fine = await answer(front, body=b"[1e400, " + b" " * 2 * KB * KB + b"1.10]")
    assert (await answer(front, "GET", fine.headers["location"])).body[-5:] == b"1.10]"
    assert (await answer(front, body=b"[" + b" " * 2 * KB * KB)).code == "invalid_json"


async def test_what_only_postgresql_refuses_is_told_apart_too(open_front: OpenFront, pool: asyncpg.Pool) -> None:
    front = open_front(anyone())
    assert (await answer(front, body=b"{}")).status == 201
    await pool.execute("ALTER TABLE datum ADD CONSTRAINT no_secrets CHECK (input ->> 'secret' IS NULL)")
    reply = await answer(front, body=b'{"secret": "hunter2"}')
    assert (reply.status, reply.code) == (400, "unstorable_json")
    assert reply.json["detail"] == "The body holds what can't be stored."
