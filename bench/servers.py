"""The servers that are compared, each a process of its own: `python -m bench.servers <case> <database URL>`.

A server writes one line of JSON, a Target, and serves until it is ended.
"""

import asyncio
import hashlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
import uvicorn
import uvloop
from fastapi import FastAPI, Request
from pydantic import SecretStr

from bench.endpoints import everything
from bench.target import Target
from tidegate_gateway.app import Gateway
from tidegate_gateway.asgi import ASGIApp, Receive, Scope, Send
from tidegate_gateway.config.model import EndpointConfig, MethodConfig, TokenDigest
from tidegate_gateway.config.publish import Publisher
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.data.datum import Datum
from tidegate_gateway.data.ids import new_id
from tidegate_gateway.data.pool import connect
from tidegate_gateway.data.sql import load
from tidegate_gateway.data.writer import Writer
from tidegate_gateway.logs import set_up_logging
from tidegate_gateway.process import tune_gc
from tidegate_gateway.settings import Settings

QUERIES = load("bench", "queries.sql")
ENDPOINT, EVERYTHING = uuid4(), uuid4()
CONNECTIONS = 16


async def by_hand(url: str) -> None:
    """The baseline: a raw ASGI application and one INSERT a request."""
    async with connect(url, size=CONNECTIONS) as pool:
        await _serve(_raw(lambda body: pool.fetchval(QUERIES.insert_one, new_id(), ENDPOINT, body)))


async def by_fastapi(url: str) -> None:
    """The same as most people would write it."""
    app = FastAPI()
    async with connect(url, size=CONNECTIONS) as pool:

        @app.post("/", status_code=201)
        async def post(request: Request) -> dict[str, str]:
            id_ = await pool.fetchval(QUERIES.insert_one, new_id(), ENDPOINT, await request.body())
            return {"ID": str(id_)}

        await _serve(app)


async def by_writer(url: str) -> None:
    """The writer alone: a raw ASGI application that parses, and commits in groups."""
    async with connect(url) as pool:
        writer = Writer(pool)
        writer.start()

        async def store(body: bytes) -> object:
            orjson.loads(body)
            id_ = new_id()
            await writer.write(Datum(id_, ENDPOINT, "POST", None, None, None, body, None))
            return id_

        await _serve(_raw(store))
        await writer.close()


async def by_tidegate(url: str) -> None:
    """A whole gateway as `tidegate gateway` runs it, with an endpoint that wants a token and bounds the size."""
    await _gateway(url, "orders", ENDPOINT)


async def by_everything(url: str) -> None:
    """The same with addresses, a schema of 20 properties, a mapping of 10 and two indexes."""
    await _gateway(url, "everything", EVERYTHING, **everything(str(EVERYTHING)))


async def _gateway(url: str, name: str, uid: UUID, **config: Any) -> None:
    set_up_logging(Path(os.devnull).open("wb"))  # noqa: SIM115 - until the end; each request is still a line
    tune_gc()
    token = secrets.token_urlsafe(16)
    digest = TokenDigest(name="primary", methods=("POST",), digests=(hashlib.sha256(token.encode()).hexdigest(),))
    usual = {"namespace": "bench", "name": name, "company": "bench", "group": "shop", "slug": name}
    bounds = {"tokens": (digest,), "max_message_bytes": 65_536, "methods": {"POST": MethodConfig()}}
    row = make_row(EndpointConfig.model_validate(usual | bounds | config), str(uid), 1)
    async with connect(url) as pool:
        publisher = Publisher(pool)
        await publisher.publish({row.ref: row}, await publisher.take_over(), delete=False)
    local = "127.0.0.1:0"
    gateway = Gateway(Settings(database_url=SecretStr(url), listen=local, admin_listen=local))
    await gateway.start()
    while not (await gateway.readiness()).ready:  # noqa: ASYNC110 - it can only be asked
        await asyncio.sleep(0.05)
    port = int(gateway.url.rpartition(":")[2])
    _announce(Target(port, f"/api/endpoint/bench/shop/{name}", {"authorization": f"Bearer {token}"}))
    await asyncio.Event().wait()


CASES: dict[str, Callable[[str], Coroutine[Any, Any, None]]] = {
    "raw ASGI, one INSERT a request": by_hand,
    "FastAPI, one INSERT a request": by_fastapi,
    "raw ASGI, Tidegate's writer": by_writer,
    "Tidegate": by_tidegate,
    "Tidegate, everything at once": by_everything,
}


def _raw(store: Callable[[bytes], Awaitable[object]]) -> ASGIApp:
    async def app(_scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        answer = b'{"ID":"%b"}' % str(await store(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 201, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


async def _serve(app: ASGIApp | FastAPI) -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    _announce(Target(listening.getsockname()[1], "/", {}))
    config = uvicorn.Config(app, loop="none", http="httptools", lifespan="off", log_level="warning", access_log=False)
    await uvicorn.Server(config).serve([listening])


def _announce(target: Target) -> None:
    print(json.dumps(target), flush=True)


if __name__ == "__main__":
    uvloop.run(CASES[sys.argv[1]](sys.argv[2]))
