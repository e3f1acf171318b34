"""Snapshots: whole, immutable, and without doubt about who has an address."""

import itertools

import pytest

from tidegate_gateway.config.snapshot import EMPTY, Compiled, snapshot_of


def compiled(uid: str, revision: int, address: str | None = "acme/main/orders") -> Compiled:
    return Compiled("Endpoint", uid, "acme", uid, 1, revision, "", f"{uid}@{revision}", address, b"sealed")


def test_endpoints_are_found_by_their_address() -> None:
    snapshot = snapshot_of(3, {c.ref: c for c in (compiled("a", 1), compiled("b", 2, None), compiled("c", 3, "x/y/z"))})
    assert snapshot.revision == 3
    assert snapshot.endpoints == {"acme/main/orders": "a@1", "x/y/z": "c@3"}
    assert len(snapshot.objects) == 3


def test_of_two_at_one_address_the_newer_revision_has_it_in_any_order() -> None:
    rivals = [compiled("a", 5), compiled("b", 6), compiled("c", 4), compiled("d", 6)]
    for order in itertools.permutations(rivals):
        assert snapshot_of(6, {c.ref: c for c in order}).endpoints == {"acme/main/orders": "d@6"}


def test_what_is_not_served_is_known_by_its_address() -> None:
    refs = {("Endpoint", "a"): "acme/main/one", ("Endpoint", "b"): "acme/main/two", ("Endpoint", "c"): "acme/main/two"}
    snapshot = snapshot_of(3, {}, refs)
    assert snapshot.broken == refs
    assert snapshot.unserved == {"acme/main/one", "acme/main/two"}


def test_what_another_has_is_served() -> None:
    holder = compiled("a", 1)
    snapshot = snapshot_of(3, {holder.ref: holder}, {("Endpoint", "b"): "acme/main/orders"})
    assert snapshot.unserved == frozenset()


def test_a_snapshot_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        EMPTY.objects["Endpoint", "a"] = compiled("a", 1)  # type: ignore[index]
    with pytest.raises(AttributeError):
        EMPTY.revision = 1  # type: ignore[misc]


def test_the_empty_one_has_nothing() -> None:
    assert (EMPTY.revision, dict(EMPTY.objects), dict(EMPTY.endpoints)) == (0, {}, {})
    assert EMPTY.unserved == frozenset()


def test_sealed_credentials_do_not_show() -> None:
    assert "sealed" not in repr(compiled("a", 1))
