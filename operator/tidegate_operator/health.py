"""Whether this operator is well: `/healthz`, `/readyz` and `/metrics` on the admin address."""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

from prometheus_client import REGISTRY, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tidegate_crds.conditions import ConditionType
from tidegate_operator.store import Store

SILENT_SECONDS = 300.0  # the relister is heard of every minute: its loop hangs
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Probe = Callable[[], Awaitable[bool]]


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


def _ready(status: object) -> str:
    conditions = status.get("conditions") or () if isinstance(status, dict) else ()
    return next((str(c.get("status")) for c in conditions if c.get("type") == ConditionType.READY), "Unknown")


def health_app(probes: dict[str, Probe], last_seen: Callable[[], float]) -> Starlette:
    """`probes` are the parts of readiness by name; `last_seen` is when (monotonic) the loop was last heard of."""

    async def healthz(_: Request) -> Response:
        silent = time.monotonic() - last_seen()
        return PlainTextResponse(
            "ok\n" if silent < SILENT_SECONDS else "silent\n", 200 if silent < SILENT_SECONDS else 503
        )

    async def readyz(_: Request) -> Response:
        parts = {name: await probe() for name, probe in probes.items()}
        return JSONResponse({"ready": all(parts.values()), **parts}, 200 if all(parts.values()) else 503)

    async def metrics(_: Request) -> Response:
        return Response(generate_latest(REGISTRY), media_type=METRICS_TYPE)

    return Starlette(routes=[Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)])
