"""The keys of one control plane: an authority, the API server's certificate, and the key of service account tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

LIFETIME = timedelta(days=30)
AUTHORITY = "tidegate tests"


@dataclass(frozen=True)
class Certificates:
    """PEM files; clients trust `authority`, the API server shows `server` and signs tokens with `account_key`."""

    authority: Path
    server: Path
    server_key: Path
    account_key: Path


def make_certificates(folder: Path, now: datetime) -> Certificates:
    """Write a fresh set, valid for 127.0.0.1 and localhost for thirty days around `now`."""
    root_key, server_key = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
    root = _authority(root_key, now)
    server = _server(server_key, root_key, now)
    return Certificates(
        authority=_write(folder / "authority.crt", root.public_bytes(Encoding.PEM)),
        server=_write(folder / "server.crt", server.public_bytes(Encoding.PEM)),
        server_key=_write(folder / "server.key", _pem(server_key)),
        account_key=_write(folder / "accounts.key", _pem(generate_private_key(SECP256R1()))),
    )


def _authority(key: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    certificate = _begin(AUTHORITY, key, now).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    return certificate.add_extension(usage, critical=True).sign(key, SHA256())


def _server(key: EllipticCurvePrivateKey, signer: EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    names = [x509.IPAddress(IPv4Address("127.0.0.1")), x509.DNSName("localhost")]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    certificate = _begin("kube-apiserver", key, now).add_extension(x509.SubjectAlternativeName(names), critical=False)
    return certificate.add_extension(issuer, critical=False).sign(signer, SHA256())


def _begin(subject: str, key: EllipticCurvePrivateKey, now: datetime) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder(issuer_name=_name(AUTHORITY), subject_name=_name(subject))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - LIFETIME).not_valid_after(now + LIFETIME)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return builder.add_extension(identifier, critical=False)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


def _write(path: Path, content: bytes) -> Path:
    path.touch(mode=0o600)
    path.write_bytes(content)
    return path
