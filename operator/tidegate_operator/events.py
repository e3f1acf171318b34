"""Kubernetes Events on transitions of Ready, and only then: what `kubectl describe` tells. Losing one harms nothing."""

import asyncio
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import structlog

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_crds.kinds import API_VERSION
from tidegate_operator.api_server import ApiServer
from tidegate_operator.errors import ApiError
from tidegate_operator.status import condition_of
from tidegate_operator.store import Resource

NOTE_LIMIT = 1024  # the API's own bound
QUEUE_LIMIT = 1000
QUIET = (Reason.PENDING,)  # on the way to something

log = structlog.get_logger("tidegate.events")


class Events:
    """`note()` queues an Event if Ready has turned; `work()` sends them."""

    def __init__(self, api: ApiServer, instance: str) -> None:
        self._api, self._instance = api, instance
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue(QUEUE_LIMIT)

    def note(self, resource: Resource, shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> None:
        """Compare two statuses of a resource."""
        before, after = condition_of(shown, ConditionType.READY), condition_of(wanted, ConditionType.READY)
        turned = (before.get("status"), before.get("reason")) != (after["status"], after["reason"])
        if turned and after["reason"] not in QUIET and not self._queue.full():
            self._queue.put_nowait((resource.key.namespace, self._event(resource, after)))

    async def work(self) -> None:
        """Send what is queued, for ever."""
        while True:
            namespace, body = await self._queue.get()
            try:
                await self._api.create_event(namespace, body)
            except ApiError as error:
                log.warning("event not made", error=str(error))

    def _event(self, resource: Resource, ready: Mapping[str, Any]) -> dict[str, Any]:
        kind, namespace, name = resource.key
        return {
            "metadata": {"name": f"{name[:230]}.{secrets.token_hex(8)}", "namespace": namespace},
            "eventTime": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
            "reportingController": "tidegate.dev/operator",
            "reportingInstance": self._instance[:128],
            "action": "Reconcile",
            "type": "Normal" if ready["status"] == "True" else "Warning",
            "reason": ready["reason"],
            "note": ready["message"][:NOTE_LIMIT],
            "regarding": {
                "apiVersion": API_VERSION,
                "kind": kind,
                "namespace": namespace,
                "name": name,
                "uid": resource.uid,
            },
        }
