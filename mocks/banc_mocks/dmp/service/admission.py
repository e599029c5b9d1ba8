"""Who is let in: certificate, SOAP message, VIHF, rights. Each step judges by rules and refuses in the DMP's terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from banc_fixtures.population import population
from banc_mocks.dmp.service.existence import ONE_CALL
from banc_mocks.dmp.service.refusal import DmpRefused, refused_by
from banc_mocks.dmp.state.messages import seen, spent
from banc_mocks.psc.service import api_tokens
from banc_mocks.psc.service.provider import Refused as TokenRefused
from banc_mocks.sandbox.attribution import PeerCertificate
from banc_mocks.sandbox.call import Call
from banc_standards.certificate_rules import RULES as CERTIFICATE_RULES
from banc_standards.certificate_rules import CertificateSubject
from banc_standards.dmp import errors
from banc_standards.dmp.rules import ACCESS, FRESH_MESSAGE, NOT_SIMULATED, ActorSubject, MessageSubject
from banc_standards.dmp.transactions import Transaction
from banc_standards.psc.rules import exchange
from banc_standards.rules import Hit
from banc_standards.soap.names import DS
from banc_standards.soap.read import Message
from banc_standards.soap.rules import MESSAGE_RULES, SoapSubject
from banc_standards.vihf import names as vihf_names
from banc_standards.vihf import rules as vihf_rules
from banc_standards.vihf.read import Assertion, read
from banc_standards.vihf.verify import Refused, signed_assertion

_TLS_KINDS: Final = frozenset({"AUTH_CLI", "CPS_AUTH"})
_SIGNING_KINDS: Final = frozenset({"SIGN", "CPS_SIGN"})
_NO_PATIENT: Final = frozenset({"TD0.4", "TD0.5"})
STALE: Final = "VIHF-005"
"""No public text bounds the age of a VIHF: the rule only warns, and the strict mode refuses by a name of ours."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who was let in: the verified assertion, the certificate that signed it, and the mode that it acts in."""

    assertion: Assertion
    certificate: x509.Certificate
    mode: str


def check_client(call: Call) -> None:
    """Judges the TLS certificate. Raises :class:`DmpRefused`."""
    peer = call.peer.certificate
    refusing = call.judge(CERTIFICATE_RULES, _subject(call, peer, signing=False))
    if refusing:
        raise refused_by(refusing, errors.INVALID_CERTIFICATE)


def check_token(call: Call) -> Mapping[str, Any] | None:
    """The claims of the token that came along, exchanged for one of Pro Santé Connect; None when there is none.

    Raises :class:`DmpRefused`, ``SessionConflict``.
    """
    token = api_tokens.bearer(call.headers.get("Authorization"))
    if token is None:
        return None
    try:
        return api_tokens.bound(call, api_tokens.keys_of(call), token, "dmp")
    except TokenRefused as refused:
        if refused.hit is not None:
            call.find(refused.rule, refused.hit)
        raise DmpRefused(errors.INVALID_TOKEN, rule=refused.rule) from None


def check_person(call: Call, actor: Actor, claims: Mapping[str, Any] | None) -> None:
    """Judges that a user authenticated by Pro Santé Connect is the one of the VIHF. Raises :class:`DmpRefused`."""
    if claims is None or actor.mode != vihf_names.AIR:
        return
    hit = api_tokens.other_person(claims, actor.assertion.name_id)
    if hit is not None and call.find(exchange.OTHER_PERSON, hit):
        raise DmpRefused(errors.INVALID_TOKEN, rule=exchange.OTHER_PERSON)


def _subject(call: Call, peer: PeerCertificate | None, *, signing: bool) -> CertificateSubject:
    return CertificateSubject(
        certificate=peer.x509 if peer else None,
        now=call.now,
        authorities=call.sandbox.pki.trusted,
        kind=peer.kind if peer else None,
        revoked_at=peer.revoked_at if peer else None,
        kinds=_SIGNING_KINDS if signing else _TLS_KINDS,
        use="signature" if signing else "tls_client",
    )


def check_message(call: Call, subject: SoapSubject) -> None:
    """Judges the envelope and its addressing headers. Raises :class:`DmpRefused`."""
    refusing = call.judge(MESSAGE_RULES, subject)
    if refusing:
        raise refused_by(refusing, errors.INVALID_MESSAGE)
    message_id = subject.message.message_id or ""
    call.judge((FRESH_MESSAGE,), MessageSubject(message_id, seen(call.working, message_id)))


def admit(call: Call, message: Message, transaction: Transaction) -> Actor:
    """Verifies the VIHF of a message, judges it, and notes its facts.

    Raises :class:`DmpRefused`, and ``SessionConflict`` when the seal was issued to another session than the client
    certificate. Nothing is read of an assertion whose signature does not hold.
    """

    def trusted(certificate: x509.Certificate, _now: datetime) -> None:
        check_signer(call, certificate)

    try:
        signed, certificate = signed_assertion(
            message.envelope, now=call.now, trusted=trusted, sha1=call.session.mode == "lenient"
        )
    except Refused as refused:
        rule, hit = vihf_rules.hit(refused)
        call.find(rule, hit)
        raise DmpRefused(rule.code, rule=rule) from None
    assertion = read(signed)
    note(call, assertion)
    tls = call.peer.certificate
    subject = vihf_rules.VihfSubject(
        assertion=assertion,
        now=call.now,
        signing_certificate=certificate,
        tls_certificate=tls.x509 if tls else None,
        tls_kind=tls.kind if tls else None,
        algorithms=_algorithms(message),
        resource_required=transaction.id not in _NO_PATIENT,
        declared_under=declared_under(),
        homologations=_homologations(call),
        reused=spent(call.working, assertion.id, message.message_id or "", call.now),
    )
    refusing = call.judge(vihf_rules.TOKEN_RULES, subject)
    if refusing:
        raise refused_by(refusing, errors.INVALID_VIHF)
    if call.session.mode == "strict":
        if any(finding.rule == STALE for finding in call.findings):
            raise DmpRefused(errors.EXPIRED_VIHF)
        if subject.reused and call.session.switch(ONE_CALL.name):
            raise DmpRefused(errors.REPLAYED_VIHF)
    return Actor(assertion, certificate, subject.mode)


def check_signer(call: Call, certificate: x509.Certificate) -> None:
    """Judges the certificate that signed a token. Raises :class:`DmpRefused`, ``SessionConflict``."""
    peer = _register_of(call, certificate)
    if peer.session is not None and call.sandbox.sessions.find(peer.session) is not None:
        call.claim(peer.session)
    refusing = call.judge(CERTIFICATE_RULES, _subject(call, peer, signing=True))
    if refusing:
        raise refused_by(refusing, errors.INVALID_CERTIFICATE)


def signer_subject(call: Call, certificate: x509.Certificate) -> CertificateSubject:
    """What the certificate rules read of a certificate that signed a lot."""
    return _subject(call, _register_of(call, certificate), signing=True)


def _register_of(call: Call, certificate: x509.Certificate) -> PeerCertificate:
    return call.sandbox.certificates.peer(certificate.public_bytes(Encoding.DER))


def authorize(call: Call, transaction: Transaction, actor: Actor) -> None:
    """Judges the rights of the actor. Raises :class:`DmpRefused`."""
    purpose = actor.assertion.purpose
    subject = ActorSubject(transaction, actor.mode, purpose.code if purpose else "")
    refusing = call.judge((ACCESS,), subject)
    if refusing:
        raise refused_by(refusing, errors.ACCESS_DENIED)
    if transaction.standing == "not simulated":
        call.find(NOT_SIMULATED, Hit("soap:Body", found=transaction.id))
        raise DmpRefused(NOT_SIMULATED.code, rule=NOT_SIMULATED, receiver=True)


def note(call: Call, assertion: Assertion) -> None:
    """The facts that every DMP exchange carries (CONTRACTS §6)."""
    facts = {
        "ins": assertion.ins,
        "ins_oid": assertion.ins_oid,
        "professional": assertion.name_id,
        "structure": assertion.structure,
        "assertion": assertion.id or None,
        "mode": assertion.mode,
        "purpose": assertion.purpose.code if assertion.purpose else None,
    }
    call.facts.update({name: value for name, value in facts.items() if value is not None})
    software = {
        "name": assertion.lps_name,
        "version": assertion.lps_version,
        "homologation": assertion.homologation,
    }
    call.facts["lps"] = {name: value for name, value in software.items() if value is not None}


def _algorithms(message: Message) -> frozenset[str]:
    if message.security is None:
        return frozenset()
    elements = message.security.iter(f"{{{DS}}}SignatureMethod", f"{{{DS}}}DigestMethod")
    return frozenset(element.get("Algorithm") or "" for element in elements)


def _homologations(call: Call) -> frozenset[str] | None:
    """The numbers that the session's software declared; None when it declared none, and any is let through."""
    declared = frozenset(software.homologation for software in call.session.software if software.homologation)
    return declared or None


@cache
def declared_under() -> Mapping[str, frozenset[str]]:
    """For each legal entity of the population (``1`` + FINESS juridique), the sites that it may speak for."""
    sites: dict[str, set[str]] = {}
    for structure in population().structures:
        sites.setdefault(f"1{structure.finess_legal}", set()).add(structure.struct_idnat)
    return {owner: frozenset(owned) for owner, owned in sites.items()}
