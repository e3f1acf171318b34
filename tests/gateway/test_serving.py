"""What reaches the front door through uvicorn: requests that clients really send, and some that only enemies do."""

import asyncio
import socket

import pytest

from tests.gateway.config.samples import endpoint_row
from tests.gateway.logs import Logs
from tests.gateway.serving import ORDERS, serving
from tests.gateway.wire import HUNG_UP, exchange, statuses
from tests.waiting import eventually
from tidegate_gateway.api.app import create_api
from tidegate_gateway.http_protocol import MOST_HEAD_BYTES
from tidegate_gateway.serving import AddressError, Serving

OPEN = endpoint_row(authentication="None", methods={"POST": {}, "GET": {}}, max_message_bytes=1000)
POST = b"POST " + ORDERS.encode() + b" HTTP/1.1\r\nhost: x\r\n"
LAST = b"connection: close\r\n"


async def test_a_body_may_come_in_chunks(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        head = POST + LAST + b"transfer-encoding: chunked\r\n\r\n"
        fine = await exchange(caller.gateway.url, head, b"3\r\n[1,\r\n", b"2\r\n2]\r\n", b"0\r\n\r\n")
        assert statuses(fine) == [201]
        many = await exchange(caller.gateway.url, head, b"400\r\n" + b" " * 1024 + b"\r\n" + b"0\r\n\r\n")
        assert statuses(many) == [400]
        assert b'"code":"too_large"' in many


async def test_a_caller_that_asks_first_is_told_not_to_send_too_much(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        expecting = POST + LAST + b"expect: 100-continue\r\n"
        refused = await exchange(caller.gateway.url, expecting + b"content-length: 1001\r\n\r\n", until=b"too_large")
        assert statuses(refused) == [400]
        taken = await exchange(caller.gateway.url, expecting + b"content-length: 2\r\n\r\n", b"{}")
        assert statuses(taken) == [100, 201]


async def test_clients_that_offer_http_2_are_served_in_http_1(database_url: str, logs: Logs) -> None:
    offering = POST + b"connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n"
    counted = offering + b"content-length: 9\r\n\r\n"
    chunked = offering + b"transfer-encoding: chunked\r\n\r\n"
    last = POST + LAST + b"content-length: 2\r\n\r\n{}"
    async with serving(database_url, OPEN) as caller:
        url = caller.gateway.url
        assert statuses(await exchange(url, counted + b'"counted"' + last)) == [201, 201]
        assert statuses(await exchange(url, counted, b'"cou', b'nted"' + last)) == [201, 201]
        assert statuses(await exchange(url, chunked, b"2\r\n[1\r\n", b"1\r\n]\r\n0\r\n\r\n" + last)) == [201, 201]
        listing = offering.replace(b"POST", b"GET") + b"\r\n"
        assert statuses(await exchange(url, listing * 2 + last)) == [200, 200, 201]
        assert statuses(await exchange(url, chunked, b"nonsense\r\n")) == [400]
    bodies = [line["bytes"] for line in logs.lines("request") if line["method"] == "POST"]
    assert bodies[:6] == [9, 2, 9, 2, 3, 2]


async def test_requests_may_follow_each_other_without_waiting(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        one = POST + b"content-length: 2\r\n\r\n{}"
        answer = await exchange(caller.gateway.url, one * 3 + POST + LAST + b"content-length: 2\r\n\r\n{}")
        assert statuses(answer) == [201] * 4


async def test_a_connection_goes_on_after_a_refusal_whose_body_nobody_read(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        large = POST + b"content-length: 5000\r\n\r\n" + b"x" * 5000
        answer = await exchange(caller.gateway.url, large + POST + LAST + b"content-length: 2\r\n\r\n{}")
        assert statuses(answer) == [400, 201]


async def test_what_is_no_http_is_refused_without_an_error(database_url: str, logs: Logs) -> None:
    async with serving(database_url, OPEN) as caller:
        for request in (
            b"nonsense\r\n\r\n",
            POST.replace(b"orders", b"\xff") + b"\r\n",
            POST + b"content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
            POST + b"content-length: x\r\n\r\n",
            b"CONNECT x:1 HTTP/1.1\r\n\r\n",
        ):
            assert statuses(await exchange(caller.gateway.url, request)) == [400], request
    assert [line for line in logs.lines() if line["level"] == "error"] == []


async def test_an_absolute_target_means_its_path(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        request = b"GET http://elsewhere" + ORDERS.encode() + b"?limit=1 HTTP/1.1\r\nhost: x\r\n" + LAST + b"\r\n"
        assert statuses(await exchange(caller.gateway.url, request)) == [200]


async def test_headers_may_not_fill_the_memory(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        header = b"x-filler: " + b"a" * 1000 + b"\r\n"
        kept = POST + header * 10 + LAST + b"content-length: 2\r\n\r\n{}"
        assert statuses(await exchange(caller.gateway.url, kept)) == [201]
        endless = [header * 20] * (MOST_HEAD_BYTES // 10_000)
        assert statuses(await trickle(caller.gateway.url, POST, *endless)) == [431]


async def test_many_small_heads_are_not_one_large_one(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        one = b"GET /nowhere HTTP/1.1\r\nhost: x\r\nx-filler: " + b"a" * 3000 + b"\r\n\r\n"
        text = one * 40 + one.replace(b"host: x", b"connection: close")
        cuts = range(0, len(text), 50_000)
        answer = await trickle(caller.gateway.url, *(text[at : at + 50_000] for at in cuts))
        assert statuses(answer) == [404] * 41


async def trickle(url: str, *parts: bytes) -> bytes:
    """As `exchange`, with a pause behind each part, so that the other end reads them one by one."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    reading = asyncio.ensure_future(reader.read())
    for part in parts:
        if not reading.done():
            writer.write(part)
            await asyncio.wait((reading,), timeout=0.02)
    try:
        async with asyncio.timeout(10):
            return await reading
    finally:
        writer.close()


@pytest.mark.parametrize("listen", ["8080", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536"])
async def test_an_address_that_is_none_says_how_to_write_one(listen: str) -> None:
    with pytest.raises(AddressError, match="is no address to listen on: write host:port, such as"):
        await Serving(create_api(), listen).start()


async def test_an_ipv6_address_stands_in_brackets() -> None:
    async with Serving(create_api(), "[::1]:0") as listening:
        assert listening.address.startswith("[::1]:")
        with socket.create_connection(("::1", int(listening.address.rpartition(":")[2]))):
            pass


async def test_stopping_cuts_idle_connections_and_waits_for_no_one_else(database_url: str) -> None:
    async with serving(database_url, OPEN) as caller:
        host, _, port = caller.gateway.url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n")
        await eventually(lambda: reader.readuntil(b"}"))
        await caller.gateway.stop()
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()


async def test_a_header_does_not_make_a_local_caller_somebody_else(database_url: str) -> None:
    elsewhere = endpoint_row(authentication="None", methods={"POST": {}}, allowed_ips=("10.1.2.3",))
    async with serving(database_url, elsewhere) as caller:
        spoofed = POST + LAST + b"x-forwarded-for: 10.1.2.3\r\ncontent-length: 2\r\n\r\n{}"
        assert statuses(await exchange(caller.gateway.url, spoofed)) == [403]


async def test_a_trailer_is_no_header(database_url: str) -> None:
    elsewhere = endpoint_row(authentication="None", methods={"POST": {}}, allowed_ips=("10.1.2.3",))
    async with serving(database_url, elsewhere, trusted_proxies=1) as caller:
        head = POST + LAST + b"x-forwarded-for: 203.0.113.9\r\ntransfer-encoding: chunked\r\n\r\n"
        trailer = b"0\r\nx-forwarded-for: 10.1.2.3\r\n\r\n"
        assert statuses(await exchange(caller.gateway.url, head + b"2\r\n{}\r\n" + trailer)) == [403]


async def test_a_length_of_thousands_of_zeros_is_a_length(database_url: str, logs: Logs) -> None:
    async with serving(database_url, OPEN) as caller:
        long = POST + LAST + b"content-length: " + b"0" * 5000 + b"2\r\n\r\n{}"
        assert statuses(await exchange(caller.gateway.url, long)) == [201]
    assert not logs.lines("request failed")


@pytest.mark.parametrize(
    "sent", [b"", b"POST / HTTP/1.1\r\nhost:", POST + b"content-length: 10\r\n\r\n{"], ids=["nothing", "head", "body"]
)
async def test_a_caller_that_sends_no_more_is_hung_up_on(
    database_url: str, sent: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidegate_gateway.http_protocol.HEAD_SECONDS", 0.2)
    monkeypatch.setattr("tidegate_gateway.http_protocol.SILENT_SECONDS", 0.2)
    async with serving(database_url, OPEN) as caller:
        reader, writer = await asyncio.open_connection(*caller.gateway.url.removeprefix("http://").split(":"))
        writer.write(sent)
        async with asyncio.timeout(10):
            with pytest.raises(HUNG_UP):
                await reader.readexactly(1)
        writer.close()


async def test_a_caller_who_waits_for_an_answer_is_waited_with(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tidegate_gateway.http_protocol.HEAD_SECONDS", 0.0)
    monkeypatch.setattr("tidegate_gateway.http_protocol.SILENT_SECONDS", 0.0)
    async with serving(database_url, OPEN) as caller:
        last = POST + b"content-length: 2\r\n\r\n{}"
        reader, writer = await asyncio.open_connection(*caller.gateway.url.removeprefix("http://").split(":"))
        for _ in range(3):
            writer.write(last)
            assert (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 201")
            await asyncio.sleep(1.2)  # idle between requests, which is not for this bound to end
        writer.close()
        await writer.wait_closed()


async def test_more_connections_than_there_are_files_for_are_turned_away(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(database_url, OPEN) as caller:
        monkeypatch.setattr("tidegate_gateway.http_protocol.most_connections", lambda: 1)
        place = caller.gateway.url.removeprefix("http://").split(":")
        _, first = await asyncio.open_connection(*place)
        second, writer = await asyncio.open_connection(*place)
        with pytest.raises(HUNG_UP):
            await second.readexactly(1)
        for one in (first, writer):
            one.close()
