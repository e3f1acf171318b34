"""What a translation asks for, put into the store: Secrets, tokens that are made, PostgreSQL's word on paths.

What is refused for one object is tried again later, and must never stop the others: only an outage fails a pass.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable
from typing import Protocol

import structlog

from tidegate_operator.errors import ApiError
from tidegate_operator.refusals import Refusals
from tidegate_operator.store import Key, Secret, Store
from tidegate_operator.translate.model import TokenSecretWanted, Translation

CONCURRENCY = 8

log = structlog.get_logger("tidegate.reads")


class Inputs(Protocol):
    """What a translation may ask for, of a cluster or of a folder."""

    async def read_secret(self, key: Key) -> Secret | None:
        """The Secret as it is now; None if it is not there."""

    async def make_tokens(self, wanted: TokenSecretWanted) -> Secret | None:
        """Make the primary tokens that are missing; gives the Secret as it is then."""

    async def check_path(self, path: str) -> str | None:
        """PostgreSQL's word on a jsonpath: None if it takes it, else its mistake."""

    async def confirm(self, kinds: Iterable[str]) -> None:
        """Raise KindGone if the deletion of resources of these kinds is not to be believed."""


class Reads:
    """`wake` asks for another pass. `refusals` are of Endpoints' tokens, `unreadable` are Secrets."""

    def __init__(self, store: Store, inputs: Inputs, wake: Callable[[], None]) -> None:
        self._store, self._inputs, self._wake = store, inputs, wake
        self.refusals, self.unreadable = Refusals(), Refusals()

    @property
    def problems(self) -> dict[Key, str]:
        """What was refused, by the resource that is to say so."""
        return self.refusals.problems

    async def gather(self, translation: Translation, *, leads: bool) -> None:
        """Read what is asked for, and what could not be read before; only who leads makes tokens."""
        slots = asyncio.Semaphore(CONCURRENCY)
        async with asyncio.TaskGroup() as tasks:
            for key in translation.wanted_secrets | self._unknown(self.unreadable.due()):
                tasks.create_task(self._read_secret(key, slots))
            for path in translation.wanted_paths:
                tasks.create_task(self._check_path(path, slots))
            for wanted in translation.wanted_tokens if leads else ():
                if self._store.may_fill(wanted.secret, wanted.uid) and not self.refusals.is_fresh(wanted.key):
                    tasks.create_task(self._make_tokens(wanted, slots))

    def keep_only(self, secrets: Collection[Key], translation: Translation) -> set[Key]:
        """Forget what nobody asks for any more; gives the resources that have no problem now."""
        self.unreadable.keep_only(self._unknown(secrets))
        return self.refusals.keep_only({wanted.key for wanted in translation.wanted_tokens})

    def _unknown(self, secrets: Iterable[Key]) -> set[Key]:
        """Those that no event has told of either."""
        return {key for key in secrets if self._store.secrets.get(key) is None}

    async def _read_secret(self, key: Key, slots: asyncio.Semaphore) -> None:
        async with slots:
            self._store.ask_secret(key)
            try:
                secret = await self._inputs.read_secret(key)
            except ApiError as error:
                if error.is_outage:
                    raise
                await self._confirm_that_it_is_alone()
                log.warning("a Secret cannot be read and counts as absent", secret=str(key), error=str(error))
                self._try_again(self.unreadable.note(key, str(error)))
                secret = None
            else:
                self.unreadable.granted(key)
            self._store.answer_secret(key, secret)

    async def _check_path(self, path: str, slots: asyncio.Semaphore) -> None:
        async with slots:
            self._store.put_path(path, await self._inputs.check_path(path))

    async def _make_tokens(self, wanted: TokenSecretWanted, slots: asyncio.Semaphore) -> None:
        async with slots:
            self._store.ask_secret(wanted.secret)
            try:
                made = await self._inputs.make_tokens(wanted)
            except ApiError as error:
                # A quota, a policy, a webhook of one namespace: its endpoint says so, and everybody else goes on. A
                # webhook may answer with any status, or never: it closes nothing that none could be made for now.
                await self._confirm_that_it_is_alone()
                problem = f"Its primary tokens could not be made, and it is tried again: {error}."
                self._try_again(self.refusals.note(wanted.key, problem))
            else:
                self._store.answer_secret(wanted.secret, made)

    async def _confirm_that_it_is_alone(self) -> None:
        """Raise ApiError if the API server does not answer another question either."""
        await self._inputs.confirm({"Endpoint"})

    def _try_again(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._wake)
