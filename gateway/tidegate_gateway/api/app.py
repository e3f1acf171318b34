"""Every address but the endpoints': a FastAPI application behind the front door. Its errors look like the front's."""

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tidegate_gateway.data.errors import Unavailable
from tidegate_gateway.front.request import request_of
from tidegate_gateway.problems import Problem

CODES = {404: "not_found", 405: "method_not_allowed"}


def create_api(*routers: APIRouter) -> FastAPI:
    """The application. Its document is at `/api/openapi.json`; the pages that FastAPI has of it load scripts from
    elsewhere, and are not there."""
    api = FastAPI(
        title="Tidegate",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        redirect_slashes=False,  # the host that a request names would get its token
    )
    for router in routers:
        api.include_router(router)
    for known in (HTTPException, Problem, Unavailable):
        api.add_exception_handler(known, _answer)
    api.add_exception_handler(Exception, _answer)
    return api


async def _answer(request: Request, error: Exception) -> Response:
    ours = request_of(request.scope, request.receive)
    ours.refused = _problem(error)
    answer = ours.refused.answer(ours.trace_id)
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    headers.update((name.decode(), value.decode()) for name, value in answer.headers)
    return Response(answer.body, answer.status, headers)


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case Unavailable():
            return Problem("unavailable")
        case HTTPException(status_code=status):
            return Problem(CODES.get(status, "internal"))
    return Problem("internal")
