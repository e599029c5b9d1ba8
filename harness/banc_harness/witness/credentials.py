"""The certificates that the witness was given: PKCS#12 in an action, PEM files for TLS, key objects for signatures."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12

from banc_harness.witness.transport import KeyPair


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key and its certificate, with the PEM files that a TLS context reads."""

    key: RSAPrivateKey
    certificate: x509.Certificate
    pair: KeyPair

    @property
    def structure(self) -> str:
        """The Struct_IdNat that the certificate names in its OU."""
        units = self.certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATIONAL_UNIT_NAME)
        return str(units[0].value) if units else ""


def unpack(given: dict[str, Any], folder: Path) -> Credential:
    """Opens the PKCS#12 of an action and leaves its PEM files, readable by their owner only, in ``folder``.

    Raises ``ValueError`` when the store is not one, or holds no RSA key.
    """
    store = base64.b64decode(given["p12"])
    key, certificate, chain = pkcs12.load_key_and_certificates(store, given["password"].encode())
    if not isinstance(key, RSAPrivateKey) or certificate is None:
        raise ValueError("the PKCS#12 holds no RSA key with its certificate")
    name = hashlib.sha256(store).hexdigest()[:16]
    pair = KeyPair(folder / f"{name}.pem", folder / f"{name}.key")
    certificates = b"".join(c.public_bytes(serialization.Encoding.PEM) for c in (certificate, *chain))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for path, data in ((pair.certificate, certificates), (pair.key, private)):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
    return Credential(key, certificate, pair)
