import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.controlplane.certificates import Certificates, make_certificates


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return make_certificates(tmp_path, datetime.now(UTC))


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_strict_client_trusts_the_server(certificates: Certificates, name: str) -> None:
    trust = ssl.create_default_context(cafile=str(certificates.authority))
    trust.verify_flags |= ssl.VERIFY_X509_STRICT
    assert handshake(certificates, trust, name)


def test_another_name_is_not_trusted(certificates: Certificates) -> None:
    trust = ssl.create_default_context(cafile=str(certificates.authority))
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        handshake(certificates, trust, "example.com")


def test_keys_are_for_their_owner_alone(certificates: Certificates) -> None:
    for path in (certificates.server_key, certificates.account_key):
        assert path.stat().st_mode & 0o077 == 0


def handshake(certificates: Certificates, trust: ssl.SSLContext, name: str) -> bool:
    """Whether a client that trusts the authority finishes a handshake with the server under this name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.server, certificates.server_key)
    near, far = socket.socketpair()
    with near, far:
        server = threading.Thread(target=answer, args=(context, far))
        server.start()
        try:
            with trust.wrap_socket(near, server_hostname=name) as client:
                return client.version() == "TLSv1.3"
        finally:
            server.join()


def answer(context: ssl.SSLContext, connection: socket.socket) -> None:
    """One handshake, whose refusal by the client is no matter."""
    try:
        context.wrap_socket(connection, server_side=True).close()
    except ssl.SSLError:
        connection.close()
