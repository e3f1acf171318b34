"""What a publish must write: pure, from what is known to be published and what should be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from tidegate_gateway.config.rows import ConfigRow
from tidegate_gateway.config.snapshot import Ref

BATCH_ROWS, BATCH_BYTES = 1_000, 16_000_000


class Mark(NamedTuple):
    """What tells whether a published row is as it should be."""

    generation: int
    digest: str


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows to write and rows to withdraw; false if there are none."""

    changed: tuple[ConfigRow, ...]
    withdrawn: tuple[Ref, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.withdrawn)


def difference(published: Mapping[Ref, Mark], rows: Mapping[Ref, ConfigRow], *, delete: bool) -> Difference:
    """Compare; nothing is withdrawn without `delete`."""
    changed = tuple(row for ref, row in rows.items() if published.get(ref) != (row.generation, row.digest))
    withdrawn = tuple(published.keys() - rows.keys()) if delete else ()
    return Difference(changed, withdrawn)


def batches(rows: Iterable[ConfigRow]) -> Iterator[list[ConfigRow]]:
    """Rows in portions that one statement takes: bounded in number and in bytes."""
    batch: list[ConfigRow] = []
    size = 0
    for row in rows:
        if batch and (len(batch) == BATCH_ROWS or size + len(row.document) > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += len(row.document)
    if batch:
        yield batch
