"""The next snapshot in the making: rows are applied to a copy of what is served, and what fails keeps its last good."""

import asyncio
import time
from collections.abc import Mapping

from tidegate_gateway.config.compiling import address_of, compile_row
from tidegate_gateway.config.errors import NotCompiled
from tidegate_gateway.config.gateways import Failure
from tidegate_gateway.config.reading import Load, StoredRow
from tidegate_gateway.config.snapshot import Compiled, Compiler, Ref, Snapshot, snapshot_of

SLICE_SECONDS = 0.002  # requests that are served meanwhile wait no longer than this for their turn


class Assembly:
    """Starts from a snapshot and the failures beside it, and leaves both as they are."""

    def __init__(self, compilers: Mapping[str, Compiler], before: Snapshot, failures: Mapping[Ref, Failure]) -> None:
        self._compilers = compilers
        self._objects: dict[Ref, Compiled] = dict(before.objects)
        self._broken: dict[Ref, str] = dict(before.broken)
        self.failures: dict[Ref, Failure] = dict(failures)

    async def apply(self, load: Load) -> Snapshot:
        """Apply all rows and put the snapshot together. The event loop has its turn in between."""
        if load.whole:
            self._forget_all_but(load.refs())
        pause_at = time.monotonic() + SLICE_SECONDS
        for row in load.rows():
            self._apply(row)
            if time.monotonic() > pause_at:
                await asyncio.sleep(0)
                pause_at = time.monotonic() + SLICE_SECONDS
        return snapshot_of(load.revision, self._objects, self._broken)

    def _forget_all_but(self, refs: set[Ref]) -> None:
        self._objects = {ref: compiled for ref, compiled in self._objects.items() if ref in refs}
        for gone in self.failures.keys() - refs:
            self._mended(gone)

    def _apply(self, row: StoredRow) -> None:
        if row.kind not in self._compilers:
            return  # of a newer version, or not for gateways
        if row.deleted:
            self._objects.pop(row.ref, None)
            self._mended(row.ref)
        elif self._is_served(row):
            self._mended(row.ref)  # by a restored database, which has what was good
        else:
            self._compile(row)

    def _is_served(self, row: StoredRow) -> bool:
        served = self._objects.get(row.ref)
        return served is not None and (served.revision, served.digest) == (row.revision, row.digest)

    def _compile(self, row: StoredRow) -> None:
        try:
            self._objects[row.ref] = compile_row(row, self._compilers)
        except NotCompiled as error:
            self._fail(row, error)
        else:
            self._mended(row.ref)

    def _fail(self, row: StoredRow, error: NotCompiled) -> None:
        self._mended(row.ref)
        self.failures[row.ref] = Failure(row.kind, row.namespace, row.name, row.uid, row.generation, str(error))
        if address := address_of(row):
            self._broken[row.ref] = address

    def _mended(self, ref: Ref) -> None:
        self.failures.pop(ref, None)
        self._broken.pop(ref, None)
