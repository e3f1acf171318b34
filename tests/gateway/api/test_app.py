"""What lies behind the front door answers as the front door does."""

import pytest
from fastapi import APIRouter, FastAPI

from tests.gateway.front.calling import Reply, answer, call
from tidegate_gateway.api.app import create_api


async def test_an_address_that_is_not_there() -> None:
    reply = await answer(create_api(), "GET", "/nowhere", headers={"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"})
    assert (reply.status, reply.code, reply.json["traceId"]) == (404, "not_found", "a" * 32)


async def test_there_are_no_pages_that_load_scripts_from_elsewhere() -> None:
    for path in ("/docs", "/redoc", "/api/docs", "/openapi.json"):
        assert (await answer(create_api(), "GET", path)).code == "not_found"


def with_routes() -> FastAPI:
    api = create_api()

    @api.get("/broken")
    async def broken() -> None:
        raise RuntimeError("hunter2")

    return api


async def test_a_method_that_is_not_there_is_told_what_is() -> None:
    reply = await answer(with_routes(), "POST", "/broken")
    assert (reply.status, reply.code, reply.headers["allow"]) == (405, "method_not_allowed", "GET")


async def test_what_nobody_thought_of_tells_no_details_and_goes_to_the_log_of_the_server() -> None:
    replies: list[Reply] = []
    with pytest.raises(RuntimeError):
        await call(with_routes(), "GET", "/broken", on_reply=replies.append)
    assert (replies[0].status, replies[0].code) == (500, "internal")
    assert b"hunter2" not in replies[0].body


def with_router() -> FastAPI:
    router = APIRouter(prefix="/api")

    @router.get("/things/{name}")
    async def things(name: str) -> str:
        return name

    @router.get("/sets/")
    async def sets() -> str:
        return "all"

    return create_api(router)


@pytest.mark.parametrize("path", ["/api/things/one/", "/api/sets", "/api/openapi.json/"])
async def test_an_address_that_is_off_by_a_slash_is_not_there_and_leads_nowhere(path: str) -> None:
    """To lead on would send what stands in the query to whatever host the request names."""
    reply = await answer(with_router(), "GET", path, query=b"access_token=secret", headers={"host": "evil.example"})
    assert (reply.status, reply.code) == (404, "not_found")
    assert "location" not in reply.headers
