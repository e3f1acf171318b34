"""Statuses on their way: coalesced, only when they differ, not before the gateways, and again when one was refused."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from structlog.testing import capture_logs

from tests.operator.running import endpoint
from tests.waiting import eventually
from tidegate_gateway.config.gateways import Failure, Gateway
from tidegate_gateway.config.publish import Outcome
from tidegate_operator import status_writer
from tidegate_operator.errors import ApiError
from tidegate_operator.loop import Pass
from tidegate_operator.metrics import METRICS
from tidegate_operator.status_writer import Status, StatusWriter
from tidegate_operator.store import Body, Echo, Key, Resource, Store
from tidegate_operator.translate.model import Translation, Verdict


class Shelf:
    """Where objects are kept: a write gives the object with a new version, as the API server does, or is refused."""

    def __init__(self) -> None:
        self.store = Store()
        self.version = 100
        self.written: list[tuple[str, Status]] = []
        self.noted: list[tuple[Mapping[str, Any], Status]] = []
        self.refusals: dict[str, ApiError] = {}
        self.revisions: dict[tuple[str, str], int] = {}
        self.writer = StatusWriter(
            self.store, self.write, self.store.observe, lambda _, shown, wanted: self.noted.append((shown, wanted)), ""
        )

    def body(self, name: str, generation: int = 1, status: Mapping[str, Any] | None = None) -> Body:
        self.version += 1
        made = endpoint(name) | {"status": status or {}}
        made["metadata"] |= {
            "namespace": "acme",
            "uid": f"u-{name}",
            "generation": generation,
            "resourceVersion": str(self.version),
            "creationTimestamp": "2026-01-01T00:00:00Z",
        }
        return made

    async def write(self, resource: Resource, echo: Echo, status: Status) -> Body:
        await asyncio.sleep(0)
        name = resource.key.name
        if name in self.refusals:
            raise self.refusals[name]
        self.written.append((name, status))
        return self.body(name, resource.generation, status)

    def passed(self, *names: str, generation: int = 1, revision: int = 1) -> None:
        """A pass that has published these."""
        verdicts = {}
        for name in names:
            key = Key("Endpoint", "acme", name)
            if key not in self.store.resources or self.store.resources[key].generation != generation:
                self.store.observe("Endpoint", self.body(name, generation))
            verdicts[key] = Verdict(key, f"u-{name}", generation, (), generation, f"/{name}", "POST")
        self.revisions |= {("Endpoint", f"u-{name}"): revision for name in names}
        translation = Translation({}, verdicts)
        self.writer.passed(Pass(translation, frozenset(verdicts), Outcome(revision), self.revisions, {}, False))

    @property
    def states(self) -> list[tuple[str, str]]:
        """What was written: name and reason of Ready."""
        return [(name, status["conditions"][-1]["reason"]) for name, status in self.written]


def gateway(revision: int, *failures: Failure) -> Gateway:
    return Gateway("pod", "1", revision, 0.1, failures)


@pytest.fixture
async def shelf(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shelf]:
    """A writer at work, with short times."""
    monkeypatch.setattr(status_writer, "GRACE_SECONDS", 0.1)
    monkeypatch.setattr(status_writer, "RETRY_SECONDS", 0.02)
    shelf = Shelf()
    async with at_work(shelf):
        yield shelf


@asynccontextmanager
async def at_work(shelf: Shelf) -> AsyncIterator[None]:
    task = asyncio.create_task(shelf.writer.work())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_status_is_written_once_the_gateways_have_acknowledged(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(0)])
    shelf.passed("orders", revision=1)
    await asyncio.sleep(0)
    assert shelf.written == []
    shelf.writer.gateways_changed([gateway(1)])
    await eventually(lambda: shelf.written)
    assert shelf.states == [("orders", "Ready")]


async def test_gateways_that_take_their_time_are_waited_for_no_longer_than_a_moment(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(0)])
    shelf.passed("orders", revision=1)
    await eventually(lambda: shelf.states == [("orders", "Pending")])
    shelf.writer.gateways_changed([gateway(1)])
    await eventually(lambda: shelf.states == [("orders", "Pending"), ("orders", "Ready")])


async def test_what_is_shown_already_is_not_written(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.passed("orders")
    await eventually(lambda: shelf.written)
    shelf.passed("orders")
    shelf.writer.gateways_changed([gateway(2)])
    shelf.passed("other")
    await eventually(lambda: len(shelf.written) == 2)
    assert shelf.states == [("orders", "Ready"), ("other", "Ready")]


async def test_what_somebody_else_wrote_is_put_right(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.passed("orders")
    await eventually(lambda: shelf.written)
    key, matters = shelf.store.observe("Endpoint", shelf.body("orders", status={"url": "/elsewhere"}))
    assert not matters
    shelf.writer.offer(key)
    await eventually(lambda: len(shelf.written) == 2)
    assert shelf.written[1][1]["url"] == "/orders"


async def test_nothing_is_written_of_a_generation_that_has_not_been_judged(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.passed("orders")
    shelf.store.observe("Endpoint", shelf.body("orders", generation=2))
    shelf.passed("other")
    await eventually(lambda: shelf.written)
    assert shelf.states == [("other", "Ready")]


async def test_a_change_of_one_comes_before_a_change_of_many(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.passed(*(f"many-{number}" for number in range(50)))
    shelf.passed("one")
    await eventually(lambda: len(shelf.written) == 51)
    assert [name for name, _ in shelf.written].index("one") <= 1


async def test_a_gateway_that_fails_on_one_says_so_of_that_one_alone(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.passed("orders", "other")
    await eventually(lambda: len(shelf.written) == 2)
    failure = Failure("Endpoint", "acme", "orders", "u-orders", 1, "No.")
    shelf.writer.gateways_changed([gateway(1, failure)])
    await eventually(lambda: shelf.states[2:] == [("orders", "NotCompiled")])
    shelf.writer.gateways_changed([gateway(1)])
    await eventually(lambda: shelf.states[3:] == [("orders", "Ready")])


async def test_an_overload_is_waited_out_and_logged_once(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    names = [f"one-{number}" for number in range(5)]
    shelf.refusals = dict.fromkeys(names, ApiError("Writing", 503, "busy"))
    failed = METRICS.status_writes.labels("failed")._value.get
    before = failed()
    with capture_logs() as logs:
        shelf.passed(*names)
        await eventually(lambda: failed() >= before + 6)
        shelf.refusals = {}
        await eventually(lambda: len(shelf.written) == 5)
    assert len([line for line in logs if line["event"] == "status not written, will retry"]) < failed() - before
    assert shelf.noted[0][0] == {}


@pytest.mark.parametrize("status", [404, 409])
async def test_of_what_has_changed_meanwhile_the_event_is_waited_for(shelf: Shelf, status: int) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.refusals = {"orders": ApiError("Writing", status, "stale")}
    with capture_logs() as logs:
        shelf.passed("orders")
        shelf.passed("other")
        await eventually(lambda: shelf.written)
    assert logs == []
    shelf.refusals = {}
    key, _ = shelf.store.observe("Endpoint", shelf.body("orders"))
    shelf.writer.offer(key)
    await eventually(lambda: shelf.states == [("other", "Ready"), ("orders", "Ready")])


async def test_what_can_have_no_status_gets_an_event_once(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    shelf.refusals = {"orders": ApiError("Writing", 422, "invalid")}
    failed = METRICS.status_writes.labels("failed")._value.get
    before = failed()
    shelf.passed("orders")
    shelf.passed("other")
    await eventually(lambda: failed() >= before + 2)
    assert shelf.states == [("other", "Ready")]
    assert [wanted["url"] for _, wanted in shelf.noted].count("/orders") == 1


@pytest.mark.parametrize("status", [400, 413, 500, 504])
async def test_a_status_that_is_refused_holds_up_no_other_and_is_tried_again(shelf: Shelf, status: int) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    names = ("orders", "more")
    shelf.refusals = dict.fromkeys(names, ApiError("Writing", status, "a webhook"))
    with capture_logs() as logs:
        shelf.passed(*names, "other")
        await eventually(lambda: shelf.states == [("other", "Ready")])
        await eventually(lambda: len(logs) == 2)
    assert {line["resource"] for line in logs} == {"Endpoint acme/orders", "Endpoint acme/more"}
    shelf.refusals = {}
    await eventually(lambda: sorted(shelf.states) == [("more", "Ready"), ("orders", "Ready"), ("other", "Ready")])


async def test_what_is_gone_is_forgotten(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(0)])
    shelf.passed("orders")
    key = Key("Endpoint", "acme", "orders")
    shelf.store.observe("Endpoint", shelf.body("orders"), deleted=True)
    shelf.writer.passed(Pass(Translation({}, {}), frozenset({key}), Outcome(2), {}, {}, False))
    shelf.writer.gateways_changed([gateway(2)])
    shelf.passed("other")
    await eventually(lambda: shelf.written)
    assert shelf.states == [("other", "Ready")]


async def test_a_status_that_the_brake_held_is_written_when_it_lets_go(shelf: Shelf) -> None:
    shelf.writer.gateways_changed([gateway(1)])
    key = Key("Endpoint", "acme", "orders")
    shelf.store.observe("Endpoint", shelf.body("orders"))
    translation = Translation({}, {key: Verdict(key, "u-orders", 1)})
    revisions = {("Endpoint", "u-orders"): 1}
    shelf.writer.passed(Pass(translation, frozenset({key}), Outcome(1), revisions, {}, True))
    await eventually(lambda: shelf.states == [("orders", "Held")])
    shelf.writer.passed(Pass(translation, frozenset(), Outcome(2), {}, {}, False))
    await eventually(lambda: shelf.states == [("orders", "Held"), ("orders", "NotServed")])


async def test_what_cannot_be_published_says_why(shelf: Shelf) -> None:
    key = Key("Endpoint", "acme", "orders")
    shelf.store.observe("Endpoint", shelf.body("orders"))
    translation = Translation({}, {key: Verdict(key, "u-orders", 1, (), 1)})
    shelf.writer.passed(Pass(translation, frozenset({key}), Outcome(1), {}, {key: "It has a NUL."}, False))
    await eventually(lambda: shelf.written)
    assert shelf.written[0][1]["conditions"][-1]["message"] == "It has a NUL."
