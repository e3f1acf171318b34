"""Data for the tests of the room."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg

from tests.waiting import eventually
from tidegate_gateway.data.datum import Datum, IndexPoint, StoredDatum
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.data.paging import PageQuery
from tidegate_gateway.data.reader import Reader
from tidegate_gateway.data.writer import Writer

ENDPOINT = uuid4()
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def datum(
    input_: bytes | None = b'{"id": 1}',
    *,
    id_: UUID | None = None,
    endpoint: UUID = ENDPOINT,
    method: str = "POST",
    token: str | None = None,
    source: str | None = "192.0.2.1",
    status: int | None = None,
    output: bytes | None = None,
    points: tuple[IndexPoint, ...] = (),
) -> Datum:
    """A datum of now."""
    return Datum(id_ or new_id(), endpoint, method, token, source, status, input_, output, points)


def ids(data: Sequence[Datum | StoredDatum]) -> list[UUID]:
    return [one.id for one in data]


async def write_all(writer: Writer, data: Sequence[Datum]) -> list[BaseException | None]:
    """Writes at once what many callers write; what each was answered."""
    return await asyncio.gather(*map(writer.write, data), return_exceptions=True)


async def listed(reader: Reader, count: int, endpoint: UUID = ENDPOINT) -> list[StoredDatum]:
    """The first page with `count` data, once it has them: transactions of other tests hold the horizon back."""

    async def page() -> list[StoredDatum] | None:
        found = (await reader.page(endpoint, PageQuery(count))).data
        return found if len(found) == count else None

    return await eventually(page)


@asynccontextmanager
async def running(writer: Writer) -> AsyncIterator[Writer]:
    """A writer that is closed at the end, when everything it was given is answered."""
    writer.start()
    try:
        yield writer
    finally:
        await writer.close()


@asynccontextmanager
async def held_up(url: str, held: Datum) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """While it lasts, whoever writes that datum waits, because an open transaction has written it. What is given
    returns when somebody waits."""
    connection = await asyncpg.connect(url)
    transaction = connection.transaction()
    await transaction.start()
    await connection.execute("INSERT INTO datum (id, endpoint, method) VALUES ($1, $1, 'POST')", held.id)

    async def somebody_waits() -> None:
        await eventually(lambda: connection.fetchval(WAITING))

    try:
        yield somebody_waits
    finally:
        await transaction.rollback()
        await connection.close()
