"""Tells the operator which gateways are live and what they serve, whenever that changes; a heartbeat is no change."""

from collections.abc import Callable, Hashable, Sequence

import asyncpg

from tidegate_gateway.config.follow import Follower
from tidegate_gateway.config.gateways import CHANNEL, Gateway, live

POLL_SECONDS = 2.0


class GatewayWatch:
    """Calls `on_change` with all live gateways, first as soon as they are known."""

    def __init__(
        self,
        url: str,
        pool: asyncpg.Pool,
        on_change: Callable[[list[Gateway]], None],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._pool, self._on_change = pool, on_change
        self._told: Hashable = None
        self._follower = Follower(url, CHANNEL, self._look, poll_seconds)

    def start(self) -> None:
        """Begin to watch; returns at once."""
        self._follower.start()

    async def stop(self) -> None:
        """End; no call comes afterwards."""
        await self._follower.stop()

    async def _look(self) -> None:
        gateways = await live(self._pool)
        if (content := _content(gateways)) != self._told:
            self._on_change(gateways)
            self._told = content


def _content(gateways: Sequence[Gateway]) -> Hashable:
    return tuple((g.pod, g.version, g.revision, tuple(g.failures)) for g in gateways)
