"""The admin address: `/healthz`, `/readyz`, `/metrics`. It is never public, and answers while the database is away."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


@dataclass(frozen=True, slots=True)
class Readiness:
    """What it takes to serve; `problem` is a sentence of what is in the way, where there is more to say."""

    configuration: bool
    database: bool
    running: bool
    problem: str | None = None

    @property
    def ready(self) -> bool:
        """Whether requests may come."""
        return self.configuration and self.database and self.running and self.problem is None


def admin_app(readiness: Callable[[], Awaitable[Readiness]], registry: CollectorRegistry) -> Starlette:
    """The admin application of a gateway."""

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        now = await readiness()
        parts = {"configuration": now.configuration, "database": now.database, "running": now.running}
        return JSONResponse({"ready": now.ready, **parts, "problem": now.problem}, 200 if now.ready else 503)

    async def metrics(_: Request) -> Response:
        # Thousands of endpoints make a long text: requests go on meanwhile.
        text = await asyncio.to_thread(generate_latest, registry)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])
