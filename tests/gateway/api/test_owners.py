"""What an owner may ask of an endpoint, over a real socket."""

from typing import Any

import asyncpg
from openapi_spec_validator import validate

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.logs import Logs
from tests.gateway.serving import ORDERS, Caller, serving
from tests.gateway.tokens import SECRET, bearer, token
from tests.waiting import eventually
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.indexes.definitions import sync_definitions
from tidegate_gateway.data.pool import connect

INDEX = {"id": 1, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"}
PLACE = "acme/main/orders"


def owned(**changes: Any) -> Any:
    tokens = (token(SECRET), token("partner", name="erp"))
    config = endpoint(**({"methods": {"POST": {}}, "tokens": tokens, "indexes": [INDEX]} | changes))
    return make_row(config, uid_of("orders"), 1)


async def test_addresses_are_listed(database_url: str) -> None:
    async with serving(database_url, owned()) as caller:
        for _ in range(2):
            assert (await caller.send("POST", ORDERS, data=b"{}", headers=bearer())).status == 201

        async def listed() -> Any:
            return (await caller.send("GET", f"/api/sources/{PLACE}", headers=bearer())).json

        (found,) = await eventually(listed)
        assert (found["address"], found["requests"]) == ("127.0.0.1", 2)
        assert found["firstSeen"] <= found["lastSeen"]


async def test_indexes_are_told_and_filled(database_url: str) -> None:
    async with serving(database_url, owned()) as caller, connect(database_url, size=1) as pool:
        await sync_definitions(pool)
        asked = await caller.send("POST", f"/api/reindex/{PLACE}", headers=bearer())
        assert (asked.status, asked.json) == (202, {"indexes": 1})
        told = await caller.send("GET", f"/api/indexes/{PLACE}", headers=bearer())
        assert told.json == [{"name": "total", "rows": 0, "progress": 0}]


async def refused(caller: Caller, headers: dict[str, str], place: str = PLACE) -> set[tuple[int, str]]:
    routes = (("GET", "sources"), ("GET", "indexes"), ("POST", "reindex"))
    replies = [await caller.send(method, f"/api/{what}/{place}", headers=headers) for method, what in routes]
    return {(reply.status, reply.json["code"]) for reply in replies}


async def test_nobody_else_may_ask(database_url: str) -> None:
    async with serving(database_url, owned()) as caller:
        assert await refused(caller, {}) == {(401, "unauthorized")}
        assert await refused(caller, bearer("partner")) == {(401, "unauthorized")}
        assert await refused(caller, bearer("wrong")) == {(401, "unauthorized")}
        assert await refused(caller, bearer(), "acme/main/none") == {(404, "unknown_endpoint")}
    async with serving(database_url, owned(allowed_ips=("192.0.2.1",))) as caller:
        assert await refused(caller, bearer()) == {(403, "address_not_allowed")}
    for closed in ("Internal", "None"):
        tokens = (token(SECRET),) if closed == "Internal" else ()
        async with serving(database_url, owned(authentication=closed, tokens=tokens)) as caller:
            assert await refused(caller, bearer()) == {(401, "unauthorized")}
    async with serving(database_url, owned(paused=True)) as caller:
        assert await refused(caller, {}) == {(503, "paused")}


async def test_the_token_may_come_in_the_query_where_the_endpoint_takes_it_there(database_url: str) -> None:
    path = f"/api/indexes/{PLACE}?access_token={SECRET}"
    async with serving(database_url, owned()) as caller:
        assert (await caller.send("GET", path)).status == 200
    async with serving(database_url, owned(token_in_query=False)) as caller:
        refused = await caller.send("GET", path)
        assert (refused.status, refused.headers["www-authenticate"]) == (401, "Bearer")
        assert refused.headers["content-type"] == "application/problem+json"


async def test_it_documents_itself(database_url: str) -> None:
    async with serving(database_url, owned()) as caller:
        own = (await caller.send("GET", "/api/openapi.json")).json
    validate(own)
    assert {path.split("/")[2] for path in own["paths"]} == {"sources", "indexes", "reindex"}
    assert {*own["components"]["securitySchemes"]} == {"bearer", "query"}
    sources = own["paths"]["/api/sources/{company}/{group}/{endpoint}"]["get"]
    assert {*sources["responses"]} == {"200", "401", "403", "404", "503", "default"}
    told = "`paused`: The endpoint is paused. `unavailable`: The request can't be served at the moment: try again."
    assert sources["responses"]["503"]["description"] == told
    assert {*own["components"]["schemas"]["Source"]["properties"]} == {"address", "firstSeen", "lastSeen", "requests"}


async def test_without_a_database_it_says_so(database_url: str) -> None:
    async with serving(database_url, owned()) as caller:
        connection = await asyncpg.connect(database_url)
        await connection.execute("ALTER TABLE source_address RENAME TO gone")
        reply = await caller.send("GET", f"/api/sources/{PLACE}", headers=bearer())
        assert (reply.status, reply.json["code"], reply.headers["retry-after"]) == (503, "unavailable", "1")
        await connection.execute("ALTER TABLE gone RENAME TO source_address")
        await connection.close()


async def test_the_log_says_who_asked_for_what_and_why_it_was_refused(database_url: str, logs: Logs) -> None:
    trace = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    async with serving(database_url, owned()) as caller:
        taken = await caller.send("GET", f"/api/sources/{PLACE}", headers=bearer() | trace)
        refused = await caller.send("GET", f"/api/sources/{PLACE}", headers=bearer("partner") | trace)
    for reply in (taken, refused):
        assert reply.headers["traceparent"].startswith(f"00-{'a' * 32}-")
    lines = [line for line in logs.lines() if line["event"] == "request"][-2:]
    told = [(line["endpoint"], line["status"], line["code"], line["token"], line["traceId"]) for line in lines]
    assert told == [
        ("acme/orders", 200, None, "primary", "a" * 32),
        ("acme/orders", 401, "unauthorized", None, "a" * 32),
    ]
    assert (lines[1]["check"], lines[1]["why"]) == ("authentication", "it is no primary token")
