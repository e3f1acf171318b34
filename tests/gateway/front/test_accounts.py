"""Every request leaves a line in the log and a count in the metrics, and neither tells what it must not."""

import asyncio
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest
from prometheus_client import generate_latest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import ORDERS, answer, call
from tests.gateway.front.conftest import OpenFront
from tests.gateway.logs import Logs
from tests.gateway.tokens import SECRET, bearer, token
from tidegate_gateway.api.app import create_api
from tidegate_gateway.asgi import Message, Scope
from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.config.snapshot import EMPTY, Snapshot
from tidegate_gateway.data.items import Items
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer
from tidegate_gateway.front.app import Front
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.metrics import Metrics

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def guarded() -> EndpointConfig:
    return endpoint(methods={"POST": {}, "GET": {}}, tokens=(token(SECRET, name="erp"),))


def front(pool: asyncpg.Pool, snapshot: Callable[[], Snapshot | None], metrics: Metrics | None = None) -> Front:
    counts = (metrics or Metrics()).requests
    return Front(
        snapshot,
        Ports(Writer(pool), Reader(pool), Items(pool)),
        create_api(),
        counts,
        trusted_proxies=0,
        max_body_bytes=1000,
    )


async def test_a_line_tells_who_did_what_and_how_it_went(logs: Logs, open_front: OpenFront) -> None:
    headers = bearer() | {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
    await answer(open_front(guarded()), body=b'{"a": 1}', headers=headers, query=b"x=1")
    (line,) = logs.lines()
    assert line.pop("ms") > 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "endpoint": "acme/orders",
        "status": 201,
        "code": None,
        "bytes": 8,
        "traceId": TRACE,
        "token": "erp",
        "source": "192.0.2.1",
    }


async def test_a_refusal_has_its_code_and_the_trace_that_the_caller_saw(logs: Logs, open_front: OpenFront) -> None:
    reply = await answer(open_front(guarded()), body=b"{", headers=bearer())
    (line,) = logs.lines()
    assert (line["status"], line["code"], line["traceId"]) == (400, "invalid_json", reply.json["traceId"])
    assert len(line["traceId"]) == 32
    assert reply.headers["traceparent"].split("-")[1] == line["traceId"]


async def test_an_answer_belongs_to_the_trace_of_its_request(open_front: OpenFront) -> None:
    parent = f"00-{TRACE}-00f067aa0ba902b7-01"
    reply = await answer(open_front(guarded()), "GET", headers=bearer() | {"traceparent": parent})
    version, trace, span, flags = reply.headers["traceparent"].split("-")
    assert (version, trace, len(span), flags) == ("00", TRACE, 16, "01")
    assert span != "00f067aa0ba902b7"


NOT_HERE = "/01a21444-bef4-7359-b8e1-b0c8b0b8fc18"
READER = bearer("only-reads")
WHY: list[tuple[dict[str, Any], dict[str, Any], str | None, str]] = [
    ({"path": ORDERS + "-none"}, {}, None, "There is no endpoint at this address."),
    ({}, {"paused": True}, "active", "spec.paused is set"),
    ({}, {"allowed_ips": ("10.0.0.1",)}, "address", "allowedIPs does not have the address"),
    (
        {"client": ("nowhere", 1)},
        {"allowed_ips": ("10.0.0.1",)},
        "address",
        "a trusted proxy says no readable address",
    ),
    ({"headers": {}}, {}, "authentication", "there is no token"),
    ({"headers": bearer("wrong-token")}, {}, "authentication", "the token is none of this endpoint"),
    ({"headers": READER}, {}, "authentication", "the token is reader's, which is of other methods"),
    ({}, {"authentication": "Internal"}, "authentication", "only steps of tasks may call an Internal endpoint"),
    ({"method": "PUT"}, {}, "method", "the method is not on, or is none of this address"),
    ({"method": "PATCH"}, {}, "method", "no task is bound to the method"),
    ({"method": "DELETE", "path": ORDERS + NOT_HERE}, {}, "method", "allowDeleting is not set"),
    ({"path": ORDERS + "/nowhere"}, {}, "method", "the address goes on with neither an ID nor all"),
    ({"body": b"[" * 2000}, {}, "size", "the body has 2000 bytes, the limit is 1000"),
    ({"body": [b"[" * 600, b"[" * 600]}, {}, "size", "the body has more than 1000 bytes"),
    ({"body": b"{"}, {}, "parse", "The body is not JSON."),
    ({"body": b'{"b": "secret-value"}'}, {}, "validate", "the schema is broken in 1 place"),
    (
        {"body": b'[{"secret-value": 1, "a": 1}, {"wrong-token": 1}]'},
        {"methods": {"POST": {"input": {"validation": {"root": {"required": ["a"], "additionalProperties": False}}}}}},
        "validate",
        "the schema is broken in 3 places",
    ),
    (
        {"method": "GET", "headers": READER, "query": b"secret-value"},
        {},
        "parse",
        "a query parameter of 12 characters is unknown",
    ),
    ({"method": "GET", "headers": READER, "path": ORDERS + NOT_HERE}, {}, "run", "There is no datum with this ID."),
]


@pytest.mark.parametrize(("request_", "changes", "check", "why"), WHY, ids=[f"{c}: {w}" for _, _, c, w in WHY])
async def test_the_owner_reads_which_check_refused_and_over_what(
    logs: Logs, open_front: OpenFront, request_: dict[str, Any], changes: dict[str, Any], check: str, why: str
) -> None:
    schema = {"validation": {"root": {"required": ["a"]}}}
    methods = {"POST": {"input": schema}, "GET": {}, "PATCH": {}}
    tokens = (token(SECRET, methods=("POST", "PATCH")), token("only-reads", name="reader", methods=("GET",)))
    values: dict[str, Any] = {"methods": methods, "tokens": tokens, "max_message_bytes": 1000}
    config = endpoint(**(values | changes))
    reply = await answer(open_front(config), **({"headers": bearer()} | request_))
    (line,) = logs.lines()
    assert (line["check"], line["why"]) == (check, why)
    assert not any(secret in logs.text for secret in ("secret-value", "wrong-token", SECRET))
    assert why not in reply.body.decode() or why == reply.json["detail"]


async def test_refusals_are_counted_by_endpoint_and_code(open_front: OpenFront) -> None:
    metrics = Metrics()
    front = open_front(guarded(), metrics=metrics)
    for body in (b"{", b"[", b"{}"):
        await answer(front, body=body, headers=bearer())
    counted = metrics.registry.get_sample_value(
        "tidegate_refusals_total", {"endpoint": "acme/orders", "code": "invalid_json"}
    )
    assert counted == 2


async def test_neither_token_nor_body_nor_query_is_logged(logs: Logs, open_front: OpenFront) -> None:
    served = open_front(guarded())
    query = f"access_token={SECRET}&q=hunter2".encode()
    await answer(served, body=b'{"card": "hunter2"}', query=query)
    await answer(served, body=b'{"card": "hunter2"', headers=bearer())
    await answer(served, "GET", query=query)
    await answer(served, "GET", f"{ORDERS}/{SECRET}", query=query)
    await answer(served, "GET", ORDERS + "-none", headers=bearer(SECRET))
    await answer(served, body=b"{}", headers=bearer(SECRET + "x"))
    assert len(logs.lines("request")) == 6
    assert SECRET not in logs.text
    assert "hunter2" not in logs.text


async def test_a_caller_who_went_is_noted_without_fuss(logs: Logs, open_front: OpenFront) -> None:
    assert await call(open_front(guarded()), body=b"{", headers=bearer(), hang_up=True) is None
    (line,) = logs.lines()
    assert (line["status"], line["code"], line["level"]) == (499, "caller_gone", "info")


async def test_before_the_configuration_is_loaded_nothing_is_served(pool: asyncpg.Pool) -> None:
    reply = await answer(front(pool, lambda: None), "GET")
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "unavailable", "1")
    assert reply.json["detail"] == "The request can't be served at the moment: try again."


async def test_what_nobody_thought_of_is_an_answer_without_details(logs: Logs, pool: asyncpg.Pool) -> None:
    def broken() -> Snapshot:
        raise RuntimeError("connection to postgresql://user:hunter2@db failed")

    reply = await answer(front(pool, broken), body=b"{}")
    assert (reply.status, reply.code) == (500, "internal")
    assert reply.json["detail"] == "Something went wrong that is not the caller's fault."
    assert "hunter2" not in reply.body.decode()
    failed, request = logs.lines()
    assert (failed["event"], failed["level"], failed["traceId"]) == ("request failed", "error", reply.json["traceId"])
    assert "RuntimeError" in failed["exception"]
    assert (request["status"], request["code"]) == (500, "internal")


class CutOff:
    """A request whose task is cancelled while it waits: for its body, or with `slow` for its answer to go out."""

    def __init__(self, *, slow: bool = False) -> None:
        self.sent: list[Message] = []
        self._slow, self._waits = slow, asyncio.Event()

    async def through(self, front: Front) -> None:
        """Returns when it has ended."""
        raw = {"type": "http", "method": "POST", "raw_path": ORDERS.encode(), "query_string": b"", "client": None}
        scope: Scope = raw | {"headers": [(b"authorization", f"Bearer {SECRET}".encode())]}
        task = asyncio.ensure_future(front(scope, self._receive, self._send))
        await self._waits.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    async def _receive(self) -> Message:
        if not self._slow:
            await self._forever()
        return {"type": "http.request", "body": b"1"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if self._slow:
            await self._forever()

    async def _forever(self) -> None:
        self._waits.set()
        await asyncio.Event().wait()


async def test_who_is_cut_off_at_the_end_is_told_to_try_again_and_accounted(logs: Logs, open_front: OpenFront) -> None:
    metrics, request = Metrics(), CutOff()
    await request.through(open_front(guarded(), metrics=metrics))
    assert request.sent[0]["status"] == 503
    (line,) = logs.lines("request")
    assert (line["endpoint"], line["status"], line["code"]) == ("acme/orders", 503, "unavailable")
    text = generate_latest(metrics.registry).decode()
    assert 'tidegate_requests_total{endpoint="acme/orders",status="503"} 1.0' in text


async def test_who_is_cut_off_while_the_answer_goes_out_is_accounted_with_it(logs: Logs, open_front: OpenFront) -> None:
    request = CutOff(slow=True)
    await request.through(open_front(guarded()))
    assert [message["status"] for message in request.sent] == [201]
    (line,) = logs.lines("request")
    assert (line["status"], line["code"]) == (201, None)


async def test_every_other_address_is_the_fallbacks(logs: Logs, pool: asyncpg.Pool) -> None:
    served = front(pool, lambda: EMPTY)
    for path in ("/", "/api/endpoint", "/docs", "/openapi.json"):
        reply = await answer(served, "GET", path)
        assert (reply.status, reply.code, reply.json["detail"]) == (
            404,
            "not_found",
            "There is nothing at this address.",
        )
    assert {(line["endpoint"], line["status"]) for line in logs.lines()} == {("unknown", 404)}


async def test_requests_are_counted_by_endpoint_and_status(pool: asyncpg.Pool) -> None:
    metrics = Metrics()
    served = front(pool, lambda: EMPTY, metrics)
    for path in (ORDERS, ORDERS + "2", "/"):
        await answer(served, "GET", path)
    text = generate_latest(metrics.registry).decode()
    assert 'tidegate_requests_total{endpoint="unknown",status="404"} 3.0' in text
    assert "tidegate_request_seconds_count 3.0" in text


async def test_only_http_is_served(pool: asyncpg.Pool) -> None:
    async def never(*_: Any) -> Any:
        raise AssertionError

    await front(pool, lambda: EMPTY)({"type": "websocket"}, never, never)
