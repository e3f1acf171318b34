"""Leadership by a coordination.k8s.io Lease: who publishes and writes. Losing it ends the process, so no two write.

The client's own leader election is not used: it writes local time as UTC and goes on after a connection error.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

import structlog
from kubernetes.aio import client

from tidegate_operator.errors import LeaseLost

NOT_FOUND, CONFLICT = 404, 409

log = structlog.get_logger("tidegate.leader")


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds. A new leader is there `duration + retry` after a kill -9. `duration > deadline + retry`, or two lead."""

    duration: int = 10
    deadline: float = 6
    retry: float = 2


class Lease:
    """One candidate for one Lease. `identity` must be unique to the process."""

    def __init__(
        self, api: client.CoordinationV1Api, namespace: str, name: str, identity: str, timing: Timing = Timing()
    ) -> None:
        self._api, self._namespace, self._name, self._identity = api, namespace, name, identity
        self._timing = timing
        self._seen: tuple[object, ...] = ()
        self._seen_at = self._renewed_at = 0.0

    async def acquire(self) -> None:
        """Return once this process leads."""
        while not await self._attempt(self._identity):  # noqa: ASYNC110
            await asyncio.sleep(self._timing.retry)
        log.info("leading", lease=self._name, identity=self._identity)

    async def keep(self) -> None:
        """Renew for as long as it works, then raise LeaseLost, before another can have taken the Lease."""
        while monotonic() < self._renewed_at + self._timing.deadline:
            await asyncio.sleep(self._timing.retry)
            await self._attempt(self._identity)
        raise LeaseLost(f"The Lease {self._namespace}/{self._name} could not be renewed in time.")

    async def release(self) -> None:
        """Give the Lease back at a clean end: the next candidate need not wait until it expires."""
        if self._renewed_at:
            await self._attempt("")

    async def _attempt(self, holder: str) -> bool:
        started = monotonic()  # before the request: our idea of the Lease must end before anybody else's
        try:
            async with asyncio.timeout(self._timing.retry):  # the client's own limit is 5 minutes
                ours = await self._take_or_renew(holder)
        except Exception as error:  # noqa: BLE001 - 409, 5xx, connection, time-out: try again until the deadline
            if getattr(error, "status", 0) != CONFLICT:
                log.warning("lease attempt failed", error=type(error).__name__, status=getattr(error, "status", 0))
            return False
        if ours:
            self._renewed_at = started
        return ours

    async def _take_or_renew(self, holder: str) -> bool:
        try:
            lease = await self._api.read_namespaced_lease(self._name, self._namespace)
        except client.ApiException as error:
            if error.status != NOT_FOUND:
                raise
            return await self._create(holder)
        spec = lease.spec = lease.spec or client.V1LeaseSpec()
        if self._is_held_by_another(spec):
            return False
        now = datetime.now(UTC)
        if spec.holder_identity != self._identity:
            spec.acquire_time, spec.lease_transitions = now, (spec.lease_transitions or 0) + 1
        spec.holder_identity, spec.renew_time, spec.lease_duration_seconds = holder, now, self._timing.duration
        await self._api.replace_namespaced_lease(self._name, self._namespace, lease)  # the version inside is the lock
        return True

    def _is_held_by_another(self, spec: client.V1LeaseSpec) -> bool:
        seen = (spec.holder_identity, spec.renew_time)
        if seen != self._seen:  # it expires by our clock since the last visible change: no trust in other clocks
            self._seen, self._seen_at = seen, monotonic()
        running = monotonic() < self._seen_at + (spec.lease_duration_seconds or 0)
        return running and spec.holder_identity not in (None, "", self._identity)

    async def _create(self, holder: str) -> bool:
        now = datetime.now(UTC)
        spec = client.V1LeaseSpec(
            holder_identity=holder,
            lease_duration_seconds=self._timing.duration,
            acquire_time=now,
            renew_time=now,
            lease_transitions=0,
        )
        body = client.V1Lease(metadata=client.V1ObjectMeta(name=self._name), spec=spec)
        await self._api.create_namespaced_lease(self._namespace, body)
        return True
