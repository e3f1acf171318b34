"""A datum: one received request and what came of it, on its way into PostgreSQL and out of it."""

from dataclasses import dataclass
from uuid import UUID

ROW_BYTES = 256


def size_of(input_: bytes | None, output: bytes | None) -> int:
    """About how many bytes a datum takes."""
    return ROW_BYTES + len(input_ or b"") + len(output or b"")


@dataclass(frozen=True, slots=True)
class IndexPoint:
    """One index that a document is to be found by. `definition` is its id, `path` a PostgreSQL jsonpath."""

    definition: int
    path: str
    type: str


@dataclass(slots=True)
class Datum:
    """What is to be stored. `input` and `output` are JSON texts in UTF-8; `source` is an IP address.

    `points` are the indexes of its input.
    """

    id: UUID
    endpoint: UUID
    method: str
    token: str | None
    source: str | None
    status: int | None
    input: bytes | None
    output: bytes | None
    points: tuple[IndexPoint, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        return size_of(self.input, self.output)


@dataclass(frozen=True, slots=True)
class StoredDatum:
    """What is stored. `input` and `output` are JSON texts as PostgreSQL writes them; `version` counts from 1."""

    id: UUID
    method: str
    token: str | None
    source: str | None
    status: int | None
    version: int
    input: bytes | None
    output: bytes | None
