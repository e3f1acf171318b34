import hashlib
from pathlib import Path

from tests.operator.local.terminal.test_example import endpoint, translation
from tidegate_gateway.config.model import Method, TokenDigest
from tidegate_operator.local.addresses import Access, Addresses
from tidegate_operator.store import Key, Secret

HELD = {"GET": b"tg_g\n", "POST": b"tg_p", "extra": b"tg_x"}


def primary(method: Method, value: bytes) -> TokenDigest:
    return TokenDigest(name="primary", methods=(method,), digests=(hashlib.sha256(value).hexdigest(),))


def secret(key: Key) -> Secret | None:
    return Secret(key, HELD) if key == Key("Secret", "acme", "orders-tokens") else None


def test_an_address_has_the_tokens_that_open_it(tmp_path: Path) -> None:
    served = (primary("GET", b"tg_g"), primary("POST", b"tg_p"))
    Addresses(tmp_path).keep(translation(endpoint("orders", tokens=served)), secret)
    access = Addresses(tmp_path).access("acme/sales/orders")
    assert access == Access("Token", {"GET": "tg_g", "POST": "tg_p"})
    assert "tg_" not in repr(access)


def test_what_does_not_open_it_and_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    addresses = Addresses(tmp_path)
    stale = (primary("GET", b"tg_g"), primary("POST", b"tg_old"))
    other = TokenDigest(name="partner", methods=("POST",), digests=(hashlib.sha256(b"tg_p").hexdigest(),))
    addresses.keep(translation(endpoint("orders", tokens=(*stale, other)), endpoint("new", tokens=stale)), secret)
    assert addresses.access("acme/sales/orders") == Access("Token", {"GET": "tg_g"})
    assert addresses.access("acme/sales/new") == Access("Token", {})


def test_an_address_that_needs_no_token_is_known_and_one_that_is_gone_is_not(tmp_path: Path) -> None:
    addresses = Addresses(tmp_path)
    addresses.keep(translation(endpoint("open", authentication="None")), secret)
    assert list(addresses) == ["acme/sales/open"]
    assert addresses.access("acme/sales/open") == Access("None", {})
    addresses.keep(translation(), secret)
    assert list(Addresses(tmp_path)) == []
    assert addresses.access("acme/sales/open") is None
