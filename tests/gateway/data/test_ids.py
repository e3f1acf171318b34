"""Ids: their order is time's, and the lowest of a time is never above one that was made then."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from tidegate_gateway.data.errors import ForeignId
from tidegate_gateway.data.ids import END, EPOCH, first_id, new_id, time_of

TIMES = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def made_at(at: datetime) -> UUID:
    return uuid7(nanoseconds=(at - EPOCH) // timedelta(microseconds=1) * 1000)


@given(TIMES)
def test_no_id_is_below_the_first_of_its_time_or_above_the_first_of_the_next_millisecond(at: datetime) -> None:
    assert first_id(at) <= made_at(at) < first_id(at + timedelta(milliseconds=1))


@given(TIMES, TIMES)
def test_first_ids_are_in_the_order_of_their_times_to_the_millisecond(one: datetime, other: datetime) -> None:
    def milliseconds(at: datetime) -> int:
        return (at - EPOCH) // timedelta(milliseconds=1)

    assert (first_id(one) < first_id(other)) == (milliseconds(one) < milliseconds(other))


@given(TIMES)
def test_the_time_of_an_id_is_when_it_was_made_to_the_millisecond(at: datetime) -> None:
    expected = at.replace(microsecond=at.microsecond // 1000 * 1000)
    assert time_of(first_id(at)) == expected
    assert time_of(made_at(at)) == expected


@given(TIMES)
def test_the_first_id_is_a_uuid_of_version_7(at: datetime) -> None:
    assert first_id(at).version == 7
    assert first_id(at).variant == "specified in RFC 4122"


def test_new_ids_rise_and_are_of_now() -> None:
    before = first_id(datetime.now(UTC))
    made = [new_id() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert before <= made[0]
    assert abs(time_of(made[-1]) - datetime.now(UTC)) < timedelta(seconds=10)


def test_the_zone_of_a_time_does_not_matter() -> None:
    noon = datetime(2028, 2, 29, 12, tzinfo=UTC)
    assert first_id(noon) == first_id(noon.astimezone(timezone(timedelta(hours=-7))))


def test_a_time_before_1970_counts_as_1970() -> None:
    assert first_id(EPOCH - timedelta(days=1)) == first_id(EPOCH)


@pytest.mark.parametrize("foreign", [uuid4(), UUID(int=0), UUID(int=2**128 - 1), first_id(END)])
def test_an_id_that_cannot_be_ours_is_foreign(foreign: UUID) -> None:
    with pytest.raises(ForeignId, match=f"{foreign} is not the id of a datum."):
        time_of(foreign)
