"""How a service's server proves which client it is: secret, or certificate of the TLS connection."""

from __future__ import annotations

import hmac
from urllib.parse import unquote_plus

from banc_mocks.psc.service.provider import Access, Refused
from banc_mocks.psc.wire import answers
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.settings import Client
from banc_standards import certificate_rules, certificates
from banc_standards.certificate_rules import CertificateSubject
from banc_standards.psc import build, read
from banc_standards.psc.read import BackChannelRequest
from banc_standards.psc.rules import back_channel as rules
from banc_standards.psc.rules import grants
from banc_standards.rules import Hit, Rule

BY_CERTIFICATE = "tls_client_auth"

_CERTIFICATE_RULES = (
    certificate_rules.FOREIGN,
    certificate_rules.EXPIRED,
    certificate_rules.NOT_YET_VALID,
    certificate_rules.REVOKED,
    certificate_rules.WRONG_KIND,
    certificate_rules.NOT_FOR_CLIENTS,
)


def authenticated(call: Call, judged: tuple[Rule, ...]) -> tuple[BackChannelRequest, Client]:
    """The request of a call and its authenticated client, once ``judged`` let it pass. Raises :class:`Refused`."""
    request = BackChannelRequest(
        form=answers.body(call),
        query=answers.query(call),
        media_type=call.media_type,
        origin=call.headers.get("Origin"),
        basic=read.basic(answers.authorization(call)),
        certificate=call.peer.certificate is not None,
    )
    client = answers.client_of(call, request.client_id)
    answers.note(call, grant_type=request.form.get("grant_type"))
    rule = answers.first_rule(call.judge(judged, request))
    if rule is not None:
        raise Refused(rule)
    if client is None:
        raise Refused(rules.UNAUTHENTICATED, Hit("client_id", request.client_id or ""))
    call.facts["client_auth"] = _authenticate(call, request, client)
    return request, client


def _authenticate(call: Call, request: BackChannelRequest, client: Client) -> str:
    """The method by which the client proved who it is. Raises :class:`Refused`."""
    if request.secret is not None:
        if client.auth_method == "mtls":
            raise Refused(rules.OTHER_METHOD, Hit("client_secret", "client_secret", "tls_client_auth"))
        if not _same_secret(request.secret, client.client_secret):
            raise Refused(rules.UNAUTHENTICATED, Hit("client_secret"))
        return "client_secret_basic" if request.basic else "client_secret_post"
    if not request.certificate:
        raise Refused(rules.UNAUTHENTICATED, Hit("client_secret"))
    if client.auth_method == "secret":
        raise Refused(rules.OTHER_METHOD, Hit("TLS", "tls_client_auth", "client_secret"))
    authenticate_certificate(call, client)
    return BY_CERTIFICATE


def authenticate_certificate(call: Call, client: Client) -> None:
    """Trusts the connection's certificate and finds the client in it: by its DN, else by its CN."""
    shown = call.peer.certificate
    assert shown is not None
    subject = CertificateSubject(
        shown.x509,
        call.now,
        call.sandbox.pki.trusted,
        kind=shown.kind,
        revoked_at=shown.revoked_at,
        kinds=frozenset({"AUTH_CLI"}),
    )
    if call.judge(_CERTIFICATE_RULES, subject):
        raise Refused(rules.UNAUTHENTICATED, Hit("TLS", shown.subject))
    if client.certificate_dn is not None:
        mine = certificates.names_subject(client.certificate_dn, shown.x509)
    else:
        mine = certificates.common_name(shown.x509) == client.client_id
    if not mine:
        raise Refused(rules.UNAUTHENTICATED, Hit("TLS", shown.subject, client.certificate_dn or client.client_id))


def unbound(call: Call, access: Access) -> bool:
    """Whether a token bound to a certificate is shown with another one, or with none (RFC 8705 §3); remarks it."""
    bound = access.claims.get("cnf", {}).get("x5t#S256")
    shown = build.thumbprint(call.peer.certificate.der) if call.peer.certificate else None
    if bound is None or bound == shown:
        return False
    call.find(grants.OTHER_CERTIFICATE, Hit("TLS", shown or "", bound))
    return True


def _same_secret(shown: str, known: str | None) -> bool:
    """Compares in constant time, as sent or form-decoded: RFC 6749 §2.3.1 encodes secrets, many clients do not."""
    if not known:
        return False
    as_sent = hmac.compare_digest(shown.encode(), known.encode())
    decoded = hmac.compare_digest(unquote_plus(shown).encode(), known.encode())
    return as_sent or decoded
