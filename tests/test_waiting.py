import itertools

import pytest

from tests.waiting import eventually


async def test_the_first_truthy_value_is_given() -> None:
    numbers = itertools.count()
    assert await eventually(lambda: next(numbers) or None) == 1


async def test_a_coroutine_function_is_awaited() -> None:
    answers = iter(("", "", "there"))

    async def probe() -> str:
        return next(answers)

    assert await eventually(probe) == "there"


async def test_an_error_may_pass() -> None:
    steps = iter((0, 1))
    assert await eventually(lambda: 1 / next(steps)) == 1


async def test_when_time_is_up_the_last_answer_is_shown() -> None:
    with pytest.raises(pytest.fail.Exception, match=r"did not come true within 0.05 s; the last answer was \[\]"):
        await eventually(list, within=0.05)
    with pytest.raises(pytest.fail.Exception, match="the last answer was ZeroDivisionError"):
        await eventually(lambda: 1 / 0, within=0.05)
