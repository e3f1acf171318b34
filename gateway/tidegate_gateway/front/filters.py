"""Filters of a list: a query parameter for each indexed data point, `total=100` or `total[gte]=100`."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, cast

from tidegate_gateway.config.model import EndpointConfig
from tidegate_gateway.data.datum import IndexPoint
from tidegate_gateway.data.paging import Filter, Operator, PointType
from tidegate_gateway.front.query import UNSTORABLE
from tidegate_gateway.problems import Problem

PARAMETER = re.compile(r"([a-z][a-z0-9_]*)(?:\[([a-z]+)\])?")
NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]{5,18}([Zz]|[+-][0-9]{2}:[0-9]{2})?)?")
FRACTION = re.compile(r"\.[0-9]{1,9}(?![0-9])")
OPERATORS = ("eq", "ne", "gt", "gte", "lt", "lte")
OF_BOOLEANS = OPERATORS[:2]
FIRST_YEAR, LAST_YEAR = 2, 9998  # whose times are times in every zone


class Filterable(NamedTuple):
    """An index that data are found by."""

    definition: int
    type: PointType


Filterables = Mapping[str, Filterable]


def filterables(config: EndpointConfig) -> Filterables:
    """The indexes of an endpoint by name."""
    found = {one.name: Filterable(one.id, one.type) for one in config.indexes if one.id is not None}
    return MappingProxyType(found)


def points(config: EndpointConfig, method: str) -> tuple[IndexPoint, ...]:
    """What the input of a method is indexed by."""
    return tuple(
        IndexPoint(one.id, one.path, one.type)
        for one in config.indexes
        if one.id is not None and one.method == method and one.source == "Input"
    )


def parse_filter(name: str, value: str, known: Filterables) -> Filter | None:
    """The filter that a parameter is; None if it names no index. Problem: `invalid_parameter`."""
    match = PARAMETER.fullmatch(name)
    index = known.get(match[1]) if match else None
    if match is None or index is None:
        return None
    operator, fitting = match[2] or "eq", OF_BOOLEANS if index.type == "Boolean" else OPERATORS
    if operator not in fitting:
        raise Problem("invalid_parameter", f"The operator of {match[1]} must be one of {', '.join(fitting)}.")
    return Filter(index.definition, index.type, cast("Operator", operator), _value(match[1], value, index.type))


def parse_time(name: str, text: str) -> datetime:
    """An RFC 3339 time or date; without an offset it is in UTC. Problem: `invalid_parameter`.

    It is rounded to microseconds as PostgreSQL rounds what it indexes.
    """
    fraction = FRACTION.search(text)
    whole = text.replace(fraction[0], "", 1) if fraction else text
    try:
        time = datetime.fromisoformat(whole.upper()) if TIME.fullmatch(text) else None
        if time and fraction:
            time += timedelta(microseconds=round(float(fraction[0]) * 1_000_000))
    except (ValueError, OverflowError):
        time = None
    if time is None or not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise Problem("invalid_parameter", f"The query parameter {name} must be a time, as in 2026-03-01T12:00:00Z.")
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _value(name: str, text: str, type_: PointType) -> str | Decimal | datetime:
    if type_ == "Timestamp":
        return parse_time(name, text)
    if type_ == "Number":
        if not NUMBER.fullmatch(text):
            raise Problem("invalid_parameter", f"The query parameter {name} must be a number.")
        return Decimal(text)
    if type_ == "Boolean" and text not in ("true", "false"):
        raise Problem("invalid_parameter", f"The query parameter {name} must be true or false.")
    if UNSTORABLE.search(text):
        raise Problem("invalid_parameter", f"The query parameter {name} must be text in UTF-8.")
    return text
