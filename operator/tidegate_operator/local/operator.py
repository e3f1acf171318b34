"""The operator of local mode: the same loop, statuses and leadership's epoch as in a cluster, over folders."""

import asyncio
import math
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
from rich.console import Console

from tidegate_gateway.config.gateway_watch import GatewayWatch
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.secrets import Sealer
from tidegate_operator.brake import Brake
from tidegate_operator.indexes import Indexes
from tidegate_operator.local.addresses import Addresses
from tidegate_operator.local.errors import FolderError
from tidegate_operator.local.identity import Identities
from tidegate_operator.local.inputs import FolderInputs
from tidegate_operator.local.keys import TokenSecrets
from tidegate_operator.local.manifests.folders import Folders
from tidegate_operator.local.manifests.pieces import Problem
from tidegate_operator.local.manifests.watching import changes
from tidegate_operator.local.source import Source
from tidegate_operator.local.state import StateFile
from tidegate_operator.local.terminal.board import Board
from tidegate_operator.local.terminal.example import curl_line
from tidegate_operator.loop import Control, Pass
from tidegate_operator.rows import Rows
from tidegate_operator.status_writer import StatusWriter
from tidegate_operator.store import Store
from tidegate_operator.translate.model import Translation

IDENTITIES = "identities.json"


class LocalOperator:
    """`url` leads to PostgreSQL, as `pool` does; `public_url` is what endpoints' URLs begin with."""

    def __init__(
        self, data: Path, url: str, pool: asyncpg.Pool, sealer: Sealer, public_url: str, console: Console, title: str
    ) -> None:
        store = Store()
        self._public_url = public_url
        self._tokens = TokenSecrets(data)
        self._inputs = FolderInputs(self._tokens, pool)
        self._addresses = Addresses(data)
        self._translation: Translation | None = None
        self._control = Control(store, self._inputs, Publisher(pool, sealer), Rows(sealer), self._passed)
        self._control.brake = Brake(-math.inf)  # a person who removes files means it
        identities = Identities(StateFile(data / IDENTITIES), lambda: datetime.now(UTC))
        self._source = Source(self._control, store, self._inputs, identities)
        self._board = Board(console, title, lambda key: self._source.manifests.get(key), self._example)
        self._indexes = Indexes(pool, lambda: self._control.leads, lambda uids: self._statuses.indexes_changed(uids))
        self._statuses = StatusWriter(
            *(store, self._source.show, self._control.observe, self._board.note, public_url),
            indexes=lambda: self._indexes.states,
        )
        self._gateways = GatewayWatch(url, pool, self._statuses.gateways_changed)

    async def run(self, folders: Folders) -> None:
        """Serve the folders for ever. Superseded, LocalError and DataError end it."""
        self._control.lead()
        self._gateways.start()
        try:
            parts = (self._control, self._indexes, self._board)
            await first_ended([self._statuses.work(), self._follow(folders), *(part.run() for part in parts)])
        finally:
            await self._gateways.stop()

    async def _follow(self, folders: Folders) -> None:
        before = None
        async for _ in changes(folders.paths):
            try:
                reading = await asyncio.to_thread(folders.read)
            except FolderError as error:
                what = f"it cannot be read: {error.reason}. What it held last is served."
                self._board.complain([Problem(error.folder, 0, 0, what)])
                before = None
                continue
            if reading != before:
                await asyncio.to_thread(folders.remember)
                self._source.apply(reading)
                self._board.complain(reading.problems)
            before = reading

    def _passed(self, done: Pass) -> None:
        self._tokens.save()
        self._addresses.keep(done.translation, self._inputs.secret)
        self._translation = done.translation
        self._statuses.passed(done)
        if done.outcome:
            self._indexes.passed(done.outcome)
        self._board.passed(done)

    def _example(self) -> str | None:
        return curl_line(self._translation, self._inputs.secret, self._public_url) if self._translation else None


async def first_ended(parts: Sequence[Awaitable[object]]) -> None:
    """Wait until one of these ends, end the others, and raise what it ended with."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()
