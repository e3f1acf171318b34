"""Following: one look at a time, storms of notifications come to one look, and no error ends it."""

import asyncio
from functools import partial

import asyncpg
import pytest
import structlog

from tests.gateway.config.running import NEVER, cut_listeners
from tests.gateway.config.wire import wire
from tests.waiting import eventually
from tidegate_gateway.config import listen
from tidegate_gateway.config.follow import Follower
from tidegate_gateway.config.listen import Listener
from tidegate_gateway.data.errors import Unavailable

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


class Looker:
    """Counts looks; each waits until the gate is open, and fails with `error` if there is one."""

    def __init__(self) -> None:
        self.looks = self.done = self.at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.error: Exception | None = None

    def has_done(self, looks: int) -> bool:
        return self.done == looks

    async def look(self) -> None:
        self.looks += 1
        self.at_once += 1
        assert self.at_once == 1
        await self.gate.wait()
        self.at_once -= 1
        if self.error:
            raise self.error
        self.done += 1


async def test_a_storm_of_notifications_is_one_more_look(database_url: str) -> None:
    looker = Looker()
    follower = Follower(database_url, "any", looker.look, NEVER)
    follower.start()
    await eventually(lambda: looker.done)
    looker.gate.clear()
    follower.wake()
    await eventually(lambda: looker.at_once)
    looks = looker.looks
    for _ in range(500):
        follower.wake()
    looker.gate.set()
    await eventually(lambda: not looker.at_once and looker.looks > looks)
    for _ in range(20):
        await asyncio.sleep(0)
    assert looker.looks == looks + 1
    await follower.stop()


async def test_every_notification_of_the_channel_and_no_other_is_a_reason_to_look(
    pool: asyncpg.Pool, database_url: str
) -> None:
    looker = Looker()
    follower = Follower(database_url, "mine", looker.look, NEVER)
    follower.start()
    await eventually(lambda: looker.done and follower.connections)
    for wanted in range(looker.done + 1, looker.done + 4):
        await pool.execute("SELECT pg_notify('other', ''), pg_notify('mine', '')")
        await eventually(partial(looker.has_done, wanted))
    await follower.stop()


@pytest.mark.parametrize("error", [Unavailable(), ZeroDivisionError()])
async def test_an_error_is_logged_and_the_next_look_comes(error: Exception) -> None:
    looker = Looker()
    looker.error = error
    with structlog.testing.capture_logs() as logs:
        follower = Follower(NOWHERE, "any", looker.look, 0.01)
        follower.start()
        await eventually(lambda: looker.looks > 2)
        looker.error = None
        await eventually(lambda: looker.done)
        await follower.stop()
    assert {entry["event"] for entry in logs} >= {
        "cannot keep up" if isinstance(error, Unavailable) else "keeping up failed"
    }


async def test_a_database_that_stays_away_is_said_once() -> None:
    looker = Looker()
    looker.error = Unavailable()
    with structlog.testing.capture_logs() as logs:
        follower = Follower(NOWHERE, "any", looker.look, 0.01)
        follower.start()
        await eventually(lambda: looker.looks > 5)
        await follower.stop()
    assert [entry["event"] for entry in logs].count("cannot keep up") == 1


async def test_stopping_ends_a_look_that_hangs(database_url: str) -> None:
    looker = Looker()
    looker.gate.clear()
    follower = Follower(database_url, "any", looker.look, NEVER)
    follower.start()
    await eventually(lambda: looker.looks)
    await follower.stop()
    looker.gate.set()
    assert looker.done == 0


async def test_connections_are_counted_and_each_is_a_reason_to_look(pool: asyncpg.Pool, database_url: str) -> None:
    looker = Looker()
    follower = Follower(database_url, "any", looker.look, NEVER)
    follower.start()
    await eventually(lambda: follower.connections == 1 and looker.done)
    done = looker.done
    await cut_listeners(pool)
    await eventually(lambda: follower.connections == 2 and looker.done > done)
    await follower.stop()


async def test_a_connection_that_died_without_a_word_is_probed(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listen, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(listen, "ANSWER_SECONDS", 0.2)
    async with wire(database_url) as cable:
        listener = Listener(cable.url, "any", lambda: None)
        listening = asyncio.create_task(listener.run())
        await eventually(lambda: listener.connections == 1)
        cable.mute()
        await eventually(lambda: listener.connections == 2)
        listening.cancel()


async def test_an_unusable_url_is_said_without_showing_it() -> None:
    with structlog.testing.capture_logs() as logs:
        listening = asyncio.create_task(Listener("hunter2", "any", lambda: None).run())
        await eventually(lambda: logs)
        listening.cancel()
    assert logs[0]["event"] == "listening failed"
    assert "hunter2" not in str(logs)
