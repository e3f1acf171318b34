"""Conditions from a verdict, a publication and the gateways: pure, so every case is a table."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from tidegate_crds.conditions import ConditionType, Reason
from tidegate_gateway.config.gateways import Failure, Gateway
from tidegate_gateway.config.model import Index
from tidegate_gateway.data.indexes.definitions import IndexState
from tidegate_operator.status import MESSAGE_LIMIT, Publication, condition_of, is_shown, is_waiting, status
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Finding, Verdict

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 25, 13, tzinfo=UTC)
ORDERS = Key("Endpoint", "acme", "orders")
BAD_GROUP = Finding(ConditionType.ACCEPTED, Reason.INVALID_SLUG, "Use a-z 0-9 -.", "spec.group")


def verdict(*findings: Finding, generation: int = 3, served: int | None = 3, key: Key = ORDERS) -> Verdict:
    return Verdict(
        key=key,
        uid="u1",
        generation=generation,
        findings=findings,
        served_generation=served,
        url_path="/api/endpoint/acme/sales/orders",
        methods="GET,POST",
        token_secret="orders-tokens",
    )


def gateway(revision: int, *failures: Failure) -> Gateway:
    return Gateway("pod", "0.1.0", revision, 0.5, failures)


def made(judged: Verdict, published: Publication, *gateways: Gateway, shown: Any = None) -> dict[str, Any]:
    return status(judged, published, gateways, shown or {}, NOW, "https://gw.example.com")


def test_a_good_resource_that_every_gateway_serves_is_ready() -> None:
    wanted = made(verdict(), Publication(7), gateway(7), gateway(9))
    assert [(c["type"], c["status"]) for c in wanted["conditions"]] == [
        ("Accepted", "True"),
        ("ResolvedRefs", "True"),
        ("Programmed", "True"),
        ("Ready", "True"),
    ]
    assert wanted["url"] == "https://gw.example.com/api/endpoint/acme/sales/orders"
    assert (wanted["methods"], wanted["tokenSecretName"], wanted["observedGeneration"]) == (
        "GET,POST",
        "orders-tokens",
        3,
    )
    assert {c["observedGeneration"] for c in wanted["conditions"]} == {3}


@pytest.mark.parametrize(
    ("judged", "published", "gateways", "state", "reason"),
    [
        (verdict(), Publication(7), [gateway(6)], "Unknown", "Pending"),
        (verdict(), Publication(7), [gateway(7), gateway(6)], "Unknown", "Pending"),
        (verdict(), Publication(7), [], "Unknown", "NoGateway"),
        (verdict(), Publication(None), [gateway(7)], "Unknown", "Pending"),
        (verdict(), Publication(7, held=True), [gateway(7)], "True", "Programmed"),
        (verdict(BAD_GROUP, served=None), Publication(7, held=True), [gateway(7)], "Unknown", "Held"),
        (verdict(BAD_GROUP, served=None), Publication(None, held=True), [gateway(7)], "False", "NotServed"),
        (verdict(), Publication(7, problem="It has a NUL."), [gateway(7)], "False", "NotServed"),
        (verdict(BAD_GROUP, served=None), Publication(None), [gateway(7)], "False", "NotServed"),
        (verdict(BAD_GROUP, served=2), Publication(7), [gateway(7)], "False", "LastGoodServed"),
    ],
)
def test_programmed(judged: Verdict, published: Publication, gateways: list[Gateway], state: str, reason: str) -> None:
    programmed = condition_of(made(judged, published, *gateways), "Programmed")
    assert (programmed["status"], programmed["reason"]) == (state, reason)


def test_a_gateway_that_could_not_compile_is_quoted() -> None:
    failure = Failure("Endpoint", "acme", "orders", "u1", 3, "Its schema does not compile.")
    programmed = condition_of(made(verdict(), Publication(7), gateway(7), gateway(7, failure)), "Programmed")
    assert programmed["reason"] == "NotCompiled"
    assert programmed["message"] == "A gateway could not compile this generation: Its schema does not compile."


def test_a_failure_of_an_older_generation_says_nothing() -> None:
    failure = Failure("Endpoint", "acme", "orders", "u1", 2, "Its schema does not compile.")
    assert condition_of(made(verdict(), Publication(7), gateway(7, failure)), "Programmed")["status"] == "True"


@pytest.mark.parametrize("gateways", [[], [gateway(7), gateway(1)]])
def test_pods_that_come_and_go_write_nothing(gateways: list[Gateway]) -> None:
    shown = made(verdict(), Publication(7), gateway(7))
    assert is_shown(made(verdict(), Publication(7), *gateways, shown=shown), shown)


def test_all_mistakes_are_shown_at_once_a_line_each_with_their_paths() -> None:
    second = Finding(ConditionType.ACCEPTED, Reason.INVALID_MAPPING, "There is no such placeholder.", "spec.x")
    accepted = condition_of(made(verdict(BAD_GROUP, second, served=None), Publication()), "Accepted")
    assert accepted["reason"] == "InvalidSlug"
    assert accepted["message"] == "spec.group: Use a-z 0-9 -.\nspec.x: There is no such placeholder."


def test_ready_names_the_first_condition_that_is_false_then_the_unknown_ones() -> None:
    missing = Finding(ConditionType.RESOLVED_REFS, Reason.REF_NOT_FOUND, "Make the Task x.", "spec.y")
    ready = condition_of(made(verdict(missing), Publication(7), gateway(6)), "Ready")
    assert (ready["status"], ready["reason"]) == ("False", "RefNotFound")
    ready = condition_of(made(verdict(), Publication(7), gateway(6)), "Ready")
    assert (ready["status"], ready["reason"]) == ("Unknown", "Pending")


CUSTOMER = Index(id=1, name="customer", method="POST", source="Input", path="$.customer")
TOTAL = Index(id=2, name="total", method="POST", source="Input", path="$.total", type="Number")


def indexed(*states: IndexState, known: bool = True, shown: Any = None) -> dict[str, Any]:
    judged = dataclasses.replace(verdict(), indexes=(CUSTOMER, TOTAL))
    indexes = {state.definition: state for state in states} if known else None
    return status(judged, Publication(7), [gateway(7)], shown or {}, NOW, indexes=indexes)


def test_indexes_are_spoken_of_only_where_there_are_any() -> None:
    wanted = made(verdict(), Publication(7), gateway(7))
    assert "indexes" not in wanted
    assert "IndexesReady" not in {c["type"] for c in wanted["conditions"]}


def test_indexes_say_how_far_they_are() -> None:
    ready = IndexState(1, "customer", 12, None)
    waiting = indexed(ready)
    assert condition_of(waiting, "IndexesReady")["message"] == "Waiting for the indexes to be set up."
    assert waiting["indexes"] == [
        {"name": "customer", "state": "Ready", "rows": 12},
        {"name": "total", "state": "Pending"},
    ]
    busy = indexed(ready, IndexState(2, "total", 3, 40))
    assert condition_of(busy, "IndexesReady")["status"] == "Unknown"
    assert condition_of(busy, "Ready")["reason"] == "Reindexing"
    assert condition_of(busy, "IndexesReady")["message"] == "What was stored before is being indexed: total 40 %."
    assert busy["indexes"][1] == {"name": "total", "state": "Reindexing", "rows": 3, "progress": 40}
    done = indexed(ready, IndexState(2, "total", 9, None))
    assert (condition_of(done, "IndexesReady")["status"], condition_of(done, "Ready")["status"]) == ("True", "True")


def test_what_is_shown_of_indexes_stays_until_a_new_leader_knows_better() -> None:
    shown = indexed(IndexState(1, "customer", 12, None), IndexState(2, "total", 9, None))
    assert is_shown(indexed(known=False, shown=shown), shown)
    assert condition_of(indexed(known=False), "IndexesReady")["reason"] == "Pending"


def test_a_data_schema_is_ready_without_a_gateway() -> None:
    wanted = made(verdict(key=Key("DataSchema", "acme", "order")), Publication())
    assert condition_of(wanted, "Ready")["status"] == "True"
    assert "Programmed" not in {c["type"] for c in wanted["conditions"]}


def test_times_turn_only_with_the_status_and_the_default_of_the_crd_is_no_time() -> None:
    shown = made(verdict(), Publication(7), gateway(7))
    again = status(verdict(), Publication(8), [gateway(8)], shown, LATER, "https://gw.example.com")
    assert is_shown(again, shown)
    turned = status(verdict(BAD_GROUP, served=2), Publication(8), [gateway(8)], shown, LATER)
    assert condition_of(turned, "Ready")["lastTransitionTime"] == "2026-11-25T13:00:00Z"
    default = {"conditions": [{"type": "Ready", "status": "Unknown", "lastTransitionTime": "1970-01-01T00:00:00Z"}]}
    first = made(verdict(), Publication(7), gateway(1), shown=default)
    assert condition_of(first, "Ready")["lastTransitionTime"] == "2026-11-25T12:00:00Z"


def test_a_foreign_write_is_seen_and_a_foreign_condition_is_none_of_ours() -> None:
    shown = made(verdict(), Publication(7), gateway(7))
    assert is_shown(shown, shown | {"conditions": [*shown["conditions"], {"type": "Somebody", "status": "True"}]})
    assert not is_shown(shown, shown | {"url": "https://elsewhere.example.com"})
    assert not is_shown(shown, shown | {"conditions": shown["conditions"][1:]})
    assert not is_shown(shown, {})


def test_only_what_gateways_can_change_is_waited_for() -> None:
    assert is_waiting(made(verdict(), Publication(7), gateway(6)))
    assert is_waiting(made(verdict(), Publication(7)))
    assert not is_waiting(made(verdict(), Publication(7), gateway(7)))
    assert not is_waiting(made(verdict(BAD_GROUP, served=None), Publication()))
    assert not is_waiting({})


def test_a_long_message_is_cut_at_the_bound_of_the_api() -> None:
    long = Finding(ConditionType.ACCEPTED, Reason.INVALID_FIELD, "x" * 40_000, "spec")
    message = condition_of(made(verdict(long, served=None), Publication()), "Accepted")["message"]
    assert len(message) == MESSAGE_LIMIT
    assert message.endswith("…")


def test_nothing_served_means_no_url() -> None:
    assert "url" not in made(verdict(BAD_GROUP, served=None), Publication())
