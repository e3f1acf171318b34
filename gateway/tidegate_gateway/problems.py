"""What is said when a request can't be served: RFC 9457 problem documents, from one table of codes.

No text here, and none that is given as a detail, repeats a token, a body or another library's words.
"""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any

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
        "invalid_patch": (400, "Invalid JSON Patch", "The body is no JSON Patch document."),
        "array_not_supported": (400, "Array not supported", "PATCH takes no array, and changes no stored array."),
        "invalid_rows": (400, "Invalid rows", "The body does not come to rows."),
        "schema_violation": (400, "Schema violation", "The body does not fit the schema of the endpoint."),
        "invalid_parameter": (400, "Invalid parameter", "A query parameter is not right."),
        "version_mismatch": (412, "Version mismatch", "The datum is not of a version that If-Match names."),
        "run_in_progress": (409, "Run in progress", "The run of this datum has not ended: try again when it has."),
        "patch_conflict": (409, "Patch conflict", "The JSON Patch does not go with the stored datum."),
        "task_not_available": (503, "Task not available", "Tasks are not run by this version of the gateway."),
        "unavailable": (503, "Unavailable", "The request can't be served at the moment: try again."),
        "internal": (500, "Internal error", "Something went wrong that is not the caller's fault."),
    }
)
RETRY_AFTER_SECONDS = MappingProxyType({"paused": 60, "task_not_available": 60, "unavailable": 1})


class Problem(Exception):
    """Ends a request with a problem document: `code` is one of CODES, `detail` a sentence.

    `errors` are what breaks a schema, by pointer. `why` is for the owner's log alone; it holds no value and no token.
    """

    def __init__(
        self,
        code: str,
        detail: str | None = None,
        headers: tuple[Header, ...] = (),
        *,
        errors: Sequence[tuple[str, str]] = (),
        why: str | None = None,
    ) -> None:
        self.status, self.title, usual = CODES[code]
        self.code, self.detail, self.errors = code, detail or usual, errors
        self.why = why or self.detail
        if seconds := RETRY_AFTER_SECONDS.get(code):
            headers = (*headers, (b"retry-after", b"%d" % seconds))
        self.headers = headers
        super().__init__(self.detail)

    def answer(self, trace_id: str) -> Answer:
        """The problem document as an answer."""
        body: dict[str, Any] = {
            "type": TYPE + self.code,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "traceId": trace_id,
        }
        if self.errors:
            body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return Answer(self.status, (CONTENT_TYPE, *self.headers), orjson.dumps(body), self.code, self.why)
