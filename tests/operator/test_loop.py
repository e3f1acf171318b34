"""The loop on a real PostgreSQL: what a pass reads, publishes, holds back, and makes up for after it failed."""

import asyncio
import time

import pytest
from structlog.testing import capture_logs

from tests.operator.driving import Loop
from tests.waiting import eventually
from tidegate_gateway.config.errors import Superseded
from tidegate_operator.brake import Brake
from tidegate_operator.errors import ApiError, KindGone
from tidegate_operator.metrics import METRICS
from tidegate_operator.store import Key, Secret


@pytest.fixture
async def leading(loop: Loop) -> Loop:
    loop.control.lead()
    await loop.one()
    return loop


async def test_only_a_leader_publishes(loop: Loop) -> None:
    loop.apply("orders", 1)
    assert (await loop.one()).outcome is None
    assert await loop.served() == set()
    assert not loop.control.leads
    loop.control.lead()
    assert (await loop.one()).outcome is not None
    assert loop.control.leads
    assert await loop.served() == {"orders"}


async def test_a_pass_reads_what_it_needs_and_publishes_once(leading: Loop) -> None:
    leading.apply("orders", 1, security={}, data={"indexes": [{"name": "a", "path": "$.a"}]})
    done = await leading.one()
    assert done.outcome is not None
    assert (done.outcome.revision, done.outcome.changed) == (1, 1)
    secret = Key("Secret", "acme", "orders-tokens")
    assert leading.store.secrets[secret] == leading.given.secrets[secret]
    assert leading.store.paths == {"$.a": None}
    leading.delete("orders")
    await leading.one()
    assert (leading.store.secrets, leading.store.paths) == ({}, {})  # nothing refers to them any more


async def test_what_was_withdrawn_a_day_ago_is_forgotten_once_an_hour(leading: Loop) -> None:
    leading.apply("orders", 1)
    leading.apply("more", 2)
    await leading.one()
    leading.delete("orders")
    await leading.one()
    await leading.pool.execute("UPDATE config SET withdrawn = withdrawn - interval '25 hours'")
    await leading.one()
    assert await leading.pool.fetchval("SELECT count(*) FROM config") == 2  # it was done within this hour
    leading.control._purge_at = 0
    with capture_logs() as logs:
        await leading.one()
    assert await leading.pool.fetchval("SELECT count(*) FROM config") == 1
    assert [(line["event"], line["rows"]) for line in logs] == [("purged what was withdrawn long ago", 1)]
    assert await leading.served() == {"more"}


async def test_a_purge_that_fails_fails_no_pass(leading: Loop) -> None:
    leading.control._purge_at = 0
    await leading.pool.execute("ALTER TABLE gateway RENAME TO elsewhere")
    leading.apply("orders", 1)
    with capture_logs() as logs:
        await leading.one()
    assert [line["event"] for line in logs] == ["what was withdrawn long ago was not purged", "published"]


async def test_what_was_said_of_a_path_is_kept_for_as_long_as_a_resource_has_it(leading: Loop) -> None:
    """Each edit may bring new ones, for years."""
    for generation in range(1, 4):
        indexes = [{"name": "a", "path": f"$.a{generation}"}, {"name": "b", "path": "$.b"}]
        leading.apply("orders", 1, generation, data={"indexes": indexes})
        await leading.one()
        assert leading.store.paths == {f"$.a{generation}": None, "$.b": None}
    leading.apply("orders", 1, 4, data={"indexes": [{"name": "a", "path": "$.bad["}]})
    leading.apply("more", 2, data={"indexes": [{"name": "a", "path": "$.a1"}]})
    await leading.one()
    assert set(leading.store.paths) == {"$.bad[", "$.a1"}


async def test_one_who_does_not_lead_makes_no_tokens(loop: Loop) -> None:
    loop.apply("orders", 1, security={})
    await loop.one()
    assert loop.given.secrets == {}


async def test_leadership_that_comes_in_the_middle_of_a_pass_withdraws_nothing(loop: Loop) -> None:
    other = Loop(loop.pool)
    other.control.lead()
    for number in range(3):
        loop.apply(f"old-{number}", number)
        other.apply(f"old-{number}", number)
    await other.one()
    await loop.one()
    loop.given.open.clear()
    loop.apply("new", 9, security={})
    task = asyncio.create_task(loop.control.attempt())
    await eventually(lambda: loop.given.reads)
    loop.control.lead()
    loop.given.open.set()
    await task
    assert await loop.served() == {"old-0", "old-1", "old-2"}
    await loop.one()
    assert await loop.served() == {"old-0", "old-1", "old-2", "new"}
    assert await loop.pool.fetchval("SELECT count(*) FROM config WHERE deleted") == 0


async def test_a_failed_pass_is_made_up_for_with_all_that_it_touched(leading: Loop) -> None:
    await leading.pool.execute("ALTER TABLE config_state RENAME TO elsewhere")
    key = leading.apply("orders", 1)
    await leading.fails()
    await leading.fails()
    await leading.pool.execute("ALTER TABLE elsewhere RENAME TO config_state")
    other = leading.apply("more", 2)
    assert {key, other} <= (await leading.one()).touched
    assert await leading.served() == {"orders", "more"}
    assert (await leading.one()).touched == frozenset()


async def test_three_failures_running_are_not_healthy_and_one_success_is(leading: Loop) -> None:
    before = METRICS.passes.labels("failed")._value.get()
    leading.given.refusal = ApiError("Reading", 503, "away")
    leading.apply("orders", 1, security={})
    for expected in (True, True, False):
        await leading.fails()
        assert leading.control.healthy is expected
    assert METRICS.passes.labels("failed")._value.get() == before + 3
    leading.given.refusal = None
    await leading.one()
    assert leading.control.healthy


async def test_failures_are_tried_again_by_themselves_however_many_there_were(leading: Loop) -> None:
    leading.control.failures = 5000
    leading.given.refusal = ApiError("Reading", 503, "away")
    leading.apply("orders", 1, security={})
    await leading.fails()
    leading.control.failures = 0
    leading.control.list_completed(time.monotonic())
    running = asyncio.create_task(leading.control.run())
    await eventually(lambda: leading.control.failures)
    leading.given.refusal = None
    await eventually(lambda: leading.control.failures == 0)
    running.cancel()
    assert await leading.served() == {"orders"}


async def test_a_failure_is_logged_with_its_place(leading: Loop) -> None:
    leading.given.refusal = ApiError("Reading Secret acme/orders-tokens", 503, "the API server answered 503")
    leading.apply("orders", 1, security={})
    with capture_logs() as logs:
        await leading.fails()
    assert [(line["event"], line["log_level"]) for line in logs] == [("pass failed", "error")]
    assert isinstance(logs[0]["exc_info"], ExceptionGroup)


async def test_one_line_for_a_pass_that_changed_something_and_none_for_another(leading: Loop) -> None:
    leading.apply("orders", 1)
    with capture_logs() as logs:
        await leading.one()
        await leading.one()
    assert [(line["event"], line["revision"], line["changed"], line["withdrawn"]) for line in logs] == [
        ("published", 1, 1, 0)
    ]


async def test_the_time_from_an_event_to_its_commit_is_measured(leading: Loop) -> None:
    before = METRICS.published_seconds._sum.get()
    leading.given.refusal = ApiError("Reading", 503, "away")
    leading.apply("orders", 1, security={})
    began = time.monotonic()
    await leading.fails()
    leading.given.refusal = None
    await eventually(lambda: time.monotonic() > began + 0.1)
    await leading.one()
    assert METRICS.published_seconds._sum.get() >= before + 0.1  # the failed pass counts


async def test_an_old_leader_publishes_nothing(leading: Loop) -> None:
    newer = Loop(leading.pool)
    newer.control.lead()
    newer.apply("orders", 1)
    await newer.one()
    leading.apply("stale", 2)
    with pytest.raises(Superseded):
        await leading.control.attempt()
    assert await leading.served() == {"orders"}


async def test_a_new_leader_goes_on_from_what_is_published_and_writes_nothing(leading: Loop) -> None:
    leading.apply("orders", 1, security={})
    leading.apply("bad-now", 2)
    await leading.one()
    leading.apply("bad-now", 2, generation=2, data={"redact": ["$["]})
    await leading.one()
    heir = Loop(leading.pool)
    heir.given.secrets = leading.given.secrets
    heir.apply("orders", 1, security={})
    key = heir.apply("bad-now", 2, generation=2, data={"redact": ["$["]})
    heir.control.lead()
    done = await heir.one()
    assert done.outcome is not None
    assert (done.outcome.revision, done.outcome.changed, done.outcome.withdrawn) == (1, 0, 0)
    assert done.translation.verdicts[key].served_generation == 1
    assert await heir.served() == {"orders", "bad-now"}


async def test_a_database_that_was_restored_is_filled_anew_after_the_next_list(leading: Loop) -> None:
    leading.apply("orders", 1)
    await leading.one()
    await leading.pool.execute("TRUNCATE config")
    await leading.pool.execute("UPDATE config_state SET revision = 0, epoch = 0")
    await leading.one()
    assert await leading.served() == set()  # nobody has asked
    leading.control.list_completed(time.monotonic())
    with capture_logs() as logs:
        await leading.one()
    assert await leading.served() == {"orders"}
    assert "the database is not as it was published: publishing anew" in {line["event"] for line in logs}


async def test_a_deletion_is_not_believed_while_the_crd_is_gone(leading: Loop) -> None:
    leading.apply("orders", 1)
    await leading.one()
    leading.given.gone = "Endpoint"
    leading.delete("orders")
    with pytest.raises(KindGone):
        await leading.control.attempt()
    assert await leading.served() == {"orders"}


async def test_a_secret_that_is_refused_harms_its_own_endpoint_alone(leading: Loop) -> None:
    leading.given.refusal = ApiError("Reading Secret acme/guarded-tokens", 403, "forbidden")
    key = leading.apply("guarded", 1, security={})
    leading.apply("open", 2)
    done = await leading.one()
    assert await leading.served() == {"guarded", "open"}
    assert done.problems[key].startswith("Its primary tokens could not be made, and it is tried again: ")
    leading.given.refusal = None
    leading.control._reads.refusals.retry_seconds = 0
    leading.control._reads.refusals.note(key, "")
    done = await leading.one()
    assert key not in done.problems
    assert key in done.touched


async def test_an_event_of_a_secret_that_comes_while_it_is_read_is_not_lost(leading: Loop) -> None:
    token = {"name": "erp", "secretRef": {"name": "erp"}}
    leading.given.open.clear()
    key = Key("Secret", "acme", "erp")
    leading.given.secrets[key] = Secret(key, {"token": b"old"}, 5)
    leading.apply("orders", 1, security={"tokens": [token]})
    task = asyncio.create_task(leading.control.attempt())
    await eventually(lambda: leading.given.reads == 2)
    leading.control.observe_secret(Secret(key, {"token": b"new"}, 6))
    leading.given.open.set()
    await task
    secret = leading.store.secrets[key]
    assert secret is not None
    assert secret.data == {"token": b"new"}


async def test_the_brake_holds_what_most_would_lose_until_a_later_list_says_the_same(leading: Loop) -> None:
    leading.control.brake = Brake(hold_seconds=0.2)
    asked: list[float] = []
    leading.control.on_held = asked.append
    for number in range(30):
        leading.apply(f"one-{number}", number)
    await leading.one()
    for number in range(25):
        leading.delete(f"one-{number}")
    leading.apply("new", 40)
    with capture_logs() as logs:
        done = await leading.one()
    assert done.held
    assert METRICS.held._value.get() == 25
    assert asked == [0.2]
    assert next(line for line in logs if line["event"] == "brake: withdrawals held")["withdrawn"] == 25
    assert len(await leading.served()) == 31  # what is new is published all the same
    leading.control.list_completed(time.monotonic())
    assert (await leading.one()).held  # the list is too early
    await eventually(lambda: time.monotonic() > (leading.control.brake.since or 0) + 0.2)
    leading.control.list_completed(time.monotonic())
    done = await leading.one()
    assert not done.held
    assert METRICS.held._value.get() == 0
    assert len(await leading.served()) == 6


async def test_what_comes_back_while_the_brake_holds_was_never_gone(leading: Loop) -> None:
    for number in range(30):
        leading.apply(f"one-{number}", number)
    await leading.one()
    for number in range(30):
        leading.delete(f"one-{number}")
    assert (await leading.one()).held
    for number in range(30):
        leading.apply(f"one-{number}", number)
    done = await leading.one()
    assert not done.held
    assert done.outcome is not None
    assert done.outcome.revision == 1
    assert await leading.pool.fetchval("SELECT count(*) FROM config WHERE deleted") == 0
