"""The few words of ASGI that the front door and the admin port share: its types, and an answer as one value."""

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

JSON = (b"content-type", b"application/json")


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer; `code` and `why` are a problem's, for the log. The length is added when it is sent."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    code: str | None = None
    why: str | None = None


NO_CONTENT = 204


async def send_answer(send: Send, answer: Answer, *more: Header, head: bool = False) -> None:
    """Sends it, with `more` headers; to HEAD without the body, whose length is told all the same."""
    headers = (*answer.headers, *more)
    if answer.status != NO_CONTENT:
        headers = (*headers, (b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if head else answer.body})
