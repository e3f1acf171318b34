"""The hold-off opens after quiet, and at the latest at its cap. Time is the loop's own, read, never slept against."""

import asyncio

from tidegate_operator.hold_off import HoldOff


async def test_it_waits_for_the_first_touch() -> None:
    hold_off = HoldOff(0.0, 0.0)
    waiter = asyncio.create_task(hold_off.settled())
    await asyncio.sleep(0)
    assert not waiter.done()
    hold_off.touch()
    await waiter


async def test_touches_during_the_wait_prolong_it_but_not_beyond_the_cap() -> None:
    loop = asyncio.get_running_loop()
    hold_off = HoldOff(0.05, 0.15)
    hold_off.touch()
    started = loop.time()
    waiter = asyncio.create_task(hold_off.settled())
    while not waiter.done():
        hold_off.touch()
        await asyncio.sleep(0.005)
    assert loop.time() - started >= 0.15


async def test_a_touch_after_it_opened_opens_it_again() -> None:
    hold_off = HoldOff(0.0, 0.0)
    hold_off.touch()
    await hold_off.settled()
    waiter = asyncio.create_task(hold_off.settled())
    await asyncio.sleep(0)
    assert not waiter.done()
    hold_off.touch()
    await waiter
