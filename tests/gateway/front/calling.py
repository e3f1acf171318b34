"""Calls the front door as a server does: ASGI messages in, one reply out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tests.waiting import eventually
from tidegate_gateway.asgi import ASGIApp, Message

ORDERS = "/api/endpoint/acme/main/orders"


@dataclass(frozen=True)
class Reply:
    """What came back; `taken` is how many messages of the body were read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    taken: int

    @property
    def json(self) -> Any:
        """The body's value."""
        return orjson.loads(self.body)

    @property
    def code(self) -> str:
        """The problem's code; empty if it is none."""
        return self.json["code"] if self.headers.get("content-type") == "application/problem+json" else ""


def without_trace(reply: Reply) -> dict[str, str]:
    """Its headers, but for the one that is never the same."""
    return {name: value for name, value in reply.headers.items() if name != "traceparent"}


async def call(
    app: ASGIApp,
    method: str = "POST",
    path: str = ORDERS,
    *,
    body: bytes | Sequence[bytes] = b"",
    query: bytes = b"",
    headers: Mapping[str, str | bytes] | None = None,
    client: tuple[str, int] | None = ("192.0.2.1", 4711),
    hang_up: bool = False,
    on_reply: Callable[[Reply], None] = lambda _: None,
) -> Reply | None:
    """One request; a body of several parts is chunked. None: no answer. `hang_up`: the caller goes before the end.

    `on_reply` gets the reply as soon as it is complete, also if the application raises afterwards.
    """
    parts = [body] if isinstance(body, bytes) else list(body)
    messages: list[Message] = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    messages.append({"type": "http.disconnect"})
    if not hang_up:
        messages[len(parts) - 1]["more_body"] = False
    total = len(messages)
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            on_reply(_reply(sent, total - len(messages)))

    given = {**(headers or {})}
    if isinstance(body, bytes) and body:
        given.setdefault("content-length", str(len(body)))
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(k.lower().encode(), v.encode() if isinstance(v, str) else v) for k, v in given.items()],
        "client": client,
    }
    await app(scope, receive, send)
    return _reply(sent, total - len(messages)) if sent else None


async def answer(app: ASGIApp, *given: Any, **named: Any) -> Reply:
    """As `call`, where there must be an answer."""
    reply = await call(app, *given, **named)
    assert reply is not None
    return reply


async def items(app: ASGIApp, count: int, **named: Any) -> list[dict[str, Any]]:
    """The stored data, once there are `count` of them: a transaction of another test may hold the list back."""

    async def page() -> list[dict[str, Any]] | None:
        found: list[dict[str, Any]] = (await answer(app, "GET", **named)).json["Items"]
        return found if len(found) == count else None

    return await eventually(page)


def _reply(sent: list[Message], taken: int) -> Reply:
    start, *rest = sent
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    headers = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], headers, rest[0]["body"], taken)
