"""The own complete list beside Kopf's watch: at start, every minute, and after each list of Kopf.

Kopf's list (its first, or the one after a 410) says nothing of objects that were deleted before it. This one does, and
it is the gate: nothing is published before the first one is complete.
"""

import asyncio
import contextlib
import time
from collections.abc import Collection

import structlog

from tidegate_crds.kinds import KINDS
from tidegate_operator.api_server import NOT_FOUND, ApiServer
from tidegate_operator.errors import ApiError, KindGone
from tidegate_operator.hold_off import HoldOff
from tidegate_operator.loop import Control
from tidegate_operator.metrics import METRICS
from tidegate_operator.store import Key, Store

EVERY_SECONDS = 60.0
HOLD_OFF_SECONDS, HOLD_OFF_CAP_SECONDS = 1.0, 30.0
RETRY_SECONDS = 1.0

log = structlog.get_logger("tidegate.relist")


class Relister:
    """`touch()` asks for a list soon; `every` seconds make one in any case."""

    def __init__(
        self, api: ApiServer, store: Store, control: Control, namespaces: Collection[str], every: float = EVERY_SECONDS
    ) -> None:
        self._api, self._store, self._control = api, store, control
        self._namespaces = namespaces or ("",)  # "" lists all at once
        self._every = every
        self._hold_off = HoldOff(HOLD_OFF_SECONDS, HOLD_OFF_CAP_SECONDS)

    def touch(self) -> None:
        """A list is wanted soon."""
        self._hold_off.touch()

    async def run(self) -> None:
        """List for ever; KindGone ends the process, which starts anew until the CRD is back."""
        while True:
            began = time.monotonic()
            try:
                repaired = await self._list_all()
            except ApiError as error:
                log.warning("list failed, will retry", error=str(error))
                self._control.heard()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if repaired and self._control.complete.is_set():
                METRICS.repairs.inc(repaired)
                log.warning("a list found what no event had told of", differences=repaired)
            self._control.list_completed(began)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every):
                    await self._hold_off.settled()

    async def _list_all(self) -> int:
        repaired = sum([await self._list(kind) for kind in KINDS])
        if self._store.secrets:
            await self._list_secrets()
        METRICS.last_event.set_to_current_time()
        return repaired

    async def _list(self, kind: str) -> int:
        if not await self._api.crd_is_served(kind):
            raise KindGone(KINDS[kind].plural)
        return sum([await self._list_namespace(kind, name) for name in self._namespaces])

    async def _list_namespace(self, kind: str, namespace: str) -> int:
        listed: set[Key] = set()
        repaired = version = 0
        try:
            async for page in self._api.pages(kind, namespace):
                for body in page["items"]:
                    key, matters = self._control.observe(kind, body)
                    listed.add(key)
                    repaired += matters
                version = int(page["metadata"]["resourceVersion"])
        except ApiError as error:
            if error.status == NOT_FOUND:
                raise KindGone(KINDS[kind].plural) from error
            raise
        gone = self._store.prune(kind, listed, version, (namespace,) if namespace else ())
        if gone:
            self._control.hold_off.touch()
        return repaired + gone

    async def _list_secrets(self) -> None:
        listed: set[Key] = set()
        for namespace in self._namespaces:
            async for page in self._api.secret_pages(namespace):
                for secret in page:
                    listed.add(secret.key)
                    self._control.observe_secret(secret)
        for key in [key for key, secret in self._store.secrets.items() if secret and key not in listed]:
            self._store.ask_secret(key)  # it may have been made after its page was
            if self._store.answer_secret(key, await self._api.read_secret(key)):
                self._control.hold_off.touch()
