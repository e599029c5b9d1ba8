"""Somebody who signs bundles, and the authority that vouches for them. Keys are made on the spot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from banc_harness.evidence.signature import Signer

PASSWORD = "mot-de-passe-du-testeur"


@dataclass(frozen=True)
class Authority:
    """A certification authority of one certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def signer(self, name: str, *, days: tuple[int, int] = (-30, 365), may_sign: bool = True) -> Signer:
        """A signer of this authority, whose certificate is valid between two days counted from today."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _named(name, self.certificate.subject, key.public_key(), days)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_usage(sign=may_sign), critical=True)
        return Signer(key, builder.sign(self.key, hashes.SHA256()))

    def save(self, path: Path) -> None:
        """Writes key and certificate, for the other workers of a test session."""
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(key + self.pem)

    @classmethod
    def load(cls, path: Path) -> Authority:
        data = path.read_bytes()
        key = load_pem_private_key(data, None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return cls(key, x509.load_pem_x509_certificate(data))


def authority(name: str) -> Authority:
    """A new authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = _named(name, subject, key.public_key(), (-3650, 3650))
    builder = builder.add_extension(x509.BasicConstraints(True, None), critical=True)
    builder = builder.add_extension(_usage(sign=False, authority=True), critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


@cache
def stranger() -> Signer:
    """A signer whom nobody here vouches for."""
    return authority("Autorité inconnue").signer("Imposteur Fictif")


def p12(signer: Signer, password: str | None = PASSWORD) -> bytes:
    """The PKCS #12 file of a signer."""
    lock = NoEncryption() if password is None else BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"testeur", signer.key, signer.certificate, None, lock)


def _named(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePublicKey, days: tuple[int, int]
) -> x509.CertificateBuilder:
    now = datetime.now(UTC).replace(microsecond=0)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
    )


def _usage(*, sign: bool, authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=sign,
        content_commitment=sign,
        key_encipherment=not sign and not authority,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )
