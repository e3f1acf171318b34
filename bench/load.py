"""The load: keep-alive connections, each with one request at a time, in a process of its own.

`python -m bench.load <Target as JSON> <connections> <seconds>` writes a line of JSON, a Measured.
"""

import asyncio
import json
import sys
from collections import Counter
from time import perf_counter
from typing import NamedTuple, cast

import httptools
import uvloop

from bench.target import ORDER, Target

WARM_UP_SECONDS = 1.0


class Measured(NamedTuple):
    """Of the time after the warm-up: requests a second and milliseconds a request. Of all: requests, and failures."""

    rate: float
    p50: float
    p99: float
    requests: int
    failures: int


class Connection(asyncio.Protocol):
    """Posts again as soon as it has an answer."""

    def __init__(self, request: bytes, times: list[float], statuses: Counter[int]) -> None:
        self._request, self._times, self._statuses = request, times, statuses
        self._parser = httptools.HttpResponseParser(self)
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._post()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        self._times.append(perf_counter() - self._began)
        self._statuses[self._parser.get_status_code()] += 1
        self._post()

    def connection_lost(self, exc: Exception | None) -> None:
        self.ended.set_result(None)

    def stop(self) -> None:
        self._transport.abort()

    def _post(self) -> None:
        self._began = perf_counter()
        self._transport.write(self._request)


async def measure(target: Target, connections: int, seconds: float) -> Measured:
    times: list[float] = []
    statuses: Counter[int] = Counter()
    loop = asyncio.get_running_loop()
    opened = [
        await loop.create_connection(lambda: Connection(_request(target), times, statuses), "127.0.0.1", target.port)
        for _ in range(connections)
    ]
    await asyncio.sleep(WARM_UP_SECONDS)
    warmed_up, began = len(times), perf_counter()
    await asyncio.sleep(seconds)
    took, in_order = perf_counter() - began, sorted(times[warmed_up:])
    for _, connection in opened:
        connection.stop()
    await asyncio.gather(*(connection.ended for _, connection in opened))
    p50, p99 = (1000 * in_order[int(len(in_order) * part)] for part in (0.50, 0.99))
    return Measured(len(in_order) / took, p50, p99, len(times), len(times) - statuses[201])


def _request(target: Target) -> bytes:
    headers = {
        "host": f"127.0.0.1:{target.port}",
        "content-type": "application/json",
        "content-length": str(len(ORDER)),
        **target.headers,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST {target.path} HTTP/1.1\r\n{head}\r\n".encode() + ORDER


if __name__ == "__main__":
    aim, connections, seconds = sys.argv[1:]
    print(json.dumps(uvloop.run(measure(Target(*json.loads(aim)), int(connections), float(seconds)))))
