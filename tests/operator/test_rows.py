"""Rows of what is served: made once, sealed, and one that cannot be stored is left out alone."""

from typing import Any

from structlog.testing import capture_logs

from tidegate_gateway.config.model import AnyConfig, CompanyConfig, EndpointConfig, IntegrationConfig
from tidegate_gateway.config.publish import Published
from tidegate_gateway.secrets import Sealer, generate_key, parse_keys
from tidegate_operator.rows import Rows
from tidegate_operator.store import Key
from tidegate_operator.translate.model import Served, Translation, Verdict

UID = "00000000-0000-4000-8000-000000000001"
OTHER = "00000000-0000-4000-8000-000000000002"
ENDPOINT = Key("Endpoint", "acme", "orders")
COMPANY = Key("Company", "acme", "acme")


def served(config: AnyConfig, **secrets: bytes) -> Served:
    return Served(1, config, secrets)


def company(name: str = "Acme") -> CompanyConfig:
    return CompanyConfig(namespace="acme", name="acme", slug="acme", display_name=name)


def integration() -> IntegrationConfig:
    return IntegrationConfig(namespace="acme", name="pricing", slug="pricing", spec={})


def orders(**values: Any) -> EndpointConfig:
    return EndpointConfig(
        namespace="acme", name="orders", company="acme", group="sales", slug="orders", methods={}, **values
    )


def translation(*parts: tuple[Key, str, Served]) -> Translation:
    verdicts = {key: Verdict(key, uid, 1, (), 1) for key, uid, _ in parts}
    return Translation({key: one for key, _, one in parts}, verdicts)


def test_a_row_is_made_once_for_as_long_as_it_is_the_same() -> None:
    rows, one = Rows(None), served(orders())
    first = rows.of(translation((ENDPOINT, UID, one)))
    assert rows.of(translation((ENDPOINT, UID, one)))["Endpoint", UID] is first["Endpoint", UID]
    other = rows.of(translation((ENDPOINT, UID, served(orders(paused=True)))))
    assert other["Endpoint", UID].digest != first["Endpoint", UID].digest


def test_what_is_gone_is_no_row() -> None:
    rows = Rows(None)
    rows.of(translation((ENDPOINT, UID, served(orders())), (COMPANY, OTHER, served(company()))))
    assert set(rows.of(translation((COMPANY, OTHER, served(company()))))) == {("Company", OTHER)}


def test_what_cannot_be_stored_is_left_out_alone_and_says_why() -> None:
    rows = Rows(None)
    bad = served(company("a\0b"))
    with capture_logs() as logs:
        made = rows.of(translation((ENDPOINT, UID, served(orders())), (COMPANY, OTHER, bad)))
    assert set(made) == {("Endpoint", UID)}
    assert "NUL" in rows.problems[COMPANY]
    assert logs[0]["event"] == "resource cannot be published"
    rows.of(translation((COMPANY, OTHER, bad)))
    assert "NUL" in rows.problems[COMPANY]
    rows.of(translation((COMPANY, OTHER, served(company()))))
    assert rows.problems == {}


def test_what_cannot_be_stored_any_more_stays_as_it_was() -> None:
    rows = Rows(None)
    before = rows.of(translation((COMPANY, OTHER, served(company()))))
    bad = served(company("a\0b"))
    for _ in range(2):
        assert rows.of(translation((COMPANY, OTHER, bad))) == before
        assert set(rows.problems) == {COMPANY}


def test_credentials_need_a_key_and_change_the_digest() -> None:
    key = Key("Integration", "acme", "pricing")
    rows = Rows(None)
    assert rows.of(translation((key, UID, served(integration(), token=b"x")))) == {}
    assert "set TIDEGATE_ENCRYPTION_KEYS" in rows.problems[key]
    sealing = Rows(Sealer(parse_keys(generate_key())))
    first = sealing.of(translation((key, UID, served(integration(), token=b"x"))))["Integration", UID]
    second = sealing.of(translation((key, UID, served(integration(), token=b"y"))))["Integration", UID]
    assert first.digest != second.digest
    assert first.document == second.document
    assert "token" not in repr(first)


def test_the_last_good_is_what_is_published_and_a_row_of_another_version_is_passed_over() -> None:
    rows = Rows(None)
    made = rows.of(translation((ENDPOINT, UID, served(orders()))))["Endpoint", UID]
    published = {
        ("Endpoint", UID): Published("acme", "orders", 7, 3, made.digest, made.document),
        ("Endpoint", OTHER): Published("acme", "bad", 1, 3, "x", b'{"version": [2, 0]}'),
        ("Later", OTHER): Published("acme", "later", 1, 3, "x", b"{}"),
    }
    heir = Rows(None)
    with capture_logs() as logs:
        good = heir.last_good(published)
    assert {uid: (one.generation, one.config) for uid, one in good.items()} == {UID: (7, orders())}
    assert [line["kind"] for line in logs] == ["Endpoint", "Later"]
    row = heir.of(translation((ENDPOINT, UID, good[UID])))["Endpoint", UID]
    assert (row.digest, row.generation) == (made.digest, 7)
