"""Who calls INSi: a structure by its certificate, the signer of an assertion, a Pro Santé Connect user."""

from __future__ import annotations

from base64 import b64decode
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from cryptography.hazmat.primitives.serialization import Encoding

from banc_fixtures.population import UnknownIdentity, population
from banc_mocks.insi.wire.refusals import broken, require
from banc_mocks.psc.service import api_tokens
from banc_mocks.psc.service.provider import Refused
from banc_standards import certificate_rules
from banc_standards.certificate_rules import CertificateSubject
from banc_standards.insi import read
from banc_standards.psc.rules import exchange
from banc_standards.rules import Hit
from banc_standards.soap.names import DS, SAML
from banc_standards.vihf import rules as vihf_rules
from banc_standards.vihf import verify

if TYPE_CHECKING:
    from cryptography import x509
    from lxml import etree

    from banc_mocks.sandbox.attribution import PeerCertificate
    from banc_mocks.sandbox.call import Call
    from banc_standards.insi.read import Request
    from banc_standards.insi.subject import InsiSubject

PHYSICIAN: Final = "10"


def attribute(call: Call, request: Request) -> None:
    """Moves the call to the session that its credential names (CONTRACTS §3), before anything is judged.

    Nothing is believed yet: the same certificate is verified afterwards, on that session's clock. Raises
    ``SessionConflict``.
    """
    for certificate in _signing_certificates(request):
        session = call.sandbox.certificates.peer(certificate).session
        if session is not None and call.sandbox.sessions.find(session) is not None:
            call.claim(session)
            return
    token = bearer(call)
    claims = api_tokens.unverified(token) if token else {}
    if claims:
        call.peer.token = {"client_id": claims.get("azp"), "subject": claims.get("preferred_username")}
    jti = claims.get("jti")
    if isinstance(jti, str):
        for owner in call.sandbox.sessions.holding("psc", "token", jti)[:1]:
            call.claim(owner.id)


def bearer(call: Call) -> str | None:
    """The access token of the Authorization header, None when there is none."""
    return api_tokens.bearer(call.headers.get("Authorization"))


def exchanged(call: Call, *, due: bool) -> dict[str, Any] | None:
    """The claims of the token that came along, exchanged for one of Pro Santé Connect and shown with its certificate.

    None for another token, which is only logged, unless ``due``. Raises ``Faulted``, ``SessionConflict``.
    """
    token = bearer(call)
    if token is None or not (due or api_tokens.claims_exchange(token)):
        return None
    try:
        return api_tokens.bound(call, api_tokens.keys_of(call), token, "insi")
    except Refused as refused:
        raise broken(call, refused.rule, refused.hit or Hit("Authorization")) from None


def require_same_person(call: Call, subject: InsiSubject, claims: dict[str, Any] | None) -> None:
    """Judges that the assertion of a Pro Santé Connect user is the token's. Raises ``Faulted``."""
    assertion = subject.assertion
    if claims is None or assertion is None:
        return
    hit = api_tokens.other_person(claims, assertion.name_id)
    if hit is not None:
        require(call, (replace(exchange.OTHER_PERSON, check=lambda _subject: (hit,)),), subject)


def require_organisation(call: Call) -> None:
    """Judges the client certificate of the mutual-TLS port. Raises ``Faulted``."""
    require(call, certificate_rules.RULES, _client(call))


def authenticated(call: Call, subject: InsiSubject) -> InsiSubject:
    """The subject with its assertion, verified as soon as anything in the message is signed. Raises ``Faulted``."""
    request = subject.request
    if subject.mutual_tls or not request.assertions:
        return subject
    envelope = _without_card(request)
    alone = len(list(envelope.iter(f"{{{SAML}}}Assertion"))) == 1
    signed = next(envelope.iter(f"{{{DS}}}Signature"), None) is not None
    root, signer = next(envelope.iter(f"{{{SAML}}}Assertion")), None
    if signed or not alone:
        try:
            root, signer = verify.signed_assertion(envelope, now=call.now, trusted=_trust(call))
        except verify.Refused as error:
            raise broken(call, *vihf_rules.hit(error)) from None
    assertion = read.assertion(root, signed=signer is not None)
    if assertion.name_id:
        call.facts["professional"] = assertion.name_id
    physician = _is_physician(assertion.name_id or "")
    return replace(subject, assertion=assertion, signing_certificate=signer, physician=physician)


def _without_card(request: Request) -> etree._Element:
    """The envelope, without the assertion of the carte Vitale that may follow the professional's in a search by card.

    Its form is published nowhere: nothing of it is read.
    """
    envelope = request.message.envelope
    everywhere = list(envelope.iter(f"{{{SAML}}}Assertion"))
    if request.operation != "WS_INS1" or len(everywhere) != 2 or everywhere != list(request.assertions):
        return envelope
    alone = deepcopy(envelope)
    card = list(alone.iter(f"{{{SAML}}}Assertion"))[1]
    cast("etree._Element", card.getparent()).remove(card)
    return alone


def _trust(call: Call) -> verify.Trusted:
    def trusted(certificate: x509.Certificate, _now: datetime) -> None:
        require(call, certificate_rules.RULES, _signer(call, certificate))

    return trusted


def _client(call: Call) -> CertificateSubject:
    known = call.peer.certificate
    return _judged(call, known, kind="AUTH_CLI")


def _signer(call: Call, certificate: x509.Certificate) -> CertificateSubject:
    known = call.sandbox.certificates.peer(certificate.public_bytes(Encoding.DER))
    return replace(_judged(call, known, kind="CPS_SIGN"), use="signature")


def _judged(call: Call, known: PeerCertificate | None, *, kind: str) -> CertificateSubject:
    return CertificateSubject(
        certificate=known.x509 if known else None,
        now=call.now,
        authorities=call.sandbox.pki.trusted,
        kind=known.kind if known else None,
        revoked_at=known.revoked_at if known else None,
        kinds=frozenset({kind}),
    )


def _is_physician(idnat: str) -> bool | None:
    try:
        professional = population().professional(idnat)
    except UnknownIdentity:
        return None
    return any(exercice.profession == PHYSICIAN for exercice in professional.exercices)


def _signing_certificates(request: Request) -> list[bytes]:
    found = []
    for assertion in request.assertions[:1]:
        for element in assertion.iter(f"{{{DS}}}X509Certificate"):
            try:
                found.append(b64decode(element.text or ""))
            except ValueError:
                continue
    return found
