"""The parameters of a page of stored data. One that is unknown or does not parse is an error that names it."""

from collections.abc import Iterable
from urllib.parse import urlencode
from uuid import UUID

from tidegate_gateway.data.paging import Filter, PageQuery
from tidegate_gateway.front.filters import Filterables, parse_filter, parse_time
from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.query import ACCESS_TOKEN, parameters
from tidegate_gateway.front.statuses import NAMES
from tidegate_gateway.problems import Problem

USUAL_LIMIT, MOST_LIMIT = 30, 1000
SHOWN = 64
OWN = ("limit", "after", "from", "to", "status")
STATUSES = {name: number for number, name in NAMES.items()}
MOST_FILTERS = 16


def page_query(query_string: bytes, known: Filterables) -> PageQuery:
    """Reads a query; `known` are the indexes of the endpoint. Problem: `invalid_parameter`."""
    own: dict[str, str] = {}
    filters: list[Filter] = []
    for name, value in _without_token(query_string):
        if name in own:
            raise Problem("invalid_parameter", f"The query parameter {name} is there twice.")
        if name in OWN:
            own[name] = value
        elif one := parse_filter(name, value, known):
            filters.append(one)
        else:
            detail = f"There is no query parameter {_shown(name)} here."
            raise Problem("invalid_parameter", detail, why=f"a query parameter of {len(name)} characters is unknown")
    if len(filters) > MOST_FILTERS:
        raise Problem("invalid_parameter", f"There may be {MOST_FILTERS} filters at most.")
    return PageQuery(
        _limit(own.get("limit")),
        _after(own.get("after")),
        parse_time("from", own["from"]) if "from" in own else None,
        parse_time("to", own["to"]) if "to" in own else None,
        _statuses(own.get("status")),
        tuple(filters),
    )


def following(query_string: bytes, after: UUID) -> str:
    """The query of the page that goes on behind `after`: the same but for that, and never with a token."""
    given = [(name, value) for name, value in _without_token(query_string) if name != "after"]
    return urlencode([("after", str(after)), *given])


def _without_token(query_string: bytes) -> Iterable[tuple[str, str]]:
    return ((name, value) for name, value in parameters(query_string) if name != ACCESS_TOKEN)


def _limit(text: str | None) -> int:
    if text is None:
        return USUAL_LIMIT
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= MOST_LIMIT):
        raise Problem("invalid_parameter", f"The query parameter limit must be a number from 1 to {MOST_LIMIT}.")
    return int(text)


def _after(text: str | None) -> UUID | None:
    if text is None:
        return None
    after = parse_id(text)
    if after is None:
        raise Problem("invalid_parameter", "The query parameter after must be the ID of a datum.")
    return after


def _statuses(text: str | None) -> tuple[int, ...]:
    if text is None:
        return ()
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in STATUSES]
    if unknown:
        raise Problem("invalid_parameter", f"There is no status {_shown(unknown[0])}.", why="a status is unknown")
    return tuple(STATUSES[name] for name in names)


def _shown(name: str) -> str:
    """A name from outside: cut, and as ASCII."""
    return ascii(name if len(name) <= SHOWN else name[:SHOWN] + "…")
