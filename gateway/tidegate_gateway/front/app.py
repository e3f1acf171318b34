"""The front door: the ASGI callable that sees every request first. It must never wait for FastAPI or Pydantic.

Every request gets an answer, a line in the log and its place in the metrics, whatever happens to it.
"""

import asyncio
from collections.abc import Callable

import structlog

from tidegate_gateway.asgi import NO_CONTENT, Answer, ASGIApp, Header, Message, Receive, Scope, Send, send_answer
from tidegate_gateway.config.snapshot import Snapshot
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer
from tidegate_gateway.front.actions import Actions
from tidegate_gateway.front.body import CallerGone
from tidegate_gateway.front.checks import CHECKS, check_entrance, check_token, place_of
from tidegate_gateway.front.compile import PREFIX, CompiledEndpoint, Place
from tidegate_gateway.front.request import Request
from tidegate_gateway.front.routes import NOT_FOUND, Action
from tidegate_gateway.problems import Problem
from tidegate_gateway.telemetry import RequestMetrics

CALLER_GONE = Answer(499, code="caller_gone")  # for the log and the metrics only: nobody hears it


class Front:
    """`snapshot` gives what is served, None before that is known. `fallback` has every address but the endpoints'."""

    def __init__(
        self,
        snapshot: Callable[[], Snapshot | None],
        writer: Writer,
        reader: Reader,
        fallback: ASGIApp,
        metrics: RequestMetrics,
        *,
        trusted_proxies: int,
        max_body_bytes: int,
    ) -> None:
        actions = Actions(writer, reader, max_body_bytes)
        self._actions = {
            Action.STORE: actions.store,
            Action.LIST: actions.list,
            Action.READ: actions.read,
            Action.RUN: actions.run,
        }
        self._snapshot, self._fallback, self._metrics = snapshot, fallback, metrics
        self._trusted_proxies = trusted_proxies
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
            self._account(request, answer or CALLER_GONE)

    async def _answer(self, request: Request, address: str) -> Answer | None:
        try:
            return await self._serve(request, address)
        except Problem as problem:
            return problem.answer(request.trace_id)
        except CallerGone:
            return None
        except Exception:  # noqa: BLE001 - whatever it is, the caller gets an answer
            self._log.exception("request failed", endpoint=request.endpoint, traceId=request.trace_id)
            return Problem("internal").answer(request.trace_id)

    async def _serve(self, request: Request, address: str) -> Answer:
        endpoint, tail = self._find(address)
        request.endpoint = endpoint.label
        check_entrance(request, endpoint, self._trusted_proxies)
        place = place_of(endpoint, tail)
        if request.method == "OPTIONS" and not endpoint.internal:
            return _options(place)
        route = place.routes.get(request.method, place.otherwise)
        check_token(request, endpoint, route)
        if route.action is None:
            raise _refusal(route.refusal or NOT_FOUND, place)
        return await self._actions[route.action](request, endpoint, tail)

    def _find(self, address: str) -> tuple[CompiledEndpoint, str | None]:
        """The endpoint at an address, and what follows it."""
        snapshot = self._snapshot()
        if snapshot is None:
            raise Problem("unavailable")
        endpoint: CompiledEndpoint | None = snapshot.endpoints.get(address)
        if endpoint:
            return endpoint, None
        parent, _, tail = address.rpartition("/")
        endpoint = snapshot.endpoints.get(parent)
        if endpoint and tail:
            return endpoint, tail
        unserved = address in snapshot.unserved or (tail and parent in snapshot.unserved)
        raise Problem("unavailable" if unserved else "unknown_endpoint")

    async def _pass_on(self, request: Request, send: Send) -> None:
        status = 0

        async def watch(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._fallback(request.scope, request.receive, watch)
        finally:
            self._account(request, Answer(status))

    def _account(self, request: Request, answer: Answer) -> None:
        """`check` and `why` are for the endpoint's owner: which check refused the request, and over what."""
        seconds = request.seconds
        self._metrics.count(request.endpoint, answer.status, seconds, answer.code)
        refused = {"check": CHECKS.get(answer.code), "why": answer.why} if answer.code else {}
        self._log.info(
            "request",
            method=request.method,
            endpoint=request.endpoint,
            status=answer.status,
            code=answer.code,
            **refused,
            bytes=request.received,
            ms=round(seconds * 1000, 2),
            traceId=request.trace_id,
            token=request.token,
            source=request.source,
        )


def _traceparent(request: Request) -> Header:
    return b"traceparent", request.trace.parent()


def _options(place: Place) -> Answer:
    if place.allow is None:
        raise Problem("not_found")
    return Answer(NO_CONTENT, ((b"allow", place.allow),))


def _refusal(code: str, place: Place) -> Problem:
    allow = ((b"allow", place.allow),) if code == "method_not_allowed" and place.allow is not None else ()
    return Problem(code, headers=allow)
