"""Cron lines in UTC: five fields as cron has had them, and when the next tick is.

Seconds, `@hourly` and the L, W, # of other programs are refused, and so is a line that never comes.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

from tidegate_gateway.expressions.errors import ScheduleError

MAX_LENGTH = 256

_START = datetime(2000, 1, 1, tzinfo=UTC)
_FIELDS = (
    ("minute", "from 0 to 59"),
    ("hour", "from 0 to 23"),
    ("day of the month", "from 1 to 31"),
    ("month", "from 1 to 12 or JAN to DEC"),
    ("day of the week", "from 0 to 7 or SUN to SAT"),
)
_FIVE = "Write five fields: minute, hour, day of the month, month and day of the week, as in */15 * * * *."
_NEVER = "Choose a day that there is: this schedule never comes."
_VALUE = r"(?:[0-9]{1,2}|[A-Z]{3})"
_TERM = re.compile(rf"(?:\*|{_VALUE}(?:-{_VALUE})?)(?:/[0-9]{{1,2}})?", re.IGNORECASE)


def compile_schedule(text: str) -> Callable[[datetime], datetime]:
    """The first tick after a moment, both with a time zone; ticks are in UTC. Raises ScheduleError with the place."""
    if len(text) > MAX_LENGTH:
        raise ScheduleError(f"Shorten the schedule: it has more than {MAX_LENGTH} characters.", MAX_LENGTH)
    fields = list(re.finditer(r"\S+", text, re.ASCII))
    if len(fields) != len(_FIELDS):
        raise ScheduleError(_FIVE, fields[5].start() if len(fields) > 5 else len(text))
    for number, field in enumerate(fields):
        _check_field(number, field)
    expression = " ".join(field[0] for field in fields)
    _check_that_it_comes(expression, fields[2].start())
    return lambda after: next(CronSim(expression, after.astimezone(UTC)))


def _check_field(number: int, field: re.Match[str]) -> None:
    """Each term by itself, so that the place is exact."""
    name, bounds = _FIELDS[number]
    position = field.start()
    for term in field[0].split(","):
        alone = ["*"] * len(_FIELDS)
        alone[number] = term
        if not _TERM.fullmatch(term) or _refused(" ".join(alone)):
            raise ScheduleError(f"Correct the {name}: it is {bounds}, as in 5, 1-5, */2 or a list of them.", position)
        position += len(term) + 1


def _refused(expression: str) -> bool:
    try:
        CronSim(expression, _START)
    except CronSimError:
        return True
    return False


def _check_that_it_comes(expression: str, day: int) -> None:
    try:
        next(CronSim(expression, _START))
    except (CronSimError, StopIteration):
        raise ScheduleError(_NEVER, day) from None
