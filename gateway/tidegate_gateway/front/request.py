"""One request at the front door, and what is found out about it on the way: the log line is made of this.

Behind the front door it is in the ASGI scope, under OURS.
"""

from time import perf_counter

from tidegate_gateway.asgi import Receive, Scope
from tidegate_gateway.front.room import Share
from tidegate_gateway.metrics import UNKNOWN
from tidegate_gateway.problems import Problem
from tidegate_gateway.trace import trace_of

OURS = "tidegate.request"


class Request:
    """Headers by lower-case name (of several of one name the last). `endpoint` names it for logs and metrics.

    `acting`: it has passed the checks before the body; `refused`: what it was answered behind the door.
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
        "refused",
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
        self.refused: Problem | None = None

    @property
    def trace_id(self) -> str:
        """Of its trace, 32 hexadecimal digits."""
        return self.trace.id

    @property
    def seconds(self) -> float:
        """Since it began."""
        return perf_counter() - self.began


def request_of(scope: Scope, receive: Receive) -> Request:
    """The request of a scope: the front door's, if it came through there."""
    found: Request | None = scope.get(OURS)
    return found or Request(scope, receive)
