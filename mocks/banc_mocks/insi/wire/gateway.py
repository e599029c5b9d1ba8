"""``POST /lps``: one message, routed by its action, judged in the order of the gateway and then of the service."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from banc_fixtures.software import BENCH_IDAM
from banc_mocks.insi import state
from banc_mocks.insi.people import NOBODY, Base
from banc_mocks.insi.service import SERVICE, Behaviour
from banc_mocks.insi.wire import credentials, operations
from banc_mocks.insi.wire.refusals import broken, require
from banc_mocks.sandbox.http import Reply
from banc_standards import xml_rules
from banc_standards.insi import read
from banc_standards.insi.assertion_rules import RULES as ASSERTION_RULES
from banc_standards.insi.context_rules import CONTEXT_RULES
from banc_standards.insi.envelope_rules import HEADER_RULES, SOAP_RULES
from banc_standards.insi.read import Request
from banc_standards.insi.software_rules import RIGHTS_RULES, SOFTWARE_RULES
from banc_standards.insi.subject import InsiSubject
from banc_standards.soap import mtom
from banc_standards.soap import read as soap
from banc_standards.soap import rules as soap_rules
from banc_standards.soap.mtom import ContentType, content_type
from banc_standards.xml import Limits, XmlRefused

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call

PATH: Final = "/lps"
MUTUAL_TLS: Final = "insi_mtls"
LIMITS: Final = Limits(max_bytes=2**20, max_depth=64, max_nodes=20_000)


async def lps(call: Call, loaded: Base = NOBODY) -> Reply:
    """Answers one message, knowing the ``loaded`` people too. Raises ``Faulted`` when it must be refused."""
    announced = content_type(call.headers.get("Content-Type", ""))
    request = _request(call, announced)
    call.operation = f"{SERVICE}.{request.operation or 'unknown'}"
    _note(call, request)
    credentials.attribute(call, request)
    behaviour = call.session.reading(Behaviour.of)
    subject = _subject(call, request, announced, behaviour)
    require(call, SOAP_RULES, subject)
    if subject.mutual_tls:
        credentials.require_organisation(call)
    claims = credentials.exchanged(call, due=behaviour.exchange_due)
    if claims is not None:
        subject = replace(subject, mutual_tls=False)
    require(call, RIGHTS_RULES, subject)
    subject = credentials.authenticated(call, subject)
    credentials.require_same_person(call, subject, claims)
    require(call, ASSERTION_RULES, subject)
    rules, serve = operations.SERVED[request.operation or "WS_INS2"]
    require(call, (*HEADER_RULES, *CONTEXT_RULES, *SOFTWARE_RULES, *rules), subject)
    return serve(call, subject, behaviour, loaded)


def _request(call: Call, announced: ContentType) -> Request:
    try:
        message = soap.read(call.body, limits=LIMITS)
    except XmlRefused as error:
        packed = _packed(call)
        if packed is None:
            raise broken(call, *xml_rules.hit(error)) from None
        message = packed
    except soap.SoapRefused as error:
        raise broken(call, *soap_rules.hit(error)) from None
    return read.request(message, announced=announced.parameters.get("action"))


def _packed(call: Call) -> soap.Message | None:
    """The message at the root of an MTOM package, which its media type will have refused; None for anything else."""
    kind = call.headers.get("Content-Type", "")
    if not kind.lower().startswith("multipart/"):
        return None
    try:
        return soap.read(mtom.unpack(kind, call.body).root, limits=LIMITS)
    except (XmlRefused, soap.SoapRefused):
        return None


def _note(call: Call, request: Request) -> None:
    software = {"name": request.lps.product, "version": request.lps.version, "idam": request.lps.idam}
    facts = {
        "message_id": request.message.message_id,
        "lps": {name: value for name, value in software.items() if value},
    }
    call.facts |= {name: value for name, value in facts.items() if value}


def _subject(call: Call, request: Request, announced: ContentType, behaviour: Behaviour) -> InsiSubject:
    mutual_tls = call.head.listener == MUTUAL_TLS
    subject = InsiSubject(
        request=request,
        now=call.now,
        media_type=announced.media_type,
        charset=announced.parameters.get("charset", ""),
        mutual_tls=mutual_tls,
        certificate=call.peer.certificate.x509 if mutual_tls and call.peer.certificate else None,
        accepted={BENCH_IDAM: "", **{one.idam: one.name for one in call.session.software if one.idam}},
        seen=state.seen(call, request.ids),
        bearer=credentials.bearer(call) is not None,
        bearer_due=behaviour.token_due,
        most_in_bulk=behaviour.bulk_most,
    )
    if mutual_tls and subject.caller:
        call.facts["structure"] = subject.caller
    return subject
