import socket

from tests.controlplane.ports import RANGE, free_port, is_served


def test_a_port_can_be_listened_on_and_is_never_an_outgoing_connections() -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert port in RANGE
    with socket.create_server(("127.0.0.1", 0)) as ephemeral:
        assert ephemeral.getsockname()[1] not in RANGE


def test_a_port_is_served_while_somebody_listens() -> None:
    url = f"https://127.0.0.1:{free_port()}"
    assert not is_served(url)
    with socket.create_server(("127.0.0.1", int(url.rpartition(":")[2]))):
        assert is_served(url)
