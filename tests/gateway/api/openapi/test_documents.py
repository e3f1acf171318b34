"""Documents as they are served, over a real socket and from a real database."""

import asyncio
import json
from typing import Any

import asyncpg
import pytest

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.serving import ORDERS, serving
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.api.openapi import documents
from tidegate_gateway.api.openapi.cache import Cache
from tidegate_gateway.api.openapi.document import document
from tidegate_gateway.asgi import Answer
from tidegate_gateway.config.model import CompanyConfig, EndpointConfig
from tidegate_gateway.config.rows import make_row

COMPANY = "/api/endpoint/acme/openapi.json"
LARGE = 10**30


def configs() -> list[EndpointConfig]:
    other = token("other", name="erp", methods=("GET",))
    large = {"name": "large", "request": {"body": LARGE}, "response": {"status": 201}}
    return [
        endpoint(methods={"POST": {}}, tokens=(token(SECRET),), examples=[large]),
        endpoint("others", methods={"GET": {}}, tokens=(other,)),
        endpoint("open", authentication="None", methods={"GET": {}}),
        endpoint("inner", authentication="Internal", methods={"GET": {}}),
    ]


async def test_documents_are_served_to_whom_they_are_for(database_url: str) -> None:
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows) as caller:
        own = await caller.send("GET", f"{ORDERS}/openapi.json", headers=bearer())
        assert (own.status, own.headers["content-type"]) == (200, "application/json")
        assert own.headers["cache-control"] == "no-store"
        told = json.loads(own.body)
        assert [*told["paths"]] == [ORDERS, f"{ORDERS}/{{id}}"]
        assert told["servers"] == [{"url": caller.gateway.url}]
        assert told["info"]["title"] == "orders"
        assert f'"value":{LARGE}' in own.body.decode()
        assert (await caller.send("GET", f"{ORDERS}/openapi.json")).status == 401
        company = (await caller.send("GET", COMPANY, headers=bearer())).body
        assert [tag["name"] for tag in json.loads(company)["tags"]] == ["main/open", "main/orders"]
        assert json.loads(company)["info"]["title"] == "acme"
        assert (await caller.send("GET", "/api/endpoint/nobody/openapi.json")).status == 404
    assert SECRET not in own.body.decode() + company.decode()


async def test_the_page_is_guarded_against_whatever_stands_on_it(database_url: str) -> None:
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows, public_url="https://gw.example.com/") as caller:
        page = await caller.send("GET", "/api/endpoint/acme/openapi.html", headers=bearer("other"))
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    text = page.body.decode()
    assert 'id="main/others"' in text
    assert 'id="main/orders"' not in text
    assert "https://gw.example.com/api/endpoint/acme/main/others" in text


async def test_a_company_has_its_own_name(database_url: str) -> None:
    company = CompanyConfig(namespace="acme", name="acme", slug="acme", display_name="Acme & Sons")
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, make_row(company, uid_of("company"), 1), *rows) as caller:
        made = json.loads((await caller.send("GET", COMPANY, headers=bearer())).body)
    assert made["info"]["title"] == "Acme & Sons"
    assert made["info"]["version"] == "1"


async def test_what_cannot_be_read_is_left_out(database_url: str) -> None:
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows) as caller:
        connection = await asyncpg.connect(database_url)
        await spoil(connection, "orders", '{"version": [2, 0]}')
        found = json.loads((await caller.send("GET", COMPANY, headers=bearer())).body)
        assert [tag["name"] for tag in found["tags"]] == ["main/open"]
        await spoil(connection, "open", '{"slug": 1}')
        reply = await caller.send("GET", COMPANY, headers=bearer())
        assert (reply.status, reply.json["code"]) == (503, "unavailable")
        await connection.close()


async def test_a_document_is_made_once_for_all_who_may_read_the_same(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(*given: Any, **named: Any) -> dict[str, Any]:
        made.append("")
        return document(*given, **named)

    monkeypatch.setattr(documents, "document", counted)
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows) as caller:
        first = await asyncio.gather(*(caller.send("GET", COMPANY, headers=bearer()) for _ in range(5)))
        assert ({reply.body for reply in first}, len(made)) == ({first[0].body}, 1)
        others = await caller.send("GET", COMPANY, headers=bearer("other"))
        assert ([tag["name"] for tag in others.json["tags"]], len(made)) == (["main/open", "main/others"], 2)
        assert (await caller.send("GET", COMPANY, headers=bearer())).body == first[0].body
        assert (await caller.send("GET", COMPANY, headers=bearer() | {"Host": "other.example"})).body != first[0].body
        assert len(made) == 3
        connection = await asyncpg.connect(database_url)
        await spoil(connection, "orders", '{"displayName": "New"}')
        await connection.close()
        again = (await caller.send("GET", COMPANY, headers=bearer())).json
        assert [tag["description"] for tag in again["tags"]] == ["open", "New"]


def test_no_more_is_kept_than_there_is_room_for() -> None:
    cache = Cache(100)
    for number in range(9):
        cache.keep(number, Answer(200, (), b"x" * 20))
        assert cache.get(0)
    cache.keep("large", Answer(200, (), b"x" * 26))
    assert [number for number in range(9) if cache.get(number)] == [0, 5, 6, 7, 8]
    assert cache.get("large") is None


async def spoil(connection: asyncpg.Connection, name: str, change: str) -> None:
    """Changes what is published behind the gateway's back."""
    await connection.execute(
        "UPDATE config SET configuration = configuration || $1::jsonb WHERE name = $2", change, name
    )
