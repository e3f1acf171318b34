"""How long a connection is held for a caller who owes a request, takes no answer, or has more to say than is read."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.gateway.config.samples import endpoint_row
from tests.gateway.serving import ORDERS, serving
from tests.gateway.wire import HUNG_UP, connected, exchange, statuses
from tests.waiting import eventually
from tidegate_gateway import http_protocol, lingering
from tidegate_gateway import serving as serving_module
from tidegate_gateway.asgi import Answer, ASGIApp, Receive, Scope, Send, send_answer
from tidegate_gateway.serving import Serving

GUARDED = endpoint_row(methods={"POST": {}})
OPEN = endpoint_row(authentication="None", methods={"POST": {}, "GET": {}})
POST = b"POST " + ORDERS.encode() + b" HTTP/1.1\r\nhost: x\r\n"
GET = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"
MEGABYTE = 1024 * 1024


async def refuses(_: Scope, __: Receive, send: Send) -> None:
    """An application that reads no body."""
    await send_answer(send, Answer(401, body=b"no."))


async def answers_largely(_: Scope, __: Receive, send: Send) -> None:
    """An application with more to say than sockets hold."""
    await send_answer(send, Answer(200, body=b"x" * 30 * MEGABYTE))


async def reads(_: Scope, receive: Receive, send: Send) -> None:
    """An application that reads to the end."""
    while (message := await receive()).get("more_body"):
        pass
    if message["type"] == "http.request":
        await send_answer(send, Answer(200, body=b"yes."))


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """The URL of an application."""
    async with Serving(app, "127.0.0.1:0") as served:
        yield f"http://{served.address}"


@pytest.mark.parametrize("sent", [b"\r\n", b"\r\n\r\n\r\n"])
async def test_an_empty_line_keeps_no_idle_connection(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving_module, "KEEP_ALIVE_SECONDS", 1)
    async with listening(refuses) as url, connected(url) as (reader, writer):
        writer.write(GET)
        assert (await reader.readuntil(b"no.")).startswith(b"HTTP/1.1 401")
        writer.write(sent)
        async with asyncio.timeout(10):
            assert await reader.read() == b""


async def test_empty_lines_are_no_beginning_of_a_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.5)
    async with listening(refuses) as url:
        await hung_up_on_while_sending(url, b"\r\n")


async def test_a_request_may_take_longer_than_a_connection_may_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its head may even have begun before the answer to the one in front of it was there."""
    monkeypatch.setattr(serving_module, "KEEP_ALIVE_SECONDS", 1)
    async with listening(reads) as url, connected(url) as (reader, writer):
        head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n"
        writer.write(head + b"{}" + head[:10])
        await reader.readuntil(b"yes.")
        writer.write(head[10:] + b"{")
        await asyncio.sleep(1.5)
        writer.write(b"}")
        async with asyncio.timeout(10):
            assert (await reader.readuntil(b"yes.")).startswith(b"HTTP/1.1 200")


async def test_a_body_that_trickles_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "SILENT_SECONDS", 0.5)
    async with listening(reads) as url:
        await hung_up_on_while_sending(url, b"x", b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9999\r\n\r\n")


async def test_a_body_that_comes_slowly_but_steadily_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "SILENT_SECONDS", 2.0)
    async with listening(reads) as url, connected(url) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10000\r\n\r\n")
        for _ in range(10):
            await asyncio.sleep(0.4)
            writer.write(b"x" * 1000)
        async with asyncio.timeout(10):
            assert (await reader.readuntil(b"yes.")).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize("last", [b"\r\n", b"connection: close\r\n\r\n"], ids=["goes on", "closes"])
async def test_an_answer_that_nobody_takes_is_given_up(last: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "UNTAKEN_SECONDS", 0.5)
    async with listening(answers_largely) as url, connected(url) as (reader, writer):
        writer.write(GET.removesuffix(b"\r\n") + last)
        await asyncio.sleep(4)
        async with asyncio.timeout(10):
            with pytest.raises(HUNG_UP):
                await reader.readexactly(30 * MEGABYTE)


async def test_an_answer_that_is_taken_slowly_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_protocol, "UNTAKEN_SECONDS", 2.0)
    async with listening(answers_largely) as url, connected(url) as (reader, writer):
        writer.write(GET)
        await reader.readuntil(b"\r\n\r\n")
        async with asyncio.timeout(30):
            for _ in range(15):
                await reader.readexactly(2 * MEGABYTE)
                await asyncio.sleep(0.3)


async def test_a_refusal_is_the_end_where_the_body_has_not_come(database_url: str) -> None:
    async with serving(database_url, GUARDED) as caller, connected(caller.gateway.url) as (reader, writer):
        writer.write(POST + b"content-length: 100\r\n\r\n{")
        async with asyncio.timeout(10):
            answer = await reader.read()
        assert statuses(answer) == [401]
        assert b"\r\nconnection: close\r\n" in answer


async def test_a_refusal_is_no_end_where_the_body_has_come(database_url: str) -> None:
    async with serving(database_url, GUARDED) as caller, connected(caller.gateway.url) as (reader, writer):
        for _ in range(2):
            writer.write(POST + b"content-length: 2\r\n\r\n{}")
            async with asyncio.timeout(10):
                answer = await reader.readuntil(b"}")
            assert statuses(answer) == [401]
            assert b"connection:" not in answer


async def test_who_is_still_sending_can_read_the_refusal() -> None:
    """Without lingering the kernel resets the connection, and what was not read yet is gone."""
    async with listening(refuses) as url, connected(url) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n" % (20 * MEGABYTE))
        async with asyncio.timeout(20):
            for _ in range(20):
                writer.write(b"x" * MEGABYTE)
                await writer.drain()
            answer = await reader.read()
        assert statuses(answer) == [401]


async def test_what_follows_a_body_that_nobody_read_is_no_request() -> None:
    async with listening(refuses) as url, connected(url) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n")
        await reader.readuntil(b"no.")
        writer.write(b"{}" + GET)
        async with asyncio.timeout(10):
            assert await reader.read() == b""


@pytest.mark.parametrize(
    "sent", [b"POST / HTTP/1.1\r\ncontent-length: 9999\r\n\r\n", b"nonsense\r\n\r\n"], ids=["refused", "no HTTP"]
)
async def test_who_goes_on_sending_is_hung_up_on_at_last(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "MOST_LINGER_SECONDS", 0.5)
    async with listening(refuses) as url:
        await hung_up_on_while_sending(url, b"x", sent)


async def test_who_takes_long_to_send_can_read_the_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "LINGER_SECONDS", 2.0)
    async with listening(refuses) as url, connected(url) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 31\r\n\r\n")
        for _ in range(31):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.1)
        assert statuses(await reader.read()) == [401]


async def test_who_sends_without_end_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lingering, "LINGER_BYTES", MEGABYTE)
    async with listening(refuses) as url:
        chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n"
        await hung_up_on_while_sending(url, b"10000\r\n" + b"x" * 65536 + b"\r\n", chunked)


async def test_stopping_waits_for_nobody_who_was_refused() -> None:
    served = Serving(refuses, "127.0.0.1:0")
    await served.start()
    async with connected(f"http://{served.address}") as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n")
        await reader.readuntil(b"no.")
        async with asyncio.timeout(lingering.LINGER_SECONDS / 2):
            await served.stop()


async def test_a_head_that_is_no_http_is_told_so_though_more_is_coming() -> None:
    async with listening(refuses) as url:
        assert statuses(await exchange(url, b"nonsense\r\n\r\n", b"x" * MEGABYTE)) == [400]


@pytest.mark.parametrize("endless", [b"x: " + b"y" * 1000 + b"\r\n", b"y" * 1000], ids=["trailers", "a trailer"])
async def test_a_body_whose_end_does_not_end_is_not_waited_for(endless: bytes) -> None:
    chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nx: "
    async with listening(reads) as url:
        assert statuses(await exchange(url, chunked, *[endless * 100] * 20, until=b"close\r\n\r\n")) == [431]
        chunked = chunked.replace(b"2\r\n{}", b"100000\r\n" + b" " * MEGABYTE)
        assert statuses(await exchange(url, chunked, *[endless * 100] * 20, until=b"close\r\n\r\n")) == [431]


async def test_a_body_in_very_small_chunks_is_taken() -> None:
    head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n"
    async with listening(reads) as url:
        assert statuses(await exchange(url, head, *[b"1\r\n \r\n" * 10_000] * 20, b"0\r\n\r\n")) == [200]


async def hung_up_on_while_sending(url: str, piece: bytes, first: bytes = b"") -> None:
    """One piece after the other goes out, until that is not possible any more."""
    async with connected(url) as (_, writer):
        writer.write(first)

        async def over() -> bool:
            try:
                writer.write(piece)
                await writer.drain()
            except ConnectionError:
                return True
            return False

        await eventually(over)


async def test_the_connection_of_a_datum_goes_on(database_url: str) -> None:
    """A body that comes behind its head is read before there is an answer."""
    async with serving(database_url, OPEN) as caller, connected(caller.gateway.url) as (reader, writer):
        for _ in range(2):
            writer.write(POST + b"content-length: 2\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.write(b"{}")
            async with asyncio.timeout(10):
                answer = await reader.readuntil(b"}")
            assert statuses(answer) == [201]
            assert b"connection:" not in answer
