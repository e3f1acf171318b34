"""What is said when a request can't be served: RFC 9457 problem documents, from one table of codes.

No text here, and none that is given as a detail, repeats a token, a body or another library's words.
"""

from types import MappingProxyType

import orjson

from tidegate_gateway.asgi import Answer, Header

TYPE = "https://tidegate.dev/problems/"
CONTENT_TYPE = (b"content-type", b"application/problem+json")

CODES = MappingProxyType(
    {
        "unknown_endpoint": (404, "Unknown endpoint", "There is no endpoint at this address."),
        "not_found": (404, "Not found", "There is nothing at this address."),
        "paused": (503, "Endpoint paused", "The endpoint is paused."),
        "address_not_allowed": (403, "Address not allowed", "The endpoint does not take requests from this address."),
        "unauthorized": (401, "Unauthorized", "A valid token for this method of the endpoint is needed."),
        "method_not_allowed": (405, "Method not allowed", "The endpoint does not take this method here."),
        "too_large": (400, "Body too large", "The body is larger than the endpoint takes."),
        "unsupported_media_type": (415, "Unsupported media type", "The body must be JSON."),
        "invalid_json": (400, "Invalid JSON", "The body is not JSON."),
        "unstorable_json": (400, "JSON that can't be stored", "The body holds what can't be stored."),
        "invalid_parameter": (400, "Invalid parameter", "A query parameter is not right."),
        "task_not_available": (503, "Task not available", "Tasks are not run by this version of the gateway."),
        "not_yet_available": (503, "Not yet available", "This version of the gateway does not do this."),
        "unavailable": (503, "Unavailable", "The request can't be served at the moment: try again."),
        "internal": (500, "Internal error", "Something went wrong that is not the caller's fault."),
    }
)
RETRY_AFTER_SECONDS = MappingProxyType(
    {"paused": 60, "task_not_available": 60, "not_yet_available": 60, "unavailable": 1}
)


class Problem(Exception):
    """Ends a request with a problem document: `code` is one of CODES, `detail` a sentence."""

    def __init__(self, code: str, detail: str | None = None, headers: tuple[Header, ...] = ()) -> None:
        self.status, self.title, usual = CODES[code]
        self.code, self.detail = code, detail or usual
        if seconds := RETRY_AFTER_SECONDS.get(code):
            headers = (*headers, (b"retry-after", b"%d" % seconds))
        self.headers = headers
        super().__init__(self.detail)

    def answer(self, trace_id: str) -> Answer:
        """The problem document as an answer."""
        body = {
            "type": TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "traceId": trace_id,
        }
        return Answer(self.status, (CONTENT_TYPE, *self.headers), orjson.dumps(body), self.code)
