"""The rules of a peer's certificate, for mutual TLS and for signatures: the handshake lets all of them through, so that
each service answers in its own terms (CONTRACTS §2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cryptography import x509

from banc_standards import certificates
from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule


@dataclass(frozen=True, slots=True)
class CertificateSubject:
    """A certificate that a peer showed, and what it is judged against.

    ``authorities`` are the trusted CA certificates that may have issued it directly; ``kind`` and ``revoked_at`` come
    from the register of the sandbox (None when it does not know the certificate); ``kinds`` are those that the service
    takes (empty: any); ``use`` is what the certificate is for here. ``now`` is the session's clock.
    """

    certificate: x509.Certificate | None
    now: datetime
    authorities: tuple[x509.Certificate, ...]
    kind: str | None = None
    revoked_at: datetime | None = None
    kinds: frozenset[str] = field(default_factory=frozenset)
    use: Literal["tls_client", "signature"] = "tls_client"

    @property
    def location(self) -> str:
        """Where findings say that the certificate was."""
        return "TLS" if self.use == "tls_client" else "ds:X509Certificate"


def _present(subject: CertificateSubject) -> Iterator[Hit]:
    if subject.certificate is None:
        yield Hit(subject.location, expected=" | ".join(sorted(subject.kinds)))


def _issuer(subject: CertificateSubject) -> Iterator[Hit]:
    certificate = subject.certificate
    if certificate is not None and not any(
        certificates.issued_by(certificate, authority) for authority in subject.authorities
    ):
        yield Hit(subject.location, found=certificate.issuer.rfc4514_string(), expected="AC de test du bac à sable")


def _expired(subject: CertificateSubject) -> Iterator[Hit]:
    certificate = subject.certificate
    if certificate is not None and subject.now > certificate.not_valid_after_utc:
        end = certificate.not_valid_after_utc.isoformat()
        yield Hit(subject.location, found=end, expected=f"> {subject.now.isoformat()}")


def _not_yet(subject: CertificateSubject) -> Iterator[Hit]:
    certificate = subject.certificate
    if certificate is not None and subject.now < certificate.not_valid_before_utc:
        start = certificate.not_valid_before_utc.isoformat()
        yield Hit(subject.location, found=start, expected=f"< {subject.now.isoformat()}")


def _revoked(subject: CertificateSubject) -> Iterator[Hit]:
    if subject.certificate is not None and subject.revoked_at is not None and subject.revoked_at <= subject.now:
        yield Hit(subject.location, found=subject.revoked_at.isoformat())


def _kind(subject: CertificateSubject) -> Iterator[Hit]:
    if subject.kind is not None and subject.kinds and subject.kind not in subject.kinds:
        yield Hit(subject.location, found=subject.kind, expected=" | ".join(sorted(subject.kinds)))


def _client_usage(subject: CertificateSubject) -> Iterator[Hit]:
    certificate = subject.certificate
    if certificate is not None and subject.use == "tls_client" and not certificates.authenticates_client(certificate):
        yield Hit(subject.location, found="extendedKeyUsage", expected="clientAuth")


def _signature_usage(subject: CertificateSubject) -> Iterator[Hit]:
    certificate = subject.certificate
    if certificate is not None and subject.use == "signature" and not certificates.signs(certificate):
        yield Hit(subject.location, found="keyUsage", expected="nonRepudiation")


ABSENT = Rule(
    id="TLS-001",
    text=Sentence("Le client présente un certificat.", "The client shows a certificate."),
    clause="DMP, transport (PDT-INF-579 v4); INSi, SEL-MP-043 §2",
    fix=Sentence(
        "Présenter au serveur le certificat d'authentification (carte, ou ORG AUTH_CLI de l'IGC-Santé).",
        "Show the server the authentication certificate (card, or ORG AUTH_CLI of IGC-Santé).",
    ),
    check=_present,
    always=True,
)
FOREIGN = Rule(
    id="TLS-002",
    text=Sentence(
        "Le certificat est émis par l'autorité reconnue.", "The certificate is issued by the recognized authority."
    ),
    clause="DMP, modes d'authentification (IGC-Santé)",
    fix=Sentence(
        "Demander un certificat au bac à sable (« banc cert ») ; en production, à l'IGC-Santé.",
        'Ask the sandbox for a certificate ("banc cert"); in production, ask IGC-Santé.',
    ),
    check=_issuer,
    always=True,
)
EXPIRED = Rule(
    id="TLS-003",
    text=Sentence("Le certificat n'est pas expiré.", "The certificate is not expired."),
    clause="EX_AIR-080; DMP, modes d'authentification",
    fix=Sentence("Renouveler le certificat.", "Renew the certificate."),
    check=_expired,
    always=True,
)
NOT_YET_VALID = Rule(
    id="TLS-004",
    text=Sentence("La période de validité du certificat a commencé.", "The certificate's validity has begun."),
    clause="RFC 5280 §4.1.2.5; EX_AIR-080",
    fix=Sentence(
        "Attendre le début de validité, ou vérifier l'horloge de session.",
        "Wait for the validity to begin, or check the session's clock.",
    ),
    check=_not_yet,
    always=True,
)
REVOKED = Rule(
    id="TLS-005",
    text=Sentence("Le certificat n'est pas révoqué.", "The certificate is not revoked."),
    clause="EX_AIR-080; DMP, modes d'authentification",
    fix=Sentence("Employer un autre certificat.", "Use another certificate."),
    check=_revoked,
    always=True,
)
WRONG_KIND = Rule(
    id="TLS-006",
    text=Sentence(
        "Le certificat est d'un type que le service admet ici.",
        "The certificate is of a kind that the service takes here.",
    ),
    clause="DMP, modes d'authentification (table); EX_GEN-1450",
    fix=Sentence(
        "Deux certificats : AUTH_CLI (ou carte, authentification) pour TLS, SIGN (ou carte, signature) pour signer.",
        "Two certificates: AUTH_CLI (or card, authentication) for TLS, SIGN (or card, signature) for signing.",
    ),
    check=_kind,
    always=True,
)
NOT_FOR_CLIENTS = Rule(
    id="TLS-007",
    text=Sentence(
        "Le certificat présenté en TLS a l'usage étendu clientAuth.",
        "The certificate shown in TLS has the extended usage clientAuth.",
    ),
    clause="DMP, modes d'authentification; RFC 5280 §4.2.1.12",
    fix=Sentence("Présenter le certificat d'authentification.", "Show the authentication certificate."),
    check=_client_usage,
    always=True,
)
NOT_FOR_SIGNING = Rule(
    id="TLS-008",
    text=Sentence(
        "Le jeton est signé par un certificat de signature (KeyUsage nonRepudiation).",
        "The token is signed by a signature certificate (KeyUsage nonRepudiation).",
    ),
    clause="DMP, modes d'authentification ; DMP, erreurs « Not a valid signature certificate » (réponses observées)",
    fix=Sentence(
        "Signer avec le certificat de signature : ORG SIGN, ou le certificat de signature de la carte.",
        "Sign with the signature certificate: ORG SIGN, or the card's signature certificate.",
    ),
    check=_signature_usage,
    code="DMPInvalidCertificate",
    always=True,
)

RULES: tuple[Rule, ...] = (
    ABSENT,
    FOREIGN,
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,
    NOT_FOR_CLIENTS,
    NOT_FOR_SIGNING,
    WRONG_KIND,
)
BY_ID = {rule.id: rule for rule in RULES}
