"""The register of what the sandbox's PKI issued: to which session, what for, and since when revoked."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.attribution import PeerCertificate, fingerprint
from banc_mocks.sandbox.batch import Batch, Record
from banc_mocks.sandbox.clock import Now, instant
from banc_standards.errors import Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_fixtures.pki.authority import Pki
    from banc_fixtures.pki.issuing import Issued
    from banc_fixtures.pki.names import Holder
    from banc_fixtures.pki.profiles import Kind, Profile
    from banc_mocks.sandbox.sessions import Session
    from banc_mocks.sandbox.store import Store

_RECORD = "certificate"
_KNOWN_PEERS = 1_000
ALWAYS_REVOKED = timedelta(days=1)
"""How long before its issue a certificate of profile "revoked" was revoked, so that every clock agrees."""


class CertificateUnknown(UnusableInput):
    """The session has no certificate of this id."""

    def __init__(self, certificate_id: str) -> None:
        super().__init__(
            "CERT-002",
            Sentence(f"certificat inconnu : {certificate_id}", f"unknown certificate: {certificate_id}"),
            Sentence("l'identifiant est celui que donne son émission", "the id is the one that its issue told"),
        )


@dataclass(frozen=True, slots=True)
class Registered:
    """One certificate of the register. ``id`` is the first half of its SHA-256; keys are never kept."""

    sha256: str
    serial: int
    issuer: str
    session: str
    kind: Kind
    profile: Profile
    holder: str
    subject: str
    revoked_at: datetime | None = None

    @property
    def id(self) -> str:
        """Its name in the control API."""
        return self.sha256[:32]

    def as_json(self) -> dict[str, Any]:
        """The row as stored."""
        return {
            "sha256": self.sha256,
            "serial": f"{self.serial:x}",
            "issuer": self.issuer,
            "session": self.session,
            "kind": self.kind,
            "profile": self.profile,
            "holder": self.holder,
            "subject": self.subject,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Registered:
        """The row as it was stored."""
        revoked = value["revoked_at"]
        return cls(
            **value
            | {
                "serial": int(value["serial"], 16),
                "revoked_at": datetime.fromisoformat(revoked) if revoked else None,
            }
        )


class Certificates:
    """Issues, revokes and knows the certificates of every session. Make it with :meth:`open`.

    ``publication`` gives the base URL that certificates name for revocation lists and OCSP.
    """

    def __init__(self, store: Store, pki: Pki, publication: Callable[[], str | None], real: Now) -> None:
        self.pki = pki
        self._store = store
        self._publication = publication
        self._real = real
        self._rows: dict[str, Registered] = {}
        self._peers: dict[bytes, PeerCertificate] = {}

    @classmethod
    async def open(cls, store: Store, pki: Pki, *, publication: Callable[[], str | None], real: Now) -> Certificates:
        """Reads the register back from the store. Raises ``StoreFailed``."""
        certificates = cls(store, pki, publication, real)
        for row in await store.rows(sa.select(tables.records).where(tables.records.c.kind == _RECORD)):
            certificates._rows[row.key] = Registered.from_json(json.loads(row.value))
        return certificates

    def find(self, sha256: str) -> Registered | None:
        """The certificate of that fingerprint, or None when the sandbox did not issue it."""
        return self._rows.get(sha256)

    def of(self, session_id: str) -> tuple[Registered, ...]:
        """The certificates of one session, in the order of their issue."""
        return tuple(row for row in self._rows.values() if row.session == session_id)

    def peer(self, der: bytes) -> PeerCertificate:
        """What is known of a certificate that a connection or a signature showed."""
        known = self._peers.get(der)
        if known is None:
            if len(self._peers) >= _KNOWN_PEERS:
                self._peers.clear()
            known = self._peers[der] = self._peer(der)
        return known

    def _peer(self, der: bytes) -> PeerCertificate:
        sha256 = fingerprint(der)
        row = self._rows.get(sha256)
        if row is None:
            return PeerCertificate(der, sha256)
        return PeerCertificate(der, sha256, row.kind, row.profile, row.holder, row.session, row.revoked_at)

    async def issue(
        self,
        session: Session,
        *,
        kind: Kind,
        holder: str | None = None,
        cn: str | None = None,
        names: tuple[str, ...] = (),
        csr: str | None = None,
        profile: Profile = "valid",
    ) -> Issued:
        """Issues a certificate to a session, dated on its clock, and registers it durably.

        ``holder`` is the id of a professional or a structure, by default the first that fits the kind. Raises
        ``UnusableInput`` or ``UnknownIdentity`` for what does not fit, ``StoreFailed``.
        """
        from banc_fixtures.pki.holders import holder_of
        from banc_fixtures.pki.issuing import Order, issue

        found_id, found = holder_of(kind, holder)
        order = Order(kind, found, cn, names, csr, profile, self._publication())
        now = session.now()
        issued = await asyncio.to_thread(issue, self.pki, order, now)
        await self._write(_row(issued, session.id, found_id, found, now))
        return issued

    async def revoke(self, session: Session, certificate_id: str) -> None:
        """Revokes a certificate of the session from now on, on its clock. Raises :class:`CertificateUnknown`."""
        row = next((one for one in self.of(session.id) if certificate_id in (one.id, one.sha256)), None)
        if row is None:
            raise CertificateUnknown(certificate_id)
        if row.revoked_at is None:
            await self._write(replace(row, revoked_at=session.now()))

    def forget(self, session_id: str) -> None:
        """Drops the certificates of a session that was deleted; the store purges its own rows."""
        for row in self.of(session_id):
            del self._rows[row.sha256]
        self._peers.clear()

    def revocation_list(self, issuer: str) -> bytes | None:
        """The list of one issuing authority ("organisations", "persons", "foreign") in DER, None for another name."""
        from banc_fixtures.pki.revocation import Revoked, revocation_list

        authority = next((one for one in self.pki.issuers() if one.name == issuer), None)
        if authority is None:
            return None
        revoked = [
            Revoked(row.serial, row.revoked_at)
            for row in self._rows.values()
            if row.issuer == issuer and row.revoked_at
        ]
        return revocation_list(authority, revoked, self._real())

    def ocsp_answer(self, request: bytes) -> bytes:
        """The answer to an OCSP request, both in DER."""
        from banc_fixtures.pki.revocation import Status, ocsp_answer

        by_serial = {row.serial: row for row in self._rows.values()}

        def status(serial: int) -> Status | None:
            row = by_serial.get(serial)
            return Status(row.revoked_at) if row else None

        return ocsp_answer(self.pki, request, status, self._real())

    async def _write(self, row: Registered) -> None:
        record = Record(_RECORD, row.sha256, row.as_json(), session=row.session)
        await self._store.write(Batch(row.session, 0, records=(record,)))
        self._rows[row.sha256] = row
        self._peers.clear()


def issued_json(issued: Issued, *, p12: bool) -> dict[str, Any]:
    """The answer of the control API to an issue (CONTRACTS §4): PEM texts, or PKCS#12 and its password."""
    from base64 import b64encode

    from banc_fixtures.pki.issuing import new_password

    password = new_password() if p12 else None
    return {
        "id": issued.sha256[:32],
        "sha256": issued.sha256,
        "kind": issued.order.kind,
        "subject": issued.certificate.subject.rfc4514_string(),
        "not_before": instant(issued.certificate.not_valid_before_utc),
        "not_after": instant(issued.certificate.not_valid_after_utc),
        "certificate": issued.pem,
        "chain": issued.chain_pem,
        "private_key": None if p12 else issued.key_pem,
        "p12": b64encode(issued.p12(password)).decode() if password else None,
        "password": password,
    }


def _row(issued: Issued, session: str, holder_id: str, holder: Holder, now: datetime) -> Registered:
    certificate = issued.certificate
    revoked = issued.order.profile == "revoked"
    return Registered(
        sha256=issued.sha256,
        serial=certificate.serial_number,
        issuer=issued.issuer.name,
        session=session,
        kind=issued.order.kind,
        profile=issued.order.profile,
        holder=holder_id,
        subject=certificate.subject.rfc4514_string(),
        revoked_at=now - ALWAYS_REVOKED if revoked else None,
    )
