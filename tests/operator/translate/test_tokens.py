"""Tokens: which there are, what is wanted, what opens, and that no value ever shows."""

import hashlib
from typing import Any

import pytest

from tests.operator.translate.worlds import cluster, endpoint, key, secret, translated
from tidegate_gateway.config.model import EndpointConfig, TokenDigest
from tidegate_operator.store import Resource, Secret
from tidegate_operator.translate.model import Translation
from tidegate_operator.translate.token_secret import token_secret_name

ORDERS = key("Endpoint", "orders")
TOKENS = key("Secret", "orders-tokens")
ERP = {"name": "erp", "secretRef": {"name": "erp"}}


def guarded(methods: dict[str, Any] | None = None, **security: Any) -> Resource:
    return endpoint(spec={"security": security, "methods": methods or {"post": {}}})


def own_tokens(resource: Resource, data: dict[str, str]) -> Secret:
    return secret("orders-tokens", data, owner=resource.uid)


def digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def tokens(outcome: Translation) -> list[TokenDigest]:
    config = outcome.served[ORDERS].config
    assert isinstance(config, EndpointConfig)
    return list(config.tokens)


def opens(outcome: Translation) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Name → methods and digests; of primary tokens the method is in the name."""
    return {
        f"{token.name} {token.methods[0]}" if token.name == "primary" else token.name: (token.methods, token.digests)
        for token in tokens(outcome)
    }


def test_a_token_for_each_method_is_asked_for() -> None:
    outcome = translated(guarded({"get": {}, "post": {}}))
    (wanted,) = outcome.wanted_tokens
    assert (wanted.key, wanted.secret, wanted.methods) == (ORDERS, TOKENS, ("POST", "GET"))
    assert wanted.uid == outcome.verdicts[ORDERS].uid
    assert outcome.verdicts[ORDERS].token_secret == "orders-tokens"
    assert outcome.verdicts[ORDERS].findings == ()
    assert opens(outcome) == {"primary POST": (("POST",), ()), "primary GET": (("GET",), ())}


def test_one_for_delete_when_deleting_is_allowed() -> None:
    outcome = translated(guarded(allowDeleting=True))
    assert outcome.wanted_tokens[0].methods == ("POST", "GET", "DELETE")
    both = translated(guarded({"delete": {}}, allowDeleting=True))
    assert both.wanted_tokens[0].methods == ("GET", "DELETE")


def test_one_for_get_always_since_what_is_stored_is_read_by_its_id() -> None:
    assert translated(guarded({"post": {}})).wanted_tokens[0].methods == ("POST", "GET")
    assert translated(guarded({"post": {}})).verdicts[ORDERS].methods == "POST"


def test_the_digests_of_what_is_in_the_secret_open() -> None:
    resource = guarded()
    outcome = translated(resource, own_tokens(resource, {"POST": "one\n", "POST.next": "two", "GET": "three"}))
    assert opens(outcome) == {
        "primary POST": (("POST",), (digest("one"), digest("two"))),
        "primary GET": (("GET",), (digest("three"),)),
    }
    assert not outcome.wanted_tokens


def test_an_empty_value_opens_nothing_and_is_asked_for() -> None:
    resource = guarded()
    outcome = translated(resource, own_tokens(resource, {"POST": "\n", "POST.next": "", "GET": "three"}))
    assert opens(outcome)["primary POST"] == (("POST",), ())
    assert outcome.wanted_tokens[0].methods == ("POST",)


def test_what_is_lacking_in_somebody_elses_secret_is_told_and_not_asked_for() -> None:
    outcome = translated(guarded({"post": {}, "get": {}}), secret("orders-tokens", {"POST": "mine"}))
    assert not outcome.wanted_tokens
    assert opens(outcome) == {"primary POST": (("POST",), (digest("mine"),)), "primary GET": (("GET",), ())}
    (finding,) = outcome.verdicts[ORDERS].findings
    assert (finding.condition, finding.reason) == ("ResolvedRefs", "RefNotFound")
    assert finding.message == (
        "Secret orders-tokens is not this Endpoint's own and has no token under GET: "
        "put them there, or delete the Secret and it is made anew."
    )


def test_internal_tokens_are_made_and_not_shown() -> None:
    outcome = translated(guarded(authentication="Internal", tokens=[ERP]))
    assert outcome.wanted_tokens[0].methods == ("POST", "GET")
    assert outcome.verdicts[ORDERS].token_secret is None
    assert {token.name for token in tokens(outcome)} == {"primary"}
    assert outcome.verdicts[ORDERS].findings == ()


def test_without_authentication_there_are_no_tokens() -> None:
    outcome = translated(guarded(authentication="None", tokens=[ERP]))
    assert not outcome.wanted_tokens
    assert outcome.verdicts[ORDERS].token_secret is None
    assert tokens(outcome) == []
    assert outcome.verdicts[ORDERS].findings == ()


def test_a_secondary_token_opens_every_method_or_those_it_names() -> None:
    named = {"name": "shop", "secretRef": {"name": "erp", "key": "shop"}, "methods": ["GET", "POST"]}
    resource = guarded({"post": {}, "put": {}}, tokens=[ERP, named], allowDeleting=True)
    outcome = translated(resource, secret("erp", {"token": "a", "shop": "b", "token.next": "c"}))
    assert opens(outcome)["erp"] == (("POST", "GET", "PUT", "DELETE"), (digest("a"), digest("c")))
    assert opens(outcome)["shop"] == (("POST", "GET"), (digest("b"),))


MISSING = [
    (None, "There is no Secret erp in this namespace: create it, with the token of erp under the key token."),
    ({}, "Secret erp has no key token: add it, with the token of erp."),
    ({"token": ""}, "The key token of Secret erp is empty: put the token of erp there."),
    ({"token": " \n"}, "The key token of Secret erp is empty: put the token of erp there."),
]


@pytest.mark.parametrize(("data", "sentence"), MISSING)
def test_a_secondary_token_without_a_value_opens_nothing_and_the_endpoint_is_served(
    data: dict[str, str] | None, sentence: str
) -> None:
    there = [secret("erp", data)] if data is not None else []
    outcome = translated(guarded(tokens=[ERP]), *there)
    (finding,) = outcome.verdicts[ORDERS].findings
    assert (finding.condition, finding.reason, finding.message) == ("ResolvedRefs", "RefNotFound", sentence)
    assert finding.path == "spec.security.tokens[0].secretRef"
    assert opens(outcome)["erp"] == (("POST", "GET"), ())


def test_a_secret_that_changes_changes_who_refers_to_it_alone() -> None:
    world = cluster(guarded(tokens=[ERP]), endpoint("other"), secret("erp", {"token": "a"}))
    before = world.translate()
    outcome = world.put(secret("erp", {"token": "b"})).translate()
    assert outcome.changed == {ORDERS}
    assert opens(outcome)["erp"][1] == (digest("b"),)
    assert outcome.served[key("Endpoint", "other")] is before.served[key("Endpoint", "other")]


def test_the_secrets_that_are_referred_to_are_known() -> None:
    world = cluster(guarded(tokens=[ERP]))
    outcome = world.translator.translate(world.world())
    assert outcome.wanted_secrets == {key("Secret", "erp"), TOKENS}
    assert set(world.translator.secrets) == outcome.wanted_secrets
    world.put(guarded(authentication="None")).translate()
    assert set(world.translator.secrets) == set()


def test_the_name_primary_is_refused() -> None:
    outcome = translated(guarded(tokens=[{"name": "primary", "secretRef": {"name": "erp"}}]))
    (finding, *_) = outcome.verdicts[ORDERS].findings
    assert (finding.reason, finding.path) == ("InvalidField", "spec.security.tokens[0].name")


def test_long_names_fit_and_stay_apart() -> None:
    assert token_secret_name("a" * 246) == "a" * 246 + "-tokens"
    long, other = token_secret_name("a" * 253), token_secret_name("a" * 252 + "b")
    assert len(long) == 253
    assert long != other
    dotted = token_secret_name("a" * 233 + "." * 3 + "b" * 17)
    assert ".-" not in dotted


def test_a_shortened_name_is_that_of_no_other_endpoint() -> None:
    """Else whoever may make an Endpoint could give it the name that makes it share another's tokens."""
    shortened = token_secret_name("a" * 253)
    assert not shortened.endswith("-tokens")
    digest = hashlib.sha256(b"a" * 253).hexdigest()[:32]
    assert shortened == f"{'a' * 213}-tokens-{digest}"


def test_no_value_of_a_secret_shows_anywhere() -> None:
    resource = guarded(tokens=[ERP])
    outcome = translated(
        resource,
        secret("erp", {"token": "s3cret-one"}),
        secret("orders-tokens", {"POST": "s3cret-two"}, owner=resource.uid),
    )
    assert "s3cret" not in repr(outcome)
    assert "s3cret" not in outcome.served[ORDERS].config.model_dump_json()
