"""Every method at every address of an endpoint, over real sockets, as the table of routes has it."""

from collections.abc import AsyncIterator
from itertools import product
from typing import Any

import pytest

from tests.gateway.config.samples import endpoint_row
from tests.gateway.serving import Caller, serving

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
CONFIGURED = ("GET", "POST", "PUT", "PATCH", "DELETE")
TASK: dict[str, Any] = {"task": {"name": "t"}}
MISSING = "01a21444-bef4-7359-b8e1-b0c8b0b8fc18"

# What the methods above answer at an address; a datum is there where the endpoint stores any.
TABLE = {
    "plain": """
        /          200 200 201 404 404 404 204 405
        /<id>      200 200 405 201 201 404 204 405
        /<missing> 404 404 405 404 404 404 204 405
        /all       405 405 405 405 405 404 204 405
        /nowhere   404 404 404 404 404 404 404 404
        /ALL       404 404 404 404 404 404 404 404
    """,
    "plain-deleting": """
        /          200 200 201 404 404 404 204 405
        /<id>      200 200 405 201 201 204 204 405
        /<missing> 404 404 405 404 404 404 204 405
        /all       405 405 405 405 405 204 204 405
        /nowhere   404 404 404 404 404 404 404 404
    """,
    "tasks": """
        /          503 503 503 503 503 503 204 405
        /<missing> 404 404 405 404 404 404 204 405
        /all       405 405 405 405 405 404 204 405
        /nowhere   404 404 404 404 404 404 404 404
    """,
    "tasks-deleting": """
        /          503 503 503 503 503 503 204 405
        /<missing> 404 404 405 404 404 404 204 405
        /all       405 405 405 405 405 204 204 405
    """,
    "bare": """
        /          405 405 201 405 405 405 204 405
        /<id>      200 200 405 405 405 404 204 405
        /all       405 405 405 405 405 404 204 405
    """,
    "bare-deleting": """
        /          405 405 201 405 405 405 204 405
        /<id>      200 200 405 405 405 204 204 405
        /all       405 405 405 405 405 204 204 405
    """,
    "mixed": """
        /          200 200 201 503 404 405 204 405
        /<id>      200 200 405 404 201 404 204 405
    """,
    "paused": """
        /          503 503 503 503 503 503 503 503
        /<missing> 503 503 503 503 503 503 503 503
    """,
    "internal": """
        /          401 401 401 401 401 401 204 401
        /nowhere   401 401 401 401 401 401 404 401
    """,
    "none": """
        /          404 404 404 404 404 404 404 404
        /<missing> 404 404 404 404 404 404 404 404
    """,
}
PLAIN: dict[str, Any] = {method: {} for method in CONFIGURED}
TASKS = dict.fromkeys(CONFIGURED, TASK)
ROWS: dict[str, dict[str, Any]] = {
    "plain": {"methods": PLAIN},
    "plain-deleting": {"methods": PLAIN, "allow_deleting": True},
    "tasks": {"methods": TASKS},
    "tasks-deleting": {"methods": TASKS, "allow_deleting": True},
    "bare": {"methods": {"POST": {}}},
    "bare-deleting": {"methods": {"POST": {}}, "allow_deleting": True},
    "mixed": {"methods": {"GET": {}, "POST": {}, "PUT": TASK, "PATCH": {}}},
    "paused": {"methods": PLAIN, "paused": True},
    "internal": {"methods": PLAIN, "authentication": "Internal"},
}


@pytest.fixture
async def caller(database_url: str) -> AsyncIterator[Caller]:
    """A caller of all of these endpoints."""
    rows = [endpoint_row(name, **({"authentication": "None"} | changes)) for name, changes in ROWS.items()]
    async with serving(database_url, *rows) as caller:
        yield caller


async def status(caller: Caller, name: str, tail: str, method: str) -> int:
    root = f"/api/endpoint/acme/main/{name}"
    path = root + (tail if tail != "/" else "")
    if "<id>" in tail:
        path = (await caller.send("POST", root, data=b"{}")).headers["location"]
    return (await caller.send(method, path.replace("<missing>", MISSING), data=b"{}")).status


async def test_every_method_at_every_address(caller: Caller) -> None:
    wrong = []
    for name, table in TABLE.items():
        for line in table.strip().splitlines():
            tail, *statuses = line.split()
            for method, expected in zip(METHODS, map(int, statuses), strict=True):
                answered = await status(caller, name, tail, method)
                if answered != expected:
                    wrong.append((name, tail, method, answered, expected))
    assert wrong == []


async def test_what_is_not_allowed_says_what_is(caller: Caller) -> None:
    for name, tail in product(("plain", "tasks-deleting", "bare"), ("", f"/{MISSING}", "/all")):
        path = f"/api/endpoint/acme/main/{name}{tail}"
        options, trace = await caller.send("OPTIONS", path), await caller.send("TRACE", path)
        assert options.headers["allow"] == trace.headers["allow"]
        assert (options.status, options.body, trace.json["code"]) == (204, b"", "method_not_allowed")
