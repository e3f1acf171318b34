"""What an expression may read: the request, and inside a task its rows and steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class Context:
    """One request or one step. For the rows of one body only `row` changes, so it may be set anew for each of them.

    `headers` and `query` are as they came: names of headers in lower case, a repeated query parameter as a list.
    `rows`, `steps` (the rows of each finished step by its name) and `request` exist inside a task. What is read with a
    path is made of plain dicts and lists.
    """

    body: Any = None
    row: Any = None
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    query: Mapping[str, str | list[str]] = field(default_factory=lambda: _NOTHING)
    method: str | None = None
    id: UUID | str | None = None
    source_ip: str | None = None
    received_at: datetime | None = None
    rows: Any = None
    steps: Any = None
    request: Any = None


Read = Callable[[Context], Any]

ENDPOINT_NAMES: Mapping[str, Read] = _NOTHING
"""In an endpoint's mapping a bare name is always a property of the row."""

TASK_NAMES: Mapping[str, Read] = MappingProxyType(
    {
        "row": lambda context: context.row,
        "rows": lambda context: context.rows,
        "steps": lambda context: context.steps,
        "request": lambda context: context.request,
    }
)
"""In a task's mapping these names come before the row's properties; `$.rows` reaches a property of that name."""
