"""The credentials of a row: each field is sealed for itself."""

import json

import pytest

from tests.gateway.config.samples import SEALER
from tidegate_gateway.config.sealed import open_fields, seal_fields
from tidegate_gateway.secrets import CannotOpen

FIELDS = {"username": b"ada", "password": b"hunter2", "empty": b"", "binary": b"\x00\xff"}


def test_fields_come_back() -> None:
    sealed = seal_fields(FIELDS, "acme", "uid", SEALER)
    assert b"hunter2" not in sealed
    assert open_fields(sealed, "acme", "uid", SEALER) == FIELDS


@pytest.mark.parametrize(("namespace", "uid"), [("globex", "uid"), ("acme", "other")])
def test_they_do_not_open_for_another_resource(namespace: str, uid: str) -> None:
    with pytest.raises(CannotOpen):
        open_fields(seal_fields(FIELDS, "acme", "uid", SEALER), namespace, uid, SEALER)


def test_a_field_does_not_open_as_another_field() -> None:
    fields = json.loads(seal_fields({"username": b"ada", "password": b"hunter2"}, "acme", "uid", SEALER))
    swapped = {"username": fields["password"], "password": fields["username"]}
    with pytest.raises(CannotOpen):
        open_fields(json.dumps(swapped).encode(), "acme", "uid", SEALER)


@pytest.mark.parametrize("sealed", [b"", b"[]", b"{", b'{"password": 1}', b'{"password": "!"}', b"\xff"])
def test_what_is_no_sealed_part_does_not_open(sealed: bytes) -> None:
    with pytest.raises(CannotOpen):
        open_fields(sealed, "acme", "uid", SEALER)
