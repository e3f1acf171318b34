import socket
from collections.abc import Iterator

import pytest

from tidegate_gateway.serving import AddressError
from tidegate_operator.local import listening
from tidegate_operator.local.listening import admin_address, admin_word, is_free, refuse_taken


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_taken_address_is_not_free(taken: str) -> None:
    assert not is_free(taken)
    assert is_free("127.0.0.1:0")
    assert is_free("[::1]:0")
    assert not is_free("192.0.2.1:0")


def test_what_is_no_address_is_for_the_server_to_refuse() -> None:
    assert is_free("nonsense")
    assert is_free("127.0.0.1:99999")


def test_a_taken_public_address_gives_a_sentence(taken: str) -> None:
    with pytest.raises(
        AddressError, match=r"cannot be listened on, .*: choose another with --listen, such as --listen"
    ):
        refuse_taken(taken)
    refuse_taken("127.0.0.1:0")


def test_a_taken_default_admin_address_gives_way_and_says_where_it_went(
    taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "ADMIN", taken)
    assert admin_address(None) == "127.0.0.1:0"
    assert admin_word(None, "127.0.0.1:0", "http://127.0.0.1:4711") == (
        f"{taken} is taken: the admin address is http://127.0.0.1:4711; set TIDEGATE_ADMIN_LISTEN to choose another."
    )


def test_a_chosen_admin_address_and_a_free_one_do_not_give_way(taken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for wanted in (taken, "127.0.0.1:0"):
        assert admin_address(wanted) == wanted
        assert admin_word(wanted, wanted, "http://127.0.0.1:4711") is None
    monkeypatch.setattr(listening, "ADMIN", "[::1]:0")
    assert admin_address(None) == "[::1]:0"
    assert admin_word(None, "[::1]:0", "http://[::1]:4711") is None
