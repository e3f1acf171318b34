"""The log of a process, kept in memory for a test."""

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import structlog

from tidegate_gateway.logs import set_up_logging


class Logs:
    """What was logged since the block began."""

    def __init__(self) -> None:
        self.stream = io.BytesIO()

    @property
    def text(self) -> str:
        """All of it, as it was written."""
        return self.stream.getvalue().decode()

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """The lines, or those of one event."""
        found = [orjson.loads(line) for line in self.text.splitlines()]
        return [line for line in found if event in (None, line["event"])]


@contextmanager
def captured_logs() -> Iterator[Logs]:
    """Logging as in a real process, into memory; afterwards it is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs = Logs()
    set_up_logging(logs.stream)
    try:
        yield logs
    finally:
        structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)
