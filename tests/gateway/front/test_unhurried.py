"""Work that is large, or turns out to be, is done in a thread and within a bound."""

import threading

import pytest

from tests.gateway.config.samples import endpoint
from tests.gateway.front.calling import answer
from tests.gateway.front.conftest import OpenFront
from tidegate_gateway.expressions import allowance
from tidegate_gateway.front.unhurried import FEW_STEPS, LARGE, MOST_STEPS, at_once, unhurried, within_bounds
from tidegate_gateway.problems import Problem


def in_this_thread() -> bool:
    """Whether the loop has to wait for it."""
    return threading.current_thread() is threading.main_thread()


async def test_what_is_large_is_done_in_a_thread() -> None:
    assert [await unhurried(size, in_this_thread) for size in (0, LARGE - 1, LARGE)] == [True, True, False]
    assert [await within_bounds(size, in_this_thread) for size in (0, LARGE)] == [True, False]


def taking(steps: int) -> bool:
    """Work that takes so many steps."""
    allowance.take(steps)
    if allowance.exhausted():
        raise Problem("invalid_rows")
    return in_this_thread()


async def test_what_takes_more_than_a_few_steps_is_begun_anew_in_a_thread() -> None:
    assert await within_bounds(0, lambda: taking(FEW_STEPS - 1))
    assert not await within_bounds(0, lambda: taking(FEW_STEPS))
    assert not await within_bounds(8_000_000, lambda: taking(MOST_STEPS + 999_999))


async def test_there_is_a_bound_for_all_of_it() -> None:
    with pytest.raises(Problem) as caught:
        await within_bounds(0, lambda: taking(MOST_STEPS))
    assert caught.value.code == "invalid_rows"


async def test_there_are_no_threads_where_nobody_waits() -> None:
    token = at_once.set(True)
    try:
        assert await within_bounds(LARGE, lambda: taking(FEW_STEPS))
    finally:
        at_once.reset(token)


async def test_another_refusal_is_no_reason_to_begin_anew() -> None:
    def refused() -> None:
        assert in_this_thread()
        raise Problem("invalid_rows")

    with pytest.raises(Problem):
        await within_bounds(0, refused)


NESTED = b'{"a":' * 50 + b"1" + b"}" * 50
MAPPINGS = {
    "searches": ([{"property": "p", "from": "$..a..a..a"}], b"[" + b",".join([NESTED] * 30) + b"]"),
    "plain paths": (
        [{"property": f"p{number}", "from": "$.lines[*].a"} for number in range(200)],
        b'{"lines": [' + b",".join([b'{"a":1}'] * 20_000) + b"]}",
    ),
}


@pytest.mark.parametrize(("mapping", "body"), MAPPINGS.values(), ids=MAPPINGS)
async def test_a_mapping_that_multiplies_is_refused(
    open_front: OpenFront, mapping: list[dict[str, str]], body: bytes
) -> None:
    methods = {"POST": {"input": {"mapping": mapping, "validation": {"root": {}}}}}
    front = open_front(endpoint(authentication="None", methods=methods), max_body_bytes=1_000_000)
    reply = await answer(front, body=body)
    assert (reply.status, reply.code) == (400, "invalid_rows")
