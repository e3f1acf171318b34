"""Whatever is sent over a socket is answered as it should be: never with a 500, never without an answer.

`make fuzz` sends a hundred thousand requests, a run of the suite a thousand.
"""

from collections.abc import AsyncIterator
from typing import Any

import httptools
import orjson
import pytest
from hypothesis import HealthCheck, given, settings

from tests.gateway.config.samples import endpoint, uid_of
from tests.gateway.fuzz.asked import IN_A_RUN, REQUESTS
from tests.gateway.fuzz.requests import Wild, wild_requests
from tests.gateway.serving import Caller, serving
from tests.gateway.tokens import SECRET, token
from tests.gateway.wire import exchange
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.problems import CODES

STORED = b"STORED"
EVERY: dict[str, Any] = {"POST": {}, "GET": {}, "PUT": {}, "PATCH": {}, "DELETE": {}}
SCHEMA = {"type": "object", "properties": {"id": {"type": "string"}, "total": {"type": "number", "minimum": 0}}}
INDEXES = [
    {"id": 1, "name": "total", "method": "POST", "source": "Input", "path": "$.total", "type": "Number"},
    {"id": 2, "name": "at", "method": "POST", "source": "Input", "path": "$.at", "type": "Timestamp"},
    {"id": 3, "name": "id", "method": "POST", "source": "Input", "path": "$.id", "type": "Text"},
]
MAPPING = [{"property": "id", "from": "$.id"}, {"property": "total", "from": "total"}]


def configs() -> list[EndpointConfig]:
    strict = {"input": {"resultPath": "$.lines", "mapping": MAPPING, "validation": {"root": SCHEMA}}}
    checked = {"input": {"validation": {"root": SCHEMA}}}
    return [
        endpoint("plain", authentication="None", methods=EVERY, allow_deleting=True, indexes=INDEXES),
        endpoint(
            "strict", authentication="None", methods=EVERY | {"POST": strict, "PATCH": checked}, redact=["$..card"]
        ),
        endpoint("guarded", tokens=(token(SECRET),), methods=EVERY, max_message_bytes=64),
        endpoint("paused", paused=True, methods=EVERY),
        endpoint("tasked", authentication="None", methods={method: {"task": {"name": "t"}} for method in EVERY}),
    ]


@pytest.fixture
async def caller(database_url: str) -> AsyncIterator[Caller]:
    rows = [make_row(config, uid_of(config.name), 1) for config in configs()]
    async with serving(database_url, *rows) as caller:
        yield caller


class Answer:
    """One answer, read by a parser that takes nothing amiss."""

    def __init__(self, raw: bytes, method: str) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.body, self.complete = b"", method == "HEAD"
        parser = httptools.HttpResponseParser(self)
        parser.feed_data(raw)
        self.status: int = parser.get_status_code()

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.lower()] = value

    def on_body(self, part: bytes) -> None:
        self.body += part

    def on_message_complete(self) -> None:
        self.complete = True


@settings(
    suppress_health_check=list(HealthCheck), deadline=None, max_examples=REQUESTS, derandomize=REQUESTS == IN_A_RUN
)
@given(wild=wild_requests())
async def test_whatever_comes_is_answered(caller: Caller, wild: Wild) -> None:
    sent = wild.bytes
    if STORED in sent:
        stored = await caller.send("POST", "/api/endpoint/acme/main/plain", data=b'{"a": 1}')
        sent = sent.replace(STORED, stored.json["ID"].encode())
    answer = Answer(await exchange(caller.gateway.url, sent), wild.method)
    assert answer.complete
    if answer.headers[b"content-type" if answer.status >= 400 else b"date"] == b"text/plain; charset=utf-8":
        assert (answer.status, answer.body) == (400, b"Invalid HTTP request received.")
        return
    assert answer.status < 500 or answer.status == 503
    assert b"traceparent" in answer.headers
    if answer.status >= 400 and wild.method != "HEAD":
        problem = orjson.loads(answer.body)
        assert CODES[problem["code"]][0] == problem["status"] == answer.status
        assert answer.status != 503 or b"retry-after" in answer.headers
        assert problem["code"] != "unavailable"
    elif answer.status in (200, 201) and wild.method != "HEAD":
        orjson.loads(answer.body)
