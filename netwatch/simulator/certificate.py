"""A self-signed certificate for the mail servers of this room, made when it is needed.

May import: nothing of NetWatch. Called by: the mail servers of this room and the tests of notify.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerCertificate:
    """Where a certificate and its key stand; the certificate is its own authority (`ca_file` of a client)."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """Return a context for a server that shows this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def self_signed(directory: Path, *, host: str = "127.0.0.1", valid_for: timedelta = LIFETIME) -> ServerCertificate:
    """Write a key and a certificate for `host` (an address or a name) into `directory`.

    A negative `valid_for` makes a certificate that has run out.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    made = ServerCertificate(certificate=directory / f"{host}.crt", key=directory / f"{host}.key")
    made.key.write_bytes(_pem_of(key))
    made.key.chmod(0o600)
    made.certificate.write_bytes(_certificate(key, host, valid_for).public_bytes(serialization.Encoding.PEM))
    return made


def _pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _certificate(key: ec.EllipticCurvePrivateKey, host: str, valid_for: timedelta) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    start, end = sorted((datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + valid_for))
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(x509.SubjectAlternativeName([_alternative_name(host)]), critical=False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(identifier, critical=False)
    return builder.sign(key, hashes.SHA256())


def _alternative_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
