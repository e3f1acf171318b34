"""Reads stored data. It never answers for an endpoint that was not asked for, and never reparses what is stored.

The order of a page is (the writing transaction's number, id), and only transactions below which none can still commit
are listed: whoever goes on after the last datum misses nothing and sees nothing twice, however many gateways write.
"""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from tidegate_gateway.data.candidates import Candidates, choose
from tidegate_gateway.data.datum import StoredDatum
from tidegate_gateway.data.ids import LOWEST, first_id, lowest_behind, time_of
from tidegate_gateway.data.paging import Filter, Page, PageQuery
from tidegate_gateway.data.pool import STATEMENT_SECONDS, Connection, acquire
from tidegate_gateway.data.sql import load

QUERIES = load(__package__, "pages.sql")

# From where to go on after a datum that is gone, measured from its id: what was written after it may have an older id.
# None is begun to be written a minute after it came (`writer`), and no statement takes longer than that.
WRITTEN_LATER = timedelta(seconds=60 + STATEMENT_SECONDS)
READ_SECONDS = 10.0  # data can be large
HIGHEST = UUID(int=2**128 - 1)
PAGE_BYTES = 16 * 1024 * 1024  # a page of the largest bodies would not fit into the memory of a gateway
MOST_CANDIDATES = 5000


def page_of(listed: str) -> str:
    """The statement that gives a page of the data that another one lists."""
    return QUERIES.measured.replace("{listed}", listed).replace("{bytes}", str(PAGE_BYTES))


PAGE, FILTERED, BY_ID = page_of(QUERIES.page), page_of(QUERIES.page_filtered), page_of(QUERIES.page_of)


class Position(NamedTuple):
    """Where a page begins: behind this transaction and id, and with no id lower than `lowest` nor from `end` on."""

    written: int = 0
    id: UUID = LOWEST
    lowest: UUID = LOWEST
    end: UUID = HIGHEST


class Reader:
    """Stored data by id and page by page."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def get(self, endpoint: UUID, id_: UUID) -> StoredDatum | None:
        """One datum of an endpoint. Unavailable."""
        async with acquire(self._pool) as connection:
            row = await connection.fetchrow(QUERIES.get_datum, endpoint, id_, timeout=READ_SECONDS)
        return StoredDatum(*row) if row else None

    async def page(self, endpoint: UUID, query: PageQuery) -> Page:
        """Data as the query asks for, oldest first; fewer where they are large, or hard to find.

        Unavailable; ForeignId: `after` was never an id of ours.
        """
        made = time_of(query.after) if query.after else None
        async with acquire(self._pool) as connection:
            position = Position()
            if query.after and made:
                written = await connection.fetchval(QUERIES.position, endpoint, query.after)
                if written is None:
                    position = Position(lowest=first_id(made - WRITTEN_LATER))
                else:
                    position = Position(written, query.after, lowest_behind(query.after))
            return await _page(connection, endpoint, query, _within(position, query))


def _within(position: Position, query: PageQuery) -> Position:
    lowest = max(position.lowest, first_id(query.since)) if query.since else position.lowest
    return position._replace(lowest=lowest, end=first_id(query.until) if query.until else HIGHEST)


async def _page(connection: Connection, endpoint: UUID, query: PageQuery, position: Position) -> Page:
    # One more than is asked for tells whether there is more.
    given = (endpoint, *position, list(query.statuses) or None, query.limit + 1)
    if not query.filters:
        return _full(await connection.fetch(PAGE, *given, timeout=READ_SECONDS), query.limit)
    async with connection.transaction(isolation="repeatable_read", readonly=True):  # its statements see the same data
        return await _filtered(connection, endpoint, query, position, given)


async def _filtered(
    connection: Connection, endpoint: UUID, query: PageQuery, position: Position, given: tuple[Any, ...]
) -> Page:
    candidates = await choose(connection, query.filters, position[2:])
    if set(candidates.filters) == set(query.filters) and not query.statuses:
        return await _first(connection, candidates, (endpoint, *position), query.limit)
    statement = FILTERED.replace("{candidates}", candidates.statement(14))
    more = (MOST_CANDIDATES, *_columns(query.filters), *candidates.parameters)
    page = _full(await connection.fetch(statement, *given, *more, timeout=READ_SECONDS), query.limit)
    if page.following:
        return page
    return page._replace(following=await _last(connection, candidates, (endpoint, *position)))


async def _first(connection: Connection, candidates: Candidates, given: tuple[Any, ...], limit: int) -> Page:
    """A page whose candidates all pass."""
    statement = QUERIES.first_candidates.replace("{candidates}", candidates.statement(7))
    found = await connection.fetch(statement, *given, limit + 1, *candidates.parameters, timeout=READ_SECONDS)
    ids = [row["id"] for row in found]
    return _full(await connection.fetch(BY_ID, given[0], ids, timeout=READ_SECONDS), limit)


def _full(rows: list[asyncpg.Record], limit: int) -> Page:
    data = [StoredDatum(*columns) for *columns, _ in rows[:limit]]
    return Page(data, data[-1].id if data and rows[0]["found"] > len(data) else None)


async def _last(connection: Connection, candidates: Candidates, given: tuple[Any, ...]) -> UUID | None:
    """The last candidate that was looked at; None if that was the last there is."""
    statement = QUERIES.last_candidate.replace("{candidates}", candidates.statement(7))
    last: UUID | None = await connection.fetchval(statement, *given, MOST_CANDIDATES, *candidates.parameters)
    return last


def _columns(filters: tuple[Filter, ...]) -> tuple[list[Any], ...]:
    """Filters as columns: definition, operator, and the value in that of its type."""
    kinds = (("Text", "Boolean"), ("Number",), ("Timestamp",))
    values = ([one.value if one.type in types else None for one in filters] for types in kinds)
    return [one.definition for one in filters], [one.operator for one in filters], *values
