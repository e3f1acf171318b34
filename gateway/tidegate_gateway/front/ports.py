"""What the front door needs of the rest of the gateway. Whoever rehearses an endpoint has others that keep nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from tidegate_gateway.asgi import Answer
from tidegate_gateway.data.datum import Datum, StoredDatum
from tidegate_gateway.data.items import Change, Check
from tidegate_gateway.data.paging import Page, PageQuery


class Writes(Protocol):
    """Makes data durable."""

    async def write(self, datum: Datum) -> None:
        """Returns once it is. WriterFull, Unavailable, Unstorable."""


class Reads(Protocol):
    """Finds stored data."""

    async def get(self, endpoint: UUID, id_: UUID) -> StoredDatum | None:
        """One datum. Unavailable."""

    async def page(self, endpoint: UUID, query: PageQuery) -> Page:
        """Those that a query asks for. ForeignId, Unavailable."""


class Changes(Protocol):
    """Changes and deletes stored data. Each raises Unavailable, WriterFull, Unstorable, and what it is given raises."""

    async def edit(self, endpoint: UUID, id_: UUID, change: Change) -> StoredDatum | None:
        """The datum as it has become; None if it is not there."""

    async def delete(self, endpoint: UUID, id_: UUID, check: Check = ...) -> bool:
        """Whether it was there."""

    async def delete_all(self, endpoint: UUID) -> int:
        """How many there were."""


class Documents(Protocol):
    """Describes endpoints."""

    async def answer(self, uids: Sequence[UUID], *, page: bool, request_server: str) -> Answer:
        """Their OpenAPI document, or a page of it for people. `request_server` may be empty. Unavailable."""


@dataclass(frozen=True, slots=True)
class Ports:
    """All of it. `seen` hears of each address that data came from, `forget` of data that are not to be kept."""

    writer: Writes
    reader: Reads
    items: Changes
    seen: Callable[[UUID, str | None], None] = lambda _endpoint, _address: None
    forget: Callable[[UUID], None] = lambda _id: None
    documents: Documents | None = None
