"""Answers leave in one piece, and nothing that was written is lost."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tidegate_gateway.corked import Corked


class Recorder(asyncio.Protocol):
    """Keeps the pieces that came."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.ended = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.pieces.append(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set()


@asynccontextmanager
async def pair() -> AsyncIterator[tuple[Corked, Recorder]]:
    """A corked transport, and what its other end receives. Datagrams keep apart what was sent apart."""
    loop = asyncio.get_running_loop()
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for one in (ours, theirs):
        one.setblocking(False)
    recorder = Recorder()
    transport, _ = await loop.create_connection(asyncio.Protocol, sock=_stream(ours))
    other, _ = await loop.create_connection(lambda: recorder, sock=_stream(theirs))
    yield Corked(transport, loop), recorder
    transport.close()
    other.close()
    await recorder.ended.wait()


def _stream(one: socket.socket) -> socket.socket:
    """The loop takes sockets of the kind SOCK_STREAM only, and treats them as this one wants to be treated."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fileno=one.detach())


async def arrived(recorder: Recorder, size: int) -> list[bytes]:
    async with asyncio.timeout(5):
        while sum(map(len, recorder.pieces)) < size:  # noqa: ASYNC110 - the protocol has no other way to tell
            await asyncio.sleep(0)
    return recorder.pieces


async def test_what_is_written_in_one_turn_is_one_piece() -> None:
    async with pair() as (corked, recorder):
        corked.write(b"head")
        corked.write(b"body")
        assert await arrived(recorder, 8) == [b"headbody"]


async def test_what_is_written_in_two_turns_is_two_pieces() -> None:
    async with pair() as (corked, recorder):
        corked.write(b"one")
        await arrived(recorder, 3)
        corked.write(b"two")
        assert await arrived(recorder, 6) == [b"one", b"two"]


async def test_what_was_written_is_sent_before_the_end() -> None:
    async with pair() as (corked, recorder):
        corked.write(b"last words")
        corked.close()
        await recorder.ended.wait()
        assert recorder.pieces == [b"last words"]


async def test_what_is_written_after_the_end_is_dropped() -> None:
    async with pair() as (corked, recorder):
        corked.close()
        corked.write(b"too late")
        await recorder.ended.wait()
        assert corked.is_closing()
        assert recorder.pieces == []
