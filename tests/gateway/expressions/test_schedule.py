"""Cron lines: when they come, and what is refused."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.expressions.sentences import check_refusal, refused_or
from tidegate_gateway.expressions.errors import ScheduleError
from tidegate_gateway.expressions.schedule import compile_schedule

SUNDAY = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "tick"),
    [
        ("* * * * *", "2026-03-01T12:31"),
        ("30 12 * * *", "2026-03-02T12:30"),
        ("*/15 * * * *", "2026-03-01T12:45"),
        ("5/15 * * * *", "2026-03-01T12:35"),
        ("0,40-42 * * * *", "2026-03-01T12:40"),
        ("0 9-17 * * mon-fri", "2026-03-02T09:00"),
        ("0 0 * * 0", "2026-03-08T00:00"),
        ("0 0 * * 7", "2026-03-08T00:00"),
        ("0 0 1 JAN,jul *", "2026-07-01T00:00"),
        ("0 0 13 * FRI", "2026-03-06T00:00"),
        ("0 0 31 2 MON", "2027-02-01T00:00"),
        ("0 0 31 * *", "2026-03-31T00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00"),
        ("0 0 29 2 */7", "2032-02-29T00:00"),
        ("  0\t12  * * *  ", "2026-03-02T12:00"),
    ],
)
def test_a_schedule_comes_next(line: str, tick: str) -> None:
    compile_schedule(line)

    assert compile_schedule(line)(SUNDAY) == datetime.fromisoformat(f"{tick}:00+00:00")


def test_ticks_are_in_utc_wherever_the_moment_is() -> None:
    prague = SUNDAY.astimezone(timezone(timedelta(hours=1)))

    assert compile_schedule("0 13 * * *")(prague) == datetime(2026, 3, 1, 13, 0, tzinfo=UTC)


def test_ticks_follow_each_other_strictly() -> None:
    after = compile_schedule("*/20 * * * *")

    first = after(SUNDAY)
    assert [first, after(first), after(after(first))] == [
        datetime(2026, 3, 1, hour, minute, tzinfo=UTC) for hour, minute in ((12, 40), (13, 0), (13, 20))
    ]


FIVE = "Write five fields: minute, hour, day of the month, month and day of the week, as in */15 * * * *."
NEVER = "Choose a day that there is: this schedule never comes."
MINUTE = "Correct the minute: it is from 0 to 59, as in 5, 1-5, */2 or a list of them."
DAY = "Correct the day of the month: it is from 1 to 31, as in 5, 1-5, */2 or a list of them."


@pytest.mark.parametrize(
    ("line", "message", "position"),
    [
        ("", FIVE, 0),
        ("@hourly", FIVE, 7),
        ("* * * *", FIVE, 7),
        ("0 * * * * *", FIVE, 10),
        ("60 * * * *", MINUTE, 0),
        ("x * * * *", MINUTE, 0),
        ("³ * * * *", MINUTE, 0),
        ("1,2,,3 * * * *", MINUTE, 4),
        ("1,2,70 * * * *", MINUTE, 4),
        ("5-1 * * * *", MINUTE, 0),
        ("*/0 * * * *", MINUTE, 0),
        ("FEB * * * *", MINUTE, 0),
        ("* 24 * * *", "Correct the hour: it is from 0 to 23, as in 5, 1-5, */2 or a list of them.", 2),
        ("* * 0 * *", DAY, 4),
        ("* * L * *", DAY, 4),
        ("* * 15W * *", DAY, 4),
        ("* * ? * *", DAY, 4),
        ("* * * 13 *", "Correct the month: it is from 1 to 12 or JAN to DEC, as in 5, 1-5, */2 or a list of them.", 6),
        (
            "* * * * MON#1",
            "Correct the day of the week: it is from 0 to 7 or SUN to SAT, as in 5, 1-5, */2 or a list of them.",
            8,
        ),
        ("0 0 31 2 *", NEVER, 4),
        ("0 0 30 FEB *", NEVER, 4),
        ("0 0 31 4,6,9,11 *", NEVER, 4),
        ("* * * * *" + " " * 250, "Shorten the schedule: it has more than 256 characters.", 256),
    ],
)
def test_a_wrong_schedule_is_refused_with_a_sentence_and_its_place(line: str, message: str, position: int) -> None:
    with pytest.raises(ScheduleError) as caught:
        compile_schedule(line)

    assert (caught.value.message, caught.value.position) == (message, position)
    check_refusal(caught.value, len(line))


fields = st.from_regex(r"(\*|[0-9]{1,2}(-[0-9]{1,2})?)(/[0-9]{1,2})?(,[0-9]{1,2})?", fullmatch=True)


@settings(deadline=None)
@given(st.lists(fields, min_size=5, max_size=5).map(" ".join))
def test_a_schedule_comes_when_cronsim_says(line: str) -> None:
    after = refused_or(compile_schedule, line)

    assert after is None or after(SUNDAY) == next(CronSim(line, SUNDAY))


PIECES = "* */2 1-5 MON jan L # 61 , - / W @daily 5,6 ²"


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from(PIECES.split())).map(" ".join))
def test_no_text_raises_anything_else(text: str) -> None:
    after = refused_or(compile_schedule, text)

    assert after is None or after(SUNDAY) > SUNDAY
