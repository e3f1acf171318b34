"""Kopf as the informer, and nothing else: events go to the store. The only module that knows Kopf.

It must never use a handler other than `on.event`, an index, peering, a finalizer or an annotation: each of them writes
to people's resources, or costs quadratic time. Handlers return nothing: a value would be patched onto the object.
"""

import logging
from collections.abc import Collection
from typing import Any

import kopf

from tidegate_crds.kinds import GROUP, KINDS, VERSION
from tidegate_operator.loop import Control
from tidegate_operator.metrics import METRICS
from tidegate_operator.relist import Relister
from tidegate_operator.status_writer import StatusWriter
from tidegate_operator.store import secret_of

REQUESTING = ("kopf._cogs.clients.watching", "kopf._core.reactor.observation")


def settings() -> kopf.OperatorSettings:
    """Each line was found on a real API server; the comment says what goes wrong without it."""
    chosen = kopf.OperatorSettings()
    chosen.peering.standalone = True  # peering freezes all replicas
    chosen.posting.enabled = False  # an Event for each log line
    chosen.scanning.disabled = True  # more RBAC: it watches CRDs and namespaces
    chosen.watching.chunk_size = 500  # the whole list in memory at once
    chosen.watching.initial_streaming = False  # loses objects if the connection breaks within the first stream
    chosen.watching.server_timeout = 300  # an int: the API server answers 400 to "300.0", and the operator ends
    chosen.watching.connect_timeout = 5
    chosen.networking.request_timeout = 30
    chosen.networking.connect_timeout = 5
    chosen.networking.error_backoffs = (0.2, 0.5, *[1.0] * 600)  # their sum is how long 5xx are survived
    chosen.queueing.idle_timeout = 0.05  # the default of 5 s keeps two tasks for each listed object
    chosen.process.ultimate_exiting_timeout = None  # SIGKILL ten minutes after a mere task was cancelled
    return chosen


def _quieten() -> None:
    logging.getLogger("kopf.objects").setLevel(logging.WARNING)  # else one line for each event
    for name in REQUESTING:
        logging.getLogger(name).addFilter(_is_news)


def _is_news(record: logging.LogRecord) -> bool:
    """Of an outage one line a watch is enough, not one for each attempt."""
    message = record.getMessage()
    return not message.startswith("Request attempt #") or message.startswith("Request attempt #1/")


class Watch:
    """Feeds the store from Kopf's watch of our kinds and of Secrets."""

    def __init__(self, control: Control, relister: Relister, statuses: StatusWriter) -> None:
        self._control, self._relister, self._statuses = control, relister, statuses

    async def run(self, namespaces: Collection[str]) -> None:
        """Watch until SIGTERM. It starts after the first complete list: Kopf looks at the discovery only once."""
        await self._control.complete.wait()
        _quieten()
        await kopf.operator(
            registry=self._registry(),
            settings=settings(),
            clusterwide=not namespaces,
            namespaces=tuple(namespaces),
        )

    def _registry(self) -> kopf.OperatorRegistry:
        registry = kopf.OperatorRegistry()

        @kopf.on.login(registry=registry)
        def login(**kwargs: Any) -> kopf.ConnectionInfo | None:
            return kopf.login_with_service_account(**kwargs) or kopf.login_with_kubeconfig(**kwargs)

        for kind, described in KINDS.items():
            self._subscribe(registry, kind, described.plural)

        @kopf.on.event("", "v1", "secrets", registry=registry, id="secrets")
        async def secrets(event: Any, **_: Any) -> None:
            self._control.observe_secret(secret_of(event["object"]), deleted=event["type"] == "DELETED")

        return registry

    def _subscribe(self, registry: kopf.OperatorRegistry, kind: str, plural: str) -> None:
        @kopf.on.event(GROUP, VERSION, plural, registry=registry, id=plural)
        async def observe(event: Any, **_: Any) -> None:  # async, or it runs in a thread
            METRICS.last_event.set_to_current_time()
            if event["type"] is None:  # from a list of Kopf's, which never tells of deletions
                self._relister.touch()
            key, matters = self._control.observe(kind, event["object"], deleted=event["type"] == "DELETED")
            if not matters:
                self._statuses.offer(key)
