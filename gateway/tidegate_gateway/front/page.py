"""The parameters of a page of stored data. One that is unknown or does not parse is an error that names it."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from tidegate_gateway.front.ids import parse_id
from tidegate_gateway.front.query import ACCESS_TOKEN, parameters
from tidegate_gateway.problems import Problem

USUAL_LIMIT, MOST_LIMIT = 30, 1000
SHOWN = 64


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Up to `limit` data behind the datum `after`; from the beginning if that is None."""

    limit: int = USUAL_LIMIT
    after: UUID | None = None

    def following(self, after: UUID) -> str:
        """The query of the page that goes on behind `after`."""
        return urlencode({"after": str(after), "limit": self.limit})


def page_request(query_string: bytes) -> PageRequest:
    """Reads a query. Problem: `invalid_parameter`."""
    given: dict[str, str] = {}
    for name, value in parameters(query_string):
        if name == ACCESS_TOKEN:
            continue
        if name not in ("limit", "after"):
            raise Problem("invalid_parameter", f"There is no query parameter {_shown(name)} here.")
        if name in given:
            raise Problem("invalid_parameter", f"The query parameter {name} is there twice.")
        given[name] = value
    return PageRequest(_limit(given.get("limit")), _after(given.get("after")))


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


def _shown(name: str) -> str:
    """A name from outside: cut, and as ASCII."""
    return ascii(name if len(name) <= SHOWN else name[:SHOWN] + "…")
