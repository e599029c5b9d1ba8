"""``POST /lps``: one message, routed by its action, judged in the order of the gateway and then of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from banc_fixtures.software import BENCH_IDAM
from banc_mocks.insi import state
from banc_mocks.insi.faults import LIES, REAL
from banc_mocks.insi.service import SERVICE, Behaviour, answer, search
from banc_mocks.insi.wire import credentials
from banc_mocks.insi.wire.refusals import MEDIA_TYPE, broken, fail, faulted, require
from banc_mocks.sandbox.http import Reply
from banc_standards import xml_rules
from banc_standards.errors import Sentence
from banc_standards.insi import build, read
from banc_standards.insi.assertion_rules import RULES as ASSERTION_RULES
from banc_standards.insi.envelope_rules import HEADER_RULES, SOAP_RULES
from banc_standards.insi.faults import DOCUMENTED, INSI_102, mock_fault
from banc_standards.insi.model import Answer
from banc_standards.insi.names import LABELS, NONE_FOUND
from banc_standards.insi.read import Request
from banc_standards.insi.search_rules import BODY_RULES, TRAIT_RULES
from banc_standards.insi.software_rules import RIGHTS_RULES, SOFTWARE_RULES
from banc_standards.insi.subject import InsiSubject
from banc_standards.soap import read as soap
from banc_standards.soap import rules as soap_rules
from banc_standards.soap.build import serialize
from banc_standards.soap.mtom import ContentType, content_type
from banc_standards.xml import Limits, XmlRefused

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call

PATH: Final = "/lps"
MUTUAL_TLS: Final = "insi_mtls"
LIMITS: Final = Limits(max_bytes=2**20, max_depth=64, max_nodes=20_000)

_NOT_SIMULATED: Final = Sentence(
    "Le banc ne simule pas encore cette opération d'INSi.", "The bench does not simulate this operation of INSi yet."
)


async def lps(call: Call) -> Reply:
    """Answers one message. Raises ``Faulted`` when it must be refused."""
    announced = content_type(call.headers.get("Content-Type", ""))
    request = _request(call, announced)
    call.operation = f"{SERVICE}.{request.operation or 'unknown'}"
    _note(call, request)
    credentials.attribute(call, request)
    behaviour = Behaviour.of(call.session.switch)
    subject = _subject(call, request, announced, behaviour)
    require(call, SOAP_RULES, subject)
    if subject.mutual_tls:
        credentials.require_organisation(call)
    require(call, RIGHTS_RULES, subject)
    if request.operation != "WS_INS2":
        text = _NOT_SIMULATED.of(call.sandbox.config.lang)
        return fail(call, mock_fault("mock_operation", text, request.action or ""))
    subject = credentials.authenticated(call, subject)
    require(call, ASSERTION_RULES, subject)
    require(call, (*HEADER_RULES, *SOFTWARE_RULES, *BODY_RULES), subject)
    return _search(call, subject, behaviour)


def _request(call: Call, announced: ContentType) -> Request:
    try:
        message = soap.read(call.body, limits=LIMITS)
    except XmlRefused as error:
        raise broken(call, *xml_rules.hit(error)) from None
    except soap.SoapRefused as error:
        raise broken(call, *soap_rules.hit(error)) from None
    return read.request(message, announced=announced.parameters.get("action"))


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
        mutual_tls=mutual_tls,
        certificate=call.peer.certificate.x509 if mutual_tls and call.peer.certificate else None,
        accepted={BENCH_IDAM: "", **{one.idam: one.name for one in call.session.software if one.idam}},
        seen=state.seen(call, request.ids),
        bearer=credentials.bearer(call) is not None,
        bearer_due=behaviour.token_due,
    )
    if mutual_tls and subject.caller:
        call.facts["structure"] = subject.caller
    return subject


def _search(call: Call, subject: InsiSubject, behaviour: Behaviour) -> Reply:
    refusing = call.judge(TRAIT_RULES, subject)
    if refusing and behaviour.bad_traits_fault:
        raise faulted(*refusing[0])
    if refusing:
        return _answer(call, Answer(NONE_FOUND, LABELS[NONE_FOUND]), behaviour)
    found = search(subject.request.search(), behaviour)
    if found.person is not None and found.person.ins is not None:
        call.facts |= {"ins": found.person.ins.value, "ins_oid": found.person.ins.oid}
    for code, fault in REAL.items():
        if call.armed(fault.id) is not None:
            return fail(call, DOCUMENTED[code])
    if found.code is None:
        return fail(call, INSI_102)
    told = answer(found)
    for lie in LIES:
        armed = call.armed(lie.fault.id)
        if armed is not None:
            told = lie.tell(told, armed)
    return _answer(call, told, behaviour)


def _answer(call: Call, told: Answer, behaviour: Behaviour) -> Reply:
    call.code = told.code
    wire = behaviour.wire(call.facts.get("message_id", ""))
    return Reply(body=serialize(build.answer(told, wire)), media_type=MEDIA_TYPE)
