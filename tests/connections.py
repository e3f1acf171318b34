"""What is still open in an event loop. It must be nothing when the loop ends, or some later test fails for it."""

import asyncio
from typing import Any

from tests.waiting import eventually


async def all_closed() -> None:
    """Wait until this loop has no connection any more.

    TLS takes leave of its peer after whoever closed the connection has gone on, and nobody waits for it if that was
    because a request was cancelled: aiohttp waits for the connections alone that are idle or in use at the end.
    """
    await asyncio.sleep(0)  # what was accepted in this turn of the loop is a connection from the next one on
    await eventually(lambda: not still_open())


def still_open() -> list[asyncio.Transport]:
    """The connections of this loop. The loop knows them, and has no public way to ask for them."""
    loop: Any = asyncio.get_running_loop()
    return [transport for transport in loop._transports.values() if transport.get_extra_info("socket").fileno() >= 0]
