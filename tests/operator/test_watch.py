"""Kopf as the informer, against a real API server: its events arrive, and each of its traps does no harm."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import kopf
import pytest

from tests.operator.inside import Inside, api_server
from tests.operator.relay import Relay, relayed
from tests.operator.running import Site, endpoint
from tests.waiting import eventually
from tidegate_operator.watch import settings

MANY = 30


@pytest.fixture
async def through(own: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Relay, Inside]]:
    """The parts of an operator; Kopf alone reaches the API server through a relay. No list comes by itself."""
    with relayed(own.kubeconfig, tmp_path) as (relay, kubeconfig):
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
        async with api_server(own.kubeconfig) as api:
            yield relay, Inside(api, own.pool, [own.namespace])


async def test_events_arrive_without_a_list(own: Site, through: tuple[Relay, Inside]) -> None:
    _, inside = through
    async with inside.running(watching=True):
        await own.apply(endpoint("comes"))
        await eventually(lambda: _serves(own, {"comes"}))
        await own.apply(endpoint("comes", paused=True))
        await eventually(lambda: _is_paused(own, "comes"))
        await own.delete("Endpoint", "comes")
        await eventually(lambda: _serves(own, set()))


async def test_events_are_not_logged_one_by_one(
    own: Site, through: tuple[Relay, Inside], caplog: pytest.LogCaptureFixture
) -> None:
    _, inside = through
    with caplog.at_level(logging.INFO):
        async with inside.running(watching=True):
            await own.apply(endpoint("quiet"))
            await eventually(lambda: _serves(own, {"quiet"}))
    assert "quiet" not in caplog.text


async def test_an_outage_is_one_line_a_watch(
    own: Site, through: tuple[Relay, Inside], caplog: pytest.LogCaptureFixture
) -> None:
    relay, inside = through
    async with inside.running(watching=True):
        await own.apply(endpoint("first"))
        await eventually(lambda: _serves(own, {"first"}))
        relay.busy()
        await eventually(lambda: relay.refused > 3 * 7)
        relay.open()
        await own.apply(endpoint("second"))
        await eventually(lambda: _serves(own, {"first", "second"}))
    attempts = [record.getMessage() for record in caplog.records if "Request attempt" in record.getMessage()]
    assert 0 < len(attempts) <= 7
    assert all(attempt.startswith("Request attempt #1/") for attempt in attempts)


async def test_a_watch_that_falls_silent_is_made_up_for_by_the_list(own: Site, through: tuple[Relay, Inside]) -> None:
    relay, inside = through
    await own.apply(endpoint("goes"))
    async with inside.running(watching=True):
        await own.apply(endpoint("seen"))
        await eventually(lambda: _serves(own, {"goes", "seen"}))
        relay.silence()
        await own.delete("Endpoint", "goes")
        await own.apply(endpoint("comes"))
        inside.relister.touch()  # as every minute
        await eventually(lambda: _serves(own, {"comes", "seen"}))


async def test_a_connection_that_breaks_within_the_first_list_loses_nothing(
    own: Site, through: tuple[Relay, Inside]
) -> None:
    relay, inside = through
    names = {f"many-{number}" for number in range(MANY)}
    async with inside.running(watching=False):  # its own list finds no Endpoint
        await asyncio.gather(*(own.apply(endpoint(name)) for name in names))
        relay.break_off_after(MANY * 1000)  # an Endpoint is longer than that, with its managed fields
        watching = asyncio.create_task(inside.watch.run([own.namespace]))
        await eventually(lambda: _serves(own, names))
        assert relay.broken == 1
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_a_token_that_is_no_longer_valid_ends_the_watch(
    own: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = own.kubeconfig.read_text()
    token = content.partition("token: ")[2].partition("\n")[0]
    bad = tmp_path / "bad.kubeconfig"
    bad.write_text(content.replace(token, "no-such-token"))
    monkeypatch.setenv("KUBECONFIG", str(bad))
    async with api_server(own.kubeconfig) as api:
        inside = Inside(api, own.pool, [own.namespace])
        async with inside.running(watching=False):
            async with asyncio.timeout(20):
                with pytest.raises(kopf.LoginError):
                    await inside.watch.run([own.namespace])


def test_the_settings_are_those_that_were_found_to_work() -> None:
    chosen = settings()
    assert chosen.peering.standalone
    assert chosen.scanning.disabled
    assert not chosen.posting.enabled
    assert chosen.watching.initial_streaming is False
    assert isinstance(chosen.watching.server_timeout, int)
    assert chosen.process.ultimate_exiting_timeout is None
    backoffs = chosen.networking.error_backoffs
    assert isinstance(backoffs, tuple)
    assert sum(backoffs) > 600


async def _serves(site: Site, names: set[str]) -> bool:
    return await site.served() == names


async def _is_paused(site: Site, name: str) -> bool:
    config = await site.config("Endpoint", name)
    return bool(config["paused"])
