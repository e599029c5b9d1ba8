"""Who speaks, and to which session it belongs (CONTRACTS §3): certificate, then credential, then address, then default.

The credential is the service's to read: its handler calls ``Call.claim``.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from banc_mocks.sandbox.http import RuleBroken, SessionConflict
from banc_standards.attribution_rules import SESSION_CONFLICT, SESSION_UNKNOWN, NamedSession, Signs

if TYPE_CHECKING:
    from cryptography import x509

SessionBy = Literal["certificate", "credential", "address", "default"]

_PREFIX = re.compile(r"/s/([a-z0-9]{4,16})(?=/|$)")


@dataclass(frozen=True)
class PeerCertificate:
    """The client certificate of a connection.

    ``kind``, ``profile``, ``holder``, ``session`` and ``revoked_at`` come from the sandbox's register and are ``None``
    for a certificate that it did not issue. Nothing here says that the certificate is any good: dates, issuer and
    revocation are judged by ``banc_standards.certificates`` on the session clock.
    """

    der: bytes
    sha256: str
    kind: str | None = None
    profile: str | None = None
    holder: str | None = None
    session: str | None = None
    revoked_at: datetime | None = None

    @cached_property
    def x509(self) -> x509.Certificate:
        """The parsed certificate."""
        from cryptography import x509

        return x509.load_der_x509_certificate(self.der)

    @cached_property
    def subject(self) -> str:
        """The subject as RFC 4514 writes it."""
        return self.x509.subject.rfc4514_string()

    def as_json(self) -> dict[str, Any]:
        """The ``peer.certificate`` object of CONTRACTS §6."""
        return {"sha256": self.sha256, "subject": self.subject, "kind": self.kind}


@dataclass
class Peer:
    """Who speaks: socket address, client certificate, and the token that the handler found, if any."""

    address: str
    certificate: PeerCertificate | None = None
    token: dict[str, Any] | None = None
    session_by: SessionBy = "default"

    def as_json(self) -> dict[str, Any]:
        """The ``peer`` object of CONTRACTS §6."""
        certificate = self.certificate.as_json() if self.certificate else None
        return {
            "address": self.address,
            "certificate": certificate,
            "token": self.token,
            "session_by": self.session_by,
        }


@dataclass(frozen=True, slots=True)
class Attribution:
    """The session that a request belongs to before its credential is read, and what refuses it already."""

    session: str
    by: SessionBy
    signs: Signs
    refusal: RuleBroken | None = None


def split_prefix(path: str) -> tuple[str | None, str]:
    """The session that a path names and the real path: ``/s/k7f2/auth`` is ``("k7f2", "/auth")``."""
    found = _PREFIX.match(path)
    if found is None:
        return None, path
    return found[1], path[found.end() :] or "/"


def attribute(certificate: PeerCertificate | None, named: str | None, exists: Callable[[str], bool]) -> Attribution:
    """Attributes a request by its client certificate and the session that its address names.

    A certificate whose session was deleted says nothing. An address that names no session, or another one than the
    certificate, carries its refusal; the exchange then belongs to the certificate's session, else to ``default``.
    """
    issued_to = certificate.session if certificate else None
    owner = issued_to if issued_to is not None and exists(issued_to) else None
    signs = Signs(certificate=owner, address=named)
    fallback: tuple[str, SessionBy] = (owner, "certificate") if owner else ("default", "default")
    if named is None:
        return Attribution(*fallback, signs)
    for hit in SESSION_UNKNOWN.check(NamedSession(named, exists(named))):
        return Attribution(*fallback, Signs(certificate=owner), RuleBroken(SESSION_UNKNOWN, hit))
    for hit in SESSION_CONFLICT.check(signs):
        return Attribution(*fallback, signs, SessionConflict(hit, named))
    return Attribution(owner or named, "certificate" if owner else "address", signs)


def fingerprint(der: bytes) -> str:
    """The SHA-256 of a certificate, lower-case hexadecimal: its name in the register."""
    return hashlib.sha256(der).hexdigest()
