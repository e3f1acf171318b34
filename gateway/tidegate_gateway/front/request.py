"""One request at the front door, and what is found out about it on the way: the log line is made of this."""

from time import perf_counter

from tidegate_gateway.asgi import Receive, Scope
from tidegate_gateway.front.room import Share
from tidegate_gateway.telemetry import UNKNOWN, trace_of


class Request:
    """Headers by lower-case name (of several of one name the last). `endpoint` names it for logs and metrics.

    `acting`: it has passed the checks before the body. `share`: what its body takes of the room, if it has been read.
    """

    __slots__ = (
        "acting",
        "began",
        "endpoint",
        "headers",
        "method",
        "query_string",
        "receive",
        "received",
        "scope",
        "share",
        "source",
        "token",
        "trace",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.began = perf_counter()
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.query_string: bytes = scope["query_string"]
        self.trace = trace_of(self.headers.get(b"traceparent"))
        self.endpoint = UNKNOWN
        self.source: str | None = None
        self.token: str | None = None
        self.received = 0
        self.share: Share | None = None
        self.acting = False

    @property
    def trace_id(self) -> str:
        """Of its trace, 32 hexadecimal digits."""
        return self.trace.id

    @property
    def seconds(self) -> float:
        """Since it began."""
        return perf_counter() - self.began
