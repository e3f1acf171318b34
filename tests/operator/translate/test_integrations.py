"""Integrations: credentials out of Secrets, templates over what a connection has, slugs of their own."""

from typing import Any

import pytest

from tests.operator.translate.worlds import cluster, key, resource, said, secret, translated
from tidegate_operator.store import Resource

PRICING = key("Integration", "pricing")
BASE: dict[str, Any] = {"type": "custom", "mode": "Shared", "apiBaseUri": "https://api.example.com"}
BEARER: dict[str, Any] = {"authType": "Bearer", "bearer": {"secretRef": {"name": "s"}}}


def integration(name: str = "pricing", /, *, age: int = 0, **spec: Any) -> Resource:
    return resource("Integration", name, BASE | spec, age=age)


def test_credentials_follow_their_secret() -> None:
    world = cluster(integration(**BEARER), secret("s", {"token": "one\n"}))
    assert world.translate().served[PRICING].secrets == {"bearer.secret": b"one"}
    assert world.put(secret("s", {"token": "two"})).translate().served[PRICING].secrets == {"bearer.secret": b"two"}
    outcome = world.drop(key("Secret", "s")).translate()
    assert outcome.served[PRICING].secrets == {}
    assert outcome.verdicts[PRICING].findings[0].message == (
        "There is no Secret s in this namespace: create it, with the credential under the key token."
    )


def test_those_of_a_last_good_follow_their_secret_too() -> None:
    world = cluster(integration(**BEARER), secret("s", {"token": "one"}))
    world.translate()
    world.edit(PRICING, BASE | BEARER | {"apiBaseUri": "nowhere"}).translate()
    outcome = world.put(secret("s", {"token": "two"})).translate()
    assert outcome.served[PRICING].generation == 1
    assert outcome.served[PRICING].secrets == {"bearer.secret": b"two"}


def test_every_key_of_a_secret_of_fields_is_a_field() -> None:
    world = cluster(integration(encryptedRef={"name": "s"}), secret("s", {"password": "p", "empty": "", "pem": "k\n"}))
    outcome = world.translate()
    assert outcome.served[PRICING].secrets == {"encrypted.password": b"p", "encrypted.pem": b"k"}
    assert "b'p'" not in repr(outcome)


def test_secrets_of_another_way_to_prove_oneself_are_not_asked_for() -> None:
    outcome = translated(integration(bearer={"secretRef": {"name": "gone"}}))
    assert outcome.verdicts[PRICING].findings == ()


URIS = [
    ("https://api.example.com", True),
    ("https://api.example.com:8443/v1", True),
    ("http://[2001:db8::1]:80/", True),
    ("https://api.example.com:0", False),
    ("https://api.example.com:70000", False),
    ("https://api.example.com:http", False),
    ("https://[nowhere]", False),
    ("ftp://api.example.com", False),
    ("api.example.com", False),
]


@pytest.mark.parametrize(("uri", "sound"), URIS)
def test_the_base_uri_has_a_host_and_a_port_that_there_is(uri: str, sound: bool) -> None:
    verdict = translated(integration(apiBaseUri=uri)).verdicts[PRICING]
    assert said(verdict) == ([] if sound else [("Accepted", "InvalidAddress", "spec.apiBaseUri")])


def ping(template: str, **spec: Any) -> list[str]:
    verdict = translated(integration(ping={"relativeUri": template}, **spec)).verdicts[PRICING]
    return [finding.message for finding in verdict.findings if finding.reason == "InvalidExpression"]


def test_a_template_names_fields_that_there_are() -> None:
    assert ping("/{{connection.http.unencrypted.user}}", unencrypted={"user": "acme"}) == []
    assert ping("/{{connection.rest.encrypted.password}}", encryptedRef={"name": "s"}) == []
    assert ping("/{{user.email}}/{{tenant.id}}") == []
    assert ping("/{{connection.http.unencrypted.user}}") == [
        "Give unencrypted a field user, or name another: there is none for connection.http.unencrypted.user."
    ]
    assert ping("/{{connection.http.encrypted.password}}") == [
        "Add encryptedRef, a Secret with the field: there is none for connection.http.encrypted.password."
    ]
    assert len(ping("/{{row.id}}")) == 1


def test_users_bring_fields_of_their_own() -> None:
    assert ping("/{{connection.http.encrypted.password}}/{{connection.http.unencrypted.user}}", mode="PerUser") == []


def test_of_two_slugs_in_a_namespace_the_older_keeps_it() -> None:
    world = cluster(integration(slug="x"), integration("rates", age=5, slug="x"))
    outcome = world.translate()
    (conflict,) = outcome.verdicts[key("Integration", "rates")].findings
    assert (conflict.reason, conflict.path) == ("SlugConflict", "spec.slug")
    assert conflict.message == "Integration acme/pricing is older and holds the slug x: choose another."
    assert key("Integration", "rates") not in outcome.served
    after = world.drop(PRICING).translate()
    assert key("Integration", "rates") in after.served


def test_a_task_is_told_when_its_integration_gets_its_slug() -> None:
    call = {"name": "call", "http": {"integrationRef": {"name": "rates"}}}
    task = resource("Task", "process", {"steps": [call]})
    world = cluster(integration(slug="x"), integration("rates", age=5, slug="x"), task)
    assert key("Task", "process") not in world.translate().served
    assert key("Task", "process") in world.drop(PRICING).translate().served


def test_one_on_premise_waits_for_a_later_version() -> None:
    verdict = translated(integration(network={"mode": "OnPremise", "agentRef": {"name": "a"}})).verdicts[PRICING]
    assert said(verdict) == [("ResolvedRefs", "NotYetAvailable", "spec.network.agentRef")]
    assert verdict.served_generation is None
