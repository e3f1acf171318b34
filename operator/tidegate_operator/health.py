"""Whether this operator is well: `/healthz`, `/readyz` and `/metrics` on the admin address."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import asyncpg
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tidegate_crds.conditions import ConditionType
from tidegate_gateway.data.vitals import answers
from tidegate_operator.loop import Control
from tidegate_operator.status import condition_of
from tidegate_operator.store import Store

SILENT_SECONDS = 300.0  # a complete list wakes the loop every minute: it hangs


class Health:
    """What the probes ask."""

    def __init__(self, control: Control, pool: asyncpg.Pool) -> None:
        self._control, self._pool = control, pool

    @property
    def alive(self) -> bool:
        """Whether the loop has been heard of lately."""
        return time.monotonic() - self._control.heard_at < SILENT_SECONDS

    async def parts(self) -> dict[str, bool]:
        """What readiness is made of."""
        return {
            "listed": self._control.complete.is_set(),
            "passing": self._control.healthy,
            "database": await answers(self._pool, seconds=1.0),
        }


class Objects(Collector):
    """How many objects there are, by kind and by what their Ready condition shows; counted when asked."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One sample for each kind and state that occurs."""
        family = GaugeMetricFamily("tidegate_operator_objects", "Objects known.", labels=["kind", "ready"])
        counts = Counter((key.kind, _ready(echo.status)) for key, echo in self._store.echoes.items())
        for labels, count in sorted(counts.items()):
            family.add_metric(labels, count)
        yield family


def _ready(status: Mapping[str, Any]) -> str:
    return str(condition_of(status, ConditionType.READY).get("status", "Unknown"))


def health_app(health: Health, store: Store) -> Starlette:
    """The admin application of an operator."""
    objects = CollectorRegistry()
    objects.register(Objects(store))

    async def healthz(_: Request) -> Response:
        return PlainTextResponse("ok\n") if health.alive else PlainTextResponse("the loop is silent\n", 503)

    async def readyz(_: Request) -> Response:
        parts = await health.parts()
        return JSONResponse({"ready": all(parts.values()), **parts}, 200 if all(parts.values()) else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY) + generate_latest(objects), media_type=CONTENT_TYPE_LATEST)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])
