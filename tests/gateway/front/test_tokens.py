import hashlib
from urllib.parse import quote_plus

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, Reply, answer, items
from tests.gateway.front.conftest import OpenFront
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.asgi import Message
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.front.compile import Key
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.tokens import opened_by, presented_token

ALL_METHODS: dict[str, object] = {"POST": {}, "GET": {}, "PUT": {}, "PATCH": {}}
ID = "/01a21444-bef4-7359-b8e1-b0c8b0b8fc18"


def guarded(**changes: object) -> EndpointConfig:
    return endpoint(**{"methods": ALL_METHODS, "tokens": (token(SECRET),)} | changes)  # type: ignore[arg-type]


async def status(front: object, method: str = "GET", tail: str = "", **named: object) -> int:
    reply: Reply = await answer(front, method, ORDERS + tail, **named)  # type: ignore[arg-type]
    return reply.status


async def test_the_header_opens_in_any_case_of_the_scheme(open_front: OpenFront) -> None:
    front = open_front(guarded())
    for authorization in (f"Bearer {SECRET}", f"bearer {SECRET}", f"BEARER {SECRET}", f"Bearer   {SECRET} "):
        assert await status(front, headers={"authorization": authorization}) == 200, authorization


async def test_so_does_the_query_unless_it_is_switched_off(open_front: OpenFront) -> None:
    query = f"limit=3&access_token={quote_plus(SECRET)}".encode()
    assert await status(open_front(guarded()), query=query) == 200
    assert await status(open_front(guarded(token_in_query=False)), query=query) == 401


async def test_of_both_the_header_counts(open_front: OpenFront) -> None:
    front = open_front(guarded())
    right = f"access_token={SECRET}".encode()
    assert await status(front, query=right, headers=bearer("wrong")) == 401
    assert await status(front, query=b"access_token=wrong", headers=bearer()) == 200
    assert await status(front, query=right, headers={"authorization": "Bearer"}) == 401
    assert await status(front, query=right, headers={"authorization": "Basic dXNlcjpwYXNz"}) == 200


WRONG_HEADERS: list[dict[str, str]] = [
    {},
    {"authorization": ""},
    {"authorization": "Bearer "},
    {"authorization": SECRET},
    bearer("wrong"),
    bearer("\xff"),
]


async def test_every_other_caller_hears_the_same(open_front: OpenFront) -> None:
    front = open_front(guarded())
    for headers in WRONG_HEADERS:
        reply = await answer(front, body=b"{}", headers=headers)
        assert (reply.status, reply.code, reply.headers["www-authenticate"]) == (401, "unauthorized", "Bearer")
        assert reply.json["detail"] == "A valid token for this method of the endpoint is needed."
        assert reply.taken == 0


async def test_no_query_breaks_it(open_front: OpenFront) -> None:
    front = open_front(guarded())
    for query in (b"access_token", b"access_token=", b"access_token=%FF%00", b"access_token=\xff\xfe&%"):
        assert await status(front, query=query) == 401, query


async def test_a_token_opens_its_methods_only(open_front: OpenFront) -> None:
    front = open_front(guarded(tokens=(token("r", name="reader", methods=["GET"]), token("w", methods=["POST"]))))
    assert await status(front, "GET", headers=bearer("r")) == 200
    assert await status(front, "HEAD", headers=bearer("r")) == 200
    assert await status(front, "GET", headers=bearer("w")) == 401
    assert await status(front, "POST", headers=bearer("r"), body=b"{}") == 401
    assert await status(front, "POST", headers=bearer("w"), body=b"{}") == 201
    assert await status(front, "GET", ID, headers=bearer("w")) == 401
    assert await status(front, "PUT", ID, headers=bearer("w")) == 401


async def test_of_a_method_that_is_not_there_any_token_of_the_endpoint_hears(open_front: OpenFront) -> None:
    front = open_front(guarded(methods={"POST": {}}, tokens=(token("w", methods=["POST"]),)))
    assert await status(front, "PATCH", headers=bearer("w")) == 405
    assert await status(front, "TRACE", headers=bearer("w")) == 405
    assert await status(front, "DELETE", ID, headers=bearer("w")) == 404
    assert await status(front, "GET", "/nowhere", headers=bearer("w")) == 404
    assert await status(front, "PATCH") == 401
    assert await status(front, "GET", "/nowhere") == 401
    assert await status(front, "GET", ID, headers=bearer("w")) == 401


async def test_two_values_open_while_a_token_is_rotated_and_data_name_the_token(open_front: OpenFront) -> None:
    front = open_front(guarded(tokens=(token(SECRET), token("old", "new", name="erp"))))
    for value in (SECRET, "old", "new"):
        assert await status(front, "POST", body=b"{}", headers=bearer(value)) == 201
    stored = await items(front, 3, headers=bearer())
    assert [item["Token"] for item in stored] == ["primary", "erp", "erp"]


async def test_an_open_endpoint_asks_nobody_and_names_nobody(open_front: OpenFront) -> None:
    front = open_front(guarded(authentication="None"))
    assert await status(front, "POST", body=b"{}", headers=bearer()) == 201
    assert (await items(front, 1))[0]["Token"] is None


async def test_an_internal_endpoint_is_closed_to_everybody(open_front: OpenFront) -> None:
    front = open_front(guarded(authentication="Internal"))
    for method in ("GET", "POST", "TRACE"):
        assert await status(front, method, headers=bearer()) == 401, method


async def test_options_needs_no_token(open_front: OpenFront) -> None:
    assert await status(open_front(guarded()), "OPTIONS") == 204
    assert await status(open_front(guarded(authentication="Internal")), "OPTIONS") == 204


def test_a_token_without_values_opens_nothing() -> None:
    assert opened_by(b"", ()) is None
    assert opened_by(b"", (Key(hashlib.sha256(b"a").digest(), "a"),)) is None


def presented(query: bytes = b"", *headers: tuple[bytes, bytes]) -> bytes | None:
    scope = {"method": "GET", "headers": headers, "query_string": query}
    return presented_token(Request(scope, nothing), in_query=True)


async def nothing() -> Message:
    raise AssertionError


def test_a_token_is_taken_byte_by_byte() -> None:
    assert presented(b"", (b"authorization", b"Bearer \xff\x01")) == hashlib.sha256(b"\xff\x01").digest()
    assert presented(b"access_token=%FF%01+x") == hashlib.sha256(b"\xff\x01 x").digest()
    assert presented(b"access_token=a&access_token=b") == hashlib.sha256(b"a").digest()
    assert presented(b"a&" * 1000 + b"access_token=a") is None
