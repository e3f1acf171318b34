"""The store keeps the latest of everything, whatever order events come in, and says what matters."""

import base64
from typing import Any

import pytest

from tidegate_operator.store import REINDEX, Key, Secret, Store, secret_of

ORDERS = Key("Endpoint", "acme", "orders")
TOKEN = Key("Secret", "acme", "erp")


def body(version: int, *, uid: str = "u1", generation: int = 1, **more: Any) -> dict[str, Any]:
    meta = {
        "namespace": "acme",
        "name": "orders",
        "uid": uid,
        "generation": generation,
        "resourceVersion": str(version),
        "creationTimestamp": "2026-01-01T00:00:00Z",
    }
    return {"metadata": meta, "spec": {"group": "sales"}} | more


def secret(value: bytes, version: int = 1) -> Secret:
    return Secret(TOKEN, {"token": value}, version)


def test_a_new_object_matters_once() -> None:
    store = Store()
    assert store.observe("Endpoint", body(5)) == (ORDERS, True)
    assert store.observe("Endpoint", body(5)) == (ORDERS, False)
    assert store.take_changes() == {ORDERS}
    assert store.take_changes() == set()


def test_an_echo_of_a_status_does_not_matter_but_its_version_is_kept() -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    first = store.resources[ORDERS]
    shown = {"conditions": [{"type": "Ready"}]}
    assert store.observe("Endpoint", body(6, status=shown)) == (ORDERS, False)
    assert store.resources[ORDERS] is first
    assert (store.echoes[ORDERS].version, store.echoes[ORDERS].status) == (6, shown)


def test_a_new_generation_and_a_new_uid_matter() -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    assert store.observe("Endpoint", body(6, generation=2))[1]
    assert store.observe("Endpoint", body(7, uid="u2", generation=2))[1]


def test_of_the_metadata_the_wish_to_index_anew_alone_matters() -> None:
    def annotated(version: int, **annotations: str) -> dict[str, Any]:
        made = body(version)
        made["metadata"] |= {"annotations": annotations, "labels": {"version": str(version)}}
        return made

    store = Store()
    store.observe("Endpoint", annotated(5, note="a"))
    assert store.observe("Endpoint", annotated(6, note="b")) == (ORDERS, False)
    store.take_changes()
    assert store.observe("Endpoint", annotated(7, **{REINDEX: "monday"})) == (ORDERS, True)
    assert store.resources[ORDERS].reindex == "monday"
    assert store.take_changes() == {ORDERS}
    assert store.observe("Endpoint", annotated(8, **{REINDEX: "monday", "note": "c"})) == (ORDERS, False)
    assert store.observe("Endpoint", annotated(9, **{REINDEX: "friday"})) == (ORDERS, True)
    assert store.observe("Endpoint", body(10)) == (ORDERS, True)
    assert store.resources[ORDERS].reindex is None


def test_a_late_event_does_not_bring_a_deleted_object_back() -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    assert store.observe("Endpoint", body(8), deleted=True) == (ORDERS, True)
    assert store.observe("Endpoint", body(7, generation=2)) == (ORDERS, False)
    assert store.resources == {}
    assert store.observe("Endpoint", body(9, uid="u2"))[1]


def test_a_deletion_of_what_was_never_seen_does_not_matter() -> None:
    assert Store().observe("Endpoint", body(8), deleted=True) == (ORDERS, False)


def test_a_stored_object_without_spec_is_kept_as_it_is() -> None:
    store = Store()
    malformed = body(5)
    del malformed["spec"]
    store.observe("Endpoint", malformed)
    assert store.resources[ORDERS].spec is None


def test_prune_drops_what_a_list_no_longer_holds() -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    store.take_changes()
    assert store.prune("Endpoint", set(), list_version=10) == 1
    assert store.take_changes() == {ORDERS}
    assert store.resources == {}


def test_prune_keeps_what_is_newer_than_the_list() -> None:
    store = Store()
    store.observe("Endpoint", body(11))
    assert store.prune("Endpoint", set(), list_version=10) == 0
    assert ORDERS in store.resources


@pytest.mark.parametrize(("kind", "namespaces"), [("Task", ()), ("Endpoint", ("other",))])
def test_prune_touches_only_what_was_listed(kind: str, namespaces: tuple[str, ...]) -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    assert store.prune(kind, set(), 10, namespaces) == 0


def test_prune_forgets_tombstones_that_the_list_has_overtaken() -> None:
    store = Store()
    store.observe("Endpoint", body(5))
    store.observe("Endpoint", body(8), deleted=True)
    store.prune("Endpoint", set(), list_version=10)
    assert store._tombstones == {}


def test_a_secret_that_nothing_refers_to_is_passed_over() -> None:
    store = Store()
    assert not store.observe_secret(secret(b"a"))
    assert store.secrets == {}


def test_a_secret_that_is_referred_to_matters_when_its_data_change() -> None:
    store = Store()
    assert store.put_secret(TOKEN, None)
    assert store.observe_secret(secret(b"a", 3))
    assert not store.observe_secret(secret(b"a", 4))
    assert store.observe_secret(secret(b"b", 5))
    assert not store.observe_secret(secret(b"a", 4))
    assert store.observe_secret(secret(b"b", 6), deleted=True)
    assert store.secrets == {TOKEN: None}
    assert store.take_changes() == {TOKEN}


def test_reading_a_secret_that_is_absent_is_a_change_too() -> None:
    store = Store()
    assert store.put_secret(TOKEN, None)
    assert not store.put_secret(TOKEN, None)


def test_a_list_that_is_older_than_a_deletion_brings_no_secret_back() -> None:
    store = Store()
    store.put_secret(TOKEN, None)
    store.observe_secret(secret(b"a", 3))
    assert store.observe_secret(secret(b"a", 6), deleted=True)
    assert not store.observe_secret(secret(b"a", 5))
    assert store.secrets == {TOKEN: None}
    assert store.observe_secret(secret(b"b", 7))


def test_an_event_that_comes_while_a_secret_is_read_counts_more_than_what_was_read() -> None:
    store = Store()
    store.ask_secret(TOKEN)
    assert store.observe_secret(secret(b"new", 5))
    assert not store.answer_secret(TOKEN, secret(b"old", 4))
    assert store.secrets == {TOKEN: secret(b"new", 5)}
    store.ask_secret(TOKEN)
    assert store.answer_secret(TOKEN, None)
    assert store.secrets == {TOKEN: None}


def test_an_event_that_is_older_than_what_was_read_is_late() -> None:
    store = Store()
    store.ask_secret(TOKEN)
    store.answer_secret(TOKEN, secret(b"new", 5))
    assert not store.observe_secret(secret(b"old", 4))
    assert store.secrets == {TOKEN: secret(b"new", 5)}


def test_a_secret_that_another_owns_now_matters() -> None:
    store = Store()
    store.put_secret(TOKEN, Secret(TOKEN, {}, 1, frozenset({"u1"})))
    assert store.observe_secret(Secret(TOKEN, {}, 2, frozenset()))


def test_forgotten_secrets_are_gone() -> None:
    store = Store()
    store.put_secret(TOKEN, secret(b"a"))
    store.forget_secrets(())
    assert store.secrets == {}


def test_a_token_secret_may_be_filled_if_it_is_absent_or_the_endpoints_own() -> None:
    store = Store()
    assert store.may_fill(TOKEN, "u1")
    store.put_secret(TOKEN, Secret(TOKEN, {}, 1, frozenset({"u1"})))
    assert store.may_fill(TOKEN, "u1")
    assert not store.may_fill(TOKEN, "u2")


def test_a_path_is_kept_and_is_a_change() -> None:
    store = Store()
    store.put_path("$.a", None)
    assert store.take_changes() == {Key("JsonPath", "", "$.a")}
    assert store.paths == {"$.a": None}


def test_secret_of_reads_values_and_owners_and_hides_the_values() -> None:
    read = secret_of(
        {
            "metadata": {
                "namespace": "acme",
                "name": "erp",
                "resourceVersion": "7",
                "ownerReferences": [{"uid": "u1"}],
            },
            "data": {"token": base64.b64encode(b"s3cret").decode(), "broken": "%%%", "empty": None},
        }
    )
    assert read.data == {"token": b"s3cret", "broken": b"", "empty": b""}
    assert read.owner_uids == {"u1"}
    assert "s3cret" not in repr(read)
