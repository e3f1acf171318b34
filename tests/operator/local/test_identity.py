from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from tidegate_operator.local.identity import Identities, Identity, uid_of
from tidegate_operator.local.manifests.manifest import Manifest
from tidegate_operator.local.manifests.pieces import Piece
from tidegate_operator.local.state import StateFile
from tidegate_operator.store import Key

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
ORDERS = Key("Endpoint", "acme", "orders")


def manifest(spec: Any, key: Key = ORDERS) -> Manifest:
    return Manifest(key, Piece("a.yaml", ""), spec)


def test_a_uid_is_the_same_everywhere_and_each_its_own() -> None:
    assert uid_of(ORDERS) == uid_of(Key("Endpoint", "acme", "orders")) == "d3205f18-7efb-5905-8d94-e6ef735d3cba"
    assert len({uid_of(ORDERS), uid_of(Key("Task", "acme", "orders")), uid_of(Key("Endpoint", "other", "orders"))}) == 3
    assert UUID(uid_of(ORDERS)).version == 5


def test_the_age_is_the_first_time_and_the_generation_grows_with_the_spec(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "identities.json")
    first = Identities(file, lambda: NOON).identify([manifest({"a": 1, "b": 2})])
    later = Identities(file, lambda: NOON + timedelta(hours=1))
    same = later.identify([manifest({"b": 2, "a": 1})])
    changed = later.identify([manifest({"b": 3})])
    assert first == same == {ORDERS: Identity(uid_of(ORDERS), "2026-01-01T12:00:00Z", 1)}
    assert changed == {ORDERS: Identity(uid_of(ORDERS), "2026-01-01T12:00:00Z", 2)}
    assert Identities(file, lambda: NOON).identify([manifest({"b": 3})]) == changed


def test_a_resource_that_comes_back_is_the_one_it_was(tmp_path: Path) -> None:
    file = StateFile(tmp_path / "identities.json")
    first = Identities(file, lambda: NOON).identify([manifest({})])
    later = Identities(file, lambda: NOON + timedelta(hours=1))
    later.identify([manifest({}, Key("Task", "acme", "other"))])
    assert later.identify([manifest({})]) == first


def test_a_spec_that_is_no_mapping_has_an_identity_too(tmp_path: Path) -> None:
    identities = Identities(StateFile(tmp_path / "identities.json"), lambda: NOON)
    assert identities.identify([manifest(None)])[ORDERS].generation == 1
    assert identities.identify([manifest(["a"])])[ORDERS].generation == 2
