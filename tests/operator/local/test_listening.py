import socket
from collections.abc import Iterator

import pytest

from tidegate_gateway.serving import AddressError
from tidegate_operator.local import listening
from tidegate_operator.local.listening import admin_address, is_free, refuse_taken


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


def test_a_taken_default_admin_address_gives_way_and_a_chosen_one_does_not(
    taken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert admin_address("10.0.0.1:1") == ("10.0.0.1:1", None)
    monkeypatch.setattr(listening, "ADMIN", taken)
    assert admin_address(None) == ("127.0.0.1:0", f"{taken} is taken: the admin address is on a free port.")
    monkeypatch.setattr(listening, "ADMIN", "127.0.0.1:0")
    assert admin_address(None) == ("127.0.0.1:0", None)
