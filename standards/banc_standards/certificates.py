"""Reading X.509 certificates as the national services do: names, structure, usage, issuer (IGC-Santé).

Pure functions over ``cryptography`` objects. Judgements are the rules of ``banc_standards.certificate_rules``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Attributes = frozenset[tuple[str, str]]
"""A distinguished name as a set of (OID of the attribute, value folded for comparison)."""

_OIDS: Final = {
    "CN": "2.5.4.3",
    "SURNAME": "2.5.4.4",
    "SN": "2.5.4.4",
    "SERIALNUMBER": "2.5.4.5",
    "C": "2.5.4.6",
    "L": "2.5.4.7",
    "ST": "2.5.4.8",
    "S": "2.5.4.8",
    "STREET": "2.5.4.9",
    "O": "2.5.4.10",
    "OU": "2.5.4.11",
    "T": "2.5.4.12",
    "TITLE": "2.5.4.12",
    "GIVENNAME": "2.5.4.42",
    "GN": "2.5.4.42",
    "G": "2.5.4.42",
    "ORGANIZATIONIDENTIFIER": "2.5.4.97",
    "E": "1.2.840.113549.1.9.1",
    "EMAILADDRESS": "1.2.840.113549.1.9.1",
    "UID": "0.9.2342.19200300.100.1.1",
    "DC": "0.9.2342.19200300.100.1.25",
}
_RDN = re.compile(
    r"\s*([A-Za-z][A-Za-z0-9]*|(?:OID\.)?[0-9]+(?:\.[0-9]+)+)\s*=\s*((?:\\.|[^,+;\\])*)([,+;]|$)", re.DOTALL
)


_PARTS: Final = ("subject", "issuer", "extensions", "not_valid_before_utc", "not_valid_after_utc")
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)


@lru_cache(maxsize=256)
def load(der: bytes) -> x509.Certificate:
    """The certificate in ``der``, all of which can be read: the library would fail later, where a part is asked for.

    The same one comes with each message of a software: what was read whole once is known again.

    Raises ``ValueError``.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
        for part in _PARTS:
            getattr(certificate, part)
    except _UNREADABLE as error:
        raise ValueError(str(error)) from error
    return certificate


def _fold(value: str) -> str:
    return " ".join(value.split()).casefold()


def _unescape(value: str) -> str:
    value = value.strip()
    if value.startswith('"') and value.endswith('"') and len(value) > 1:
        value = value[1:-1]
    raw = re.sub(
        rb"\\(?:([0-9A-Fa-f]{2})|(.))",
        lambda found: bytes.fromhex(found.group(1).decode()) if found.group(1) else found.group(2),
        value.encode(),
    )
    return raw.decode("utf-8", "replace")


def _ber_text(value: str) -> str:
    """The text of ``#14045452414c`` (RFC 4514 §2.4): a BER string of less than 128 octets, as card names carry."""
    try:
        raw = bytes.fromhex(value[1:])
    except ValueError:
        return value
    return raw[2:].decode("utf-8", "replace") if len(raw) > 2 and raw[1] == len(raw) - 2 else value


def distinguished_name(text: str) -> Attributes | None:
    """The attributes of a name written as text, whatever their order, spacing and grouping; None when unreadable.

    Accepts RFC 4514 (``CN=…,OU=…``), the spaced form of ANS examples (``C=FR, ST=…``) and numeric attribute types.
    """
    attributes: set[tuple[str, str]] = set()
    position = 0
    while position < len(text):
        found = _RDN.match(text, position)
        if found is None:
            return None
        kind, value = found.group(1), found.group(2).strip()
        oid = kind.upper().removeprefix("OID.")
        oid = _OIDS.get(oid, oid if oid[0].isdigit() else "")
        if not oid:
            return None
        attributes.add((oid, _fold(_ber_text(value) if value.startswith("#") else _unescape(value))))
        position = found.end()
    return frozenset(attributes) or None


def attributes(name: x509.Name) -> Attributes:
    """The attributes of a certificate's name, comparable to those of :func:`distinguished_name`."""
    return frozenset((item.oid.dotted_string, _fold(str(item.value))) for item in name)


def names_subject(text: str, certificate: x509.Certificate) -> bool:
    """Whether ``text`` is the subject of ``certificate``: RDN sets are compared, never strings (dmp.md §5.1)."""
    compared = _compared if len(text) <= _LONGEST_KEPT else _compared.__wrapped__
    return compared(text, certificate)


_LONGEST_KEPT = 2_000


@lru_cache(maxsize=1024)
def _compared(text: str, certificate: x509.Certificate) -> bool:
    return distinguished_name(text) == attributes(certificate.subject)


def _values(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> list[str]:
    return [str(item.value) for item in certificate.subject.get_attributes_for_oid(oid)]


def common_name(certificate: x509.Certificate) -> str | None:
    """The CN of the subject: the national id of a person on a card, the service's name in a structure certificate."""
    return next(iter(_values(certificate, NameOID.COMMON_NAME)), None)


def structure(certificate: x509.Certificate) -> str | None:
    """The Struct_IdNat of a structure certificate: its OU (dmp.md §4); None for a card, which has no such OU."""
    for value in _values(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME):
        if value[:1].isdigit():
            return value
    return None


def organization(certificate: x509.Certificate) -> str | None:
    """The O of the subject: the name of the structure."""
    return next(iter(_values(certificate, NameOID.ORGANIZATION_NAME)), None)


def _usage(certificate: x509.Certificate) -> x509.KeyUsage | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return None


def _extended(certificate: x509.Certificate) -> Iterable[x509.ObjectIdentifier]:
    try:
        return certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return ()


def signs(certificate: x509.Certificate) -> bool:
    """Whether the certificate is one of signature: KeyUsage nonRepudiation (dmp.md §4)."""
    usage = _usage(certificate)
    return usage is not None and usage.content_commitment


def authenticates_client(certificate: x509.Certificate) -> bool:
    """Whether the certificate may authenticate a TLS client (extended key usage clientAuth)."""
    return ExtendedKeyUsageOID.CLIENT_AUTH in _extended(certificate)


@lru_cache(maxsize=4096)
def issued_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    """Whether ``authority`` signed ``certificate``: names match and the signature verifies; dates are not judged."""
    try:
        certificate.verify_directly_issued_by(authority)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError):
        return False
    return True
