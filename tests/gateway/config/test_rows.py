"""Making rows: what is the same has the same digest, and what PostgreSQL would refuse is refused for one row alone."""

import json
import math
from typing import Any

import pytest

from tests.gateway.config.samples import SEALER, endpoint, endpoint_row, integration_row, uid_of
from tidegate_gateway.config.errors import Unpublishable
from tidegate_gateway.config.model import EndpointConfig, IntegrationConfig, TaskConfig
from tidegate_gateway.config.rows import make_row
from tidegate_gateway.secrets import Key, Sealer

UNREADABLE = "it is nested too deeply, or has a value that JSON cannot hold, such as NaN."


def task(spec: dict[str, Any]) -> TaskConfig:
    return TaskConfig(namespace="acme", name="ship", spec=spec, priority=50)


def digest(spec: dict[str, Any]) -> str:
    return make_row(task(spec), uid_of("ship"), 1).digest


def test_a_row_says_whose_it_is_and_holds_the_document() -> None:
    row = make_row(endpoint("orders"), uid_of("orders"), 7)
    assert (row.kind, row.namespace, row.name, row.generation) == ("Endpoint", "acme", "orders", 7)
    assert row.ref == ("Endpoint", uid_of("orders"))
    assert EndpointConfig.model_validate_json(row.document) == endpoint("orders")


def test_the_order_of_names_is_no_difference() -> None:
    assert digest({"a": {"b": 1, "c": 2}, "d": 3}) == digest({"d": 3, "a": {"c": 2, "b": 1}})


def test_the_order_of_a_list_is_a_difference() -> None:
    assert digest({"a": [1, 2]}) != digest({"a": [2, 1]})


def test_a_document_is_one_line_without_needless_bytes() -> None:
    document = make_row(task({"größe": "é"}), uid_of("ship"), 1).document
    assert b"\n" not in document
    assert b'"spec":{"gr\xc3\xb6\xc3\x9fe":"\xc3\xa9"}' in document


def test_big_integers_keep_every_digit() -> None:
    row = make_row(task({"maximum": 12345678901234567890123}), uid_of("ship"), 1)
    assert json.loads(row.document)["spec"]["maximum"] == 12345678901234567890123


def test_the_digest_follows_the_secrets_and_the_key() -> None:
    row = integration_row(password=b"hunter2")
    assert row.digest == integration_row(password=b"hunter2").digest
    others = [
        integration_row(),
        integration_row(password=b"hunter3"),
        integration_row(passwort=b"hunter2"),
        integration_row(sealer=Sealer([Key("2026", b"k" * 32)]), password=b"hunter2"),
    ]
    assert len({row.digest, *(other.digest for other in others)}) == 5


def test_the_digest_tells_secrets_apart_that_are_the_same_when_joined() -> None:
    assert integration_row(a=b"xy", b=b"z").digest != integration_row(a=b"x", b=b"yz").digest


def test_a_secret_is_neither_in_the_document_nor_in_the_repr() -> None:
    row = integration_row(password=b"hunter2")
    assert b"hunter2" not in row.document
    assert "hunter2" not in repr(row)
    assert row.sealed_fields == {"password": b"hunter2"}


def test_secrets_want_a_key() -> None:
    config = IntegrationConfig(namespace="acme", name="crm", slug="crm", spec={})
    with pytest.raises(Unpublishable) as caught:
        make_row(config, uid_of("crm"), 1, {"password": b"hunter2"})
    assert str(caught.value) == (
        "Integration acme/crm cannot be published: it has credentials and there is no key to encrypt them: "
        "set TIDEGATE_ENCRYPTION_KEYS."
    )
    assert (caught.value.kind, caught.value.namespace, caught.value.name) == ("Integration", "acme", "crm")


def nested(depth: int) -> Any:
    value: Any = 0
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("a\0b", "it has a NUL character (\\u0000) in a text: take it out."),
        ("\\\0", "it has a NUL character (\\u0000) in a text: take it out."),
        ({"\0": 1}, "it has a NUL character (\\u0000) in a text: take it out."),
        ("\ud800", "it has half of a surrogate pair in a text: take it out."),
        (math.nan, UNREADABLE),
        (math.inf, UNREADABLE),
        (10**5000, UNREADABLE),
        (nested(200), UNREADABLE),
        (nested(100_000), UNREADABLE),
    ],
    ids=[
        "nul",
        "nul after backslash",
        "nul in a name",
        "surrogate",
        "nan",
        "infinity",
        "too many digits",
        "deep",
        "deeper",
    ],
)
def test_what_postgresql_would_refuse_is_unpublishable(value: Any, problem: str) -> None:
    with pytest.raises(Unpublishable) as caught:
        digest({"value": value})
    assert caught.value.problem == problem


@pytest.mark.parametrize("text", ["\\u0000", "[^\\u0000-\\u001f]", "\\\\u0000"])
def test_the_spelling_of_a_nul_in_a_pattern_is_no_nul(text: str) -> None:
    assert digest({"pattern": text})


@pytest.mark.parametrize("uid", ["orders", "", uid_of("orders").upper(), "{" + uid_of("orders") + "}"])
def test_a_uid_must_be_spelt_as_the_database_spells_it(uid: str) -> None:
    with pytest.raises(Unpublishable, match="its uid is not a UUID in lower case"):
        make_row(endpoint(), uid, 1)


def test_a_row_without_secrets_needs_no_key() -> None:
    assert make_row(endpoint(), uid_of("orders"), 1, {}, SEALER).digest == endpoint_row().digest


def test_a_row_of_any_size_is_no_row() -> None:
    with pytest.raises(Unpublishable, match="it comes to 5 MB with all that it refers to: make its schemas smaller"):
        make_row(task({"text": "x" * 5 * 1024 * 1024}), uid_of("ship"), 1)
