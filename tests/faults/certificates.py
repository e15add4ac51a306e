"""Certificates made on the spot, good ones and bad ones, for a server on 127.0.0.1."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HERE = "127.0.0.1"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Certificate:
    """What a server shows, and a client that verifies and trusts the authority which signs."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    authority: str
    """The authority's own certificate, PEM."""


def certificate(
    host: str = HERE, *, expired: bool = False, signed_by_itself: bool = False
) -> Certificate:
    """For `host`, by the one authority of a test run; good unless told otherwise."""
    now = datetime.now(UTC)
    root_name, root_key, root = _authority()
    name, key = _name("server of a test"), ec.generate_private_key(ec.SECP256R1())
    by = (name, key) if signed_by_itself else (root_name, root_key)
    shown = (
        _begun(name, by[0], key, now - DAY if expired else now + DAY)
        .add_extension(x509.SubjectAlternativeName([_host(host)]), critical=False)
        .sign(by[1], hashes.SHA256())
    )
    authority = root.public_bytes(serialization.Encoding.PEM).decode()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.load_verify_locations(cadata=authority)
    return Certificate(_server(shown, key), client, authority)


@cache
def _authority() -> tuple[x509.Name, ec.EllipticCurvePrivateKey, x509.Certificate]:
    name, key = _name("authority of a test"), ec.generate_private_key(ec.SECP256R1())
    root = (
        _begun(name, name, key, datetime.now(UTC) + DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    return name, key, root


def _server(shown: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "server.pem"
        both.write_bytes(secret + shown.public_bytes(pem))
        context.load_cert_chain(both)
    return context


def _begun(
    name: x509.Name, by: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 10 * DAY)
        .not_valid_after(until)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
