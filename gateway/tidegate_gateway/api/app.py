"""Every address but the endpoints': a FastAPI application behind the front door. Its errors look like the front's."""

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tidegate_gateway.problems import Problem
from tidegate_gateway.telemetry import trace_of

CODES = {404: "not_found", 405: "method_not_allowed"}


def create_api() -> FastAPI:
    """The application; it documents itself nowhere."""
    api = FastAPI(title="Tidegate", docs_url=None, redoc_url=None, openapi_url=None)
    api.add_exception_handler(HTTPException, _answer)
    api.add_exception_handler(Exception, _answer)
    return api


async def _answer(request: Request, error: Exception) -> Response:
    code = CODES.get(error.status_code, "internal") if isinstance(error, HTTPException) else "internal"
    traceparent = request.headers.get("traceparent", "").encode("latin-1")
    answer = Problem(code).answer(trace_of(traceparent).id)
    headers = dict(getattr(error, "headers", None) or {})
    headers.update((name.decode(), value.decode()) for name, value in answer.headers)
    return Response(answer.body, answer.status, headers)
