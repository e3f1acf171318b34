"""The front door: the ASGI callable that sees every request first. It must never wait for FastAPI or Pydantic.

Every request gets an answer, a line in the log and its place in the metrics, whatever happens to it.
"""

import asyncio
from collections.abc import Callable

import structlog

from tidegate_gateway.asgi import Answer, ASGIApp, Header, Message, Receive, Scope, Send, send_answer
from tidegate_gateway.config.model import PREFIX
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.front.body import CallerGone
from tidegate_gateway.front.door import Door
from tidegate_gateway.front.ports import Ports
from tidegate_gateway.front.refusals import refusal
from tidegate_gateway.front.request import OURS, Request
from tidegate_gateway.front.room import Room
from tidegate_gateway.metrics import RequestMetrics
from tidegate_gateway.problems import Problem

CALLER_GONE = Answer(499, code="caller_gone")  # for the log and the metrics only: nobody hears it


class Front:
    """`snapshot` gives what is served, None before that is known. `fallback` has every address but the endpoints'."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        ports: Ports,
        fallback: ASGIApp,
        metrics: RequestMetrics,
        *,
        trusted_proxies: int,
        max_body_bytes: int,
        room: Room | None = None,
    ) -> None:
        self._door = Door(snapshot, ports, trusted_proxies=trusted_proxies, max_body_bytes=max_body_bytes, room=room)
        self._fallback, self._metrics = fallback, metrics
        self._log = structlog.get_logger("tidegate.request").bind()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["raw_path"].decode("latin-1")
        if not path.startswith(PREFIX):
            await self._pass_on(request, send)
            return
        answer: Answer | None = None
        try:
            answer = await self._answer(request, path.removeprefix(PREFIX))
            if answer:
                await send_answer(send, answer, _traceparent(request), head=request.method == "HEAD")
        except asyncio.CancelledError:  # the process ends and waits no longer
            if answer is None:
                answer = Problem("unavailable").answer(request.trace_id)
                await send_answer(send, answer, _traceparent(request))
            raise
        finally:
            if request.share:
                request.share.give_back()
            self._account(request, answer or CALLER_GONE)

    async def _answer(self, request: Request, address: str) -> Answer | None:
        try:
            return await self._door.answer(request, address)
        except Problem as problem:
            return problem.answer(request.trace_id)
        except CallerGone:
            return None
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets an answer
            self._log.exception("request failed", endpoint=request.endpoint, traceId=request.trace_id)
            return Problem("internal").answer(request.trace_id)

    async def _pass_on(self, request: Request, send: Send) -> None:
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), _traceparent(request)]}
            await send(message)

        try:
            await self._fallback({**request.scope, OURS: request}, request.receive, watch)
        finally:
            refused = request.refused
            self._account(request, refused.answer(request.trace_id) if refused else Answer(status))

    def _account(self, request: Request, answer: Answer) -> None:
        seconds = request.seconds
        self._metrics.count(request.endpoint, answer.status, seconds, answer.code)
        self._log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=answer.status,
            code=answer.code,
            **refusal(request, answer),
            bytes=request.received,
            ms=round(seconds * 1000, 2),
            traceId=request.trace_id,
            token=request.token,
            source=request.source,
        )


def _traceparent(request: Request) -> Header:
    return b"traceparent", request.trace.parent()
