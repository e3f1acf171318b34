"""The bodies that a gateway holds at a time are bounded together, whatever becomes of their requests."""

import zlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import pytest

from tests.gateway.config.samples import endpoint_row
from tests.gateway.serving import ORDERS, Caller, serving
from tests.gateway.wire import connected
from tests.waiting import eventually
from tidegate_gateway.front.room import FREE_BYTES, Room
from tidegate_gateway.problems import Problem

KB = 1024
OPEN = endpoint_row(authentication="None", methods={"POST": {}, "GET": {}})
HEAD = b"POST " + ORDERS.encode() + b" HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999\r\n"


def text_of(size: int) -> bytes:
    return b'"' + b"a" * (size - 2) + b'"'


def packed(size: int) -> bytes:
    """What decodes to so many bytes of an unfinished body."""
    packer = zlib.compressobj()
    return packer.compress(text_of(size)) + packer.flush(zlib.Z_SYNC_FLUSH)


async def held(caller: Caller) -> float:
    """What the gateway says that it holds."""
    lines = (await caller.admin("/metrics")).body.decode().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("tidegate_bodies_held_bytes "))
    return float(found)


async def holds(caller: Caller, least: int, most: int) -> None:
    async def probe() -> bool:
        return least <= await held(caller) <= most

    await eventually(probe)


@pytest.mark.parametrize(
    ("header", "body"),
    [(b"", text_of(800 * KB)), (b"content-encoding: deflate\r\n", packed(800 * KB))],
    ids=["as it is", "encoded"],
)
async def test_a_body_for_which_there_is_no_room_is_told_to_come_later(
    database_url: str, header: bytes, body: bytes
) -> None:
    async with serving(database_url, OPEN, max_bodies_mb=1) as caller:
        async with connected(caller.gateway.url) as (_, writer):
            writer.write(HEAD + header + b"\r\n" + body)
            await holds(caller, 700 * KB, 800 * KB)
            refused = await caller.send("POST", data=text_of(400 * KB))
            assert (refused.status, refused.json["code"], refused.headers["retry-after"]) == (503, "unavailable", "1")
            assert (await caller.send("POST", data=text_of(FREE_BYTES))).status == 201
            await holds(caller, 700 * KB, 800 * KB)
        await holds(caller, 0, 0)
        assert (await caller.send("POST", data=text_of(400 * KB))).status == 201
        await holds(caller, 0, 0)


async def test_room_is_given_back_however_a_request_ends(database_url: str) -> None:
    small = endpoint_row("small", authentication="None", methods={"POST": {}}, max_message_bytes=200 * KB)
    async with serving(database_url, OPEN, small, max_bodies_mb=1) as caller:
        large = text_of(300 * KB)
        sent: list[tuple[int, str, Any]] = [
            (201, ORDERS, large),
            (400, ORDERS, large[:-1]),
            (400, ORDERS.replace("orders", "small"), chunked(large)),
        ]
        for status, path, body in sent:
            assert (await caller.send("POST", path, data=body)).status == status
            await holds(caller, 0, 0)


async def chunked(body: bytes) -> AsyncIterator[bytes]:
    """A body whose length is not told."""
    for at in range(0, len(body), 50 * KB):
        yield body[at : at + 50 * KB]


async def test_a_body_that_is_alone_has_room(database_url: str) -> None:
    async with serving(database_url, OPEN, max_bodies_mb=1) as caller:
        assert (await caller.send("POST", data=BytesIO(text_of(1500 * KB)))).status == 201


def test_small_bodies_need_no_room() -> None:
    room = Room(1)
    for _ in range(3):
        room.share().grow(FREE_BYTES)
    assert room.held == 0


def test_room_is_shared_and_given_back() -> None:
    room = Room(5 * FREE_BYTES)
    one, other = room.share(), room.share()
    one.grow(2 * FREE_BYTES)
    one.grow(3 * FREE_BYTES)
    other.grow(2 * FREE_BYTES)
    assert room.held == room.most
    with pytest.raises(Problem, match="try again"):
        other.grow(2 * FREE_BYTES + 1)
    for _ in range(2):
        one.give_back()
    assert room.held == 2 * FREE_BYTES
    other.grow(4 * FREE_BYTES)
    other.give_back()
    assert room.held == 0
