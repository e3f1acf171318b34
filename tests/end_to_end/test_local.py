"""The same payloads without a cluster: `tidegate up` stores each, gives it back, and has it still after kill -9."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.controlplane.ports import free_port
from tests.end_to_end.callers import Caller
from tests.end_to_end.payloads import PAYLOADS, value
from tests.postgres import open_folder
from tests.processes import Process
from tests.waiting import eventually

MANIFEST = """
apiVersion: tidegate.dev/v1alpha1
kind: Endpoint
metadata: {name: hooks}
spec:
  group: github
  security: {authentication: None}
  methods: {post: {}, get: {}}
"""
URL = re.compile(r"http://\S+/api/endpoint/default/github/hooks\b")


@pytest.fixture
async def up() -> AsyncIterator[Process]:
    with open_folder("tidegate-up-") as folder:
        (folder / "manifests").mkdir()
        (folder / "manifests" / "hooks.yaml").write_text(MANIFEST)
        options = ("--data", str(folder / "data"), "--listen", f"127.0.0.1:{free_port()}")
        async with Process("up", str(folder / "manifests"), *options, env={}, log=folder / "up.log") as process:
            yield process


async def serving(process: Process, session: aiohttp.ClientSession, times: int) -> Caller:
    """A caller of the endpoint, once it has been printed for the nth time."""
    await eventually(lambda: len(URL.findall(process.output)) >= times, within=60)
    caller = Caller(session, URL.findall(process.output)[-1], {})
    await eventually(lambda: answers(caller), within=30)
    return caller


async def answers(caller: Caller) -> bool:
    return await caller.status() == 200


async def test_every_payload_is_stored_and_survives_kill_9(up: Process) -> None:
    async with aiohttp.ClientSession() as session:
        caller = await serving(up, session, 1)
        stored = {(await caller.post(payload))[0]: name for name, payload in PAYLOADS.items()}
        printed = len(URL.findall(up.output))
        await up.kill()
        await up.start()
        caller = await serving(up, session, printed + 1)
        for id_, name in stored.items():
            assert await caller.read(id_) == value(PAYLOADS[name])
        assert {item["ID"] async for item in caller.items()} == stored.keys()
    assert await up.stop() == 0
