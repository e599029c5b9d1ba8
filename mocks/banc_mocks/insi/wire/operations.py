"""The five operations, once a message may be served: what each asks of its body, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from lxml import etree

from banc_mocks.insi import bulk
from banc_mocks.insi.faults import LIES, REAL, TOLD
from banc_mocks.insi.people import Base
from banc_mocks.insi.service import Behaviour, Found, answer, search, search_card, verify
from banc_mocks.insi.wire.refusals import MEDIA_TYPE, fail, faulted, judged, require
from banc_mocks.sandbox.http import Reply
from banc_standards.insi import build, verification
from banc_standards.insi.build import legible
from banc_standards.insi.card import searched
from banc_standards.insi.card_rules import CARD_RULES
from banc_standards.insi.faults import INSI_101, INSI_102, SiramFault
from banc_standards.insi.model import Answer
from banc_standards.insi.names import LABELS, NONE_FOUND, Operation
from banc_standards.insi.search_rules import BODY_RULES, TRAIT_RULES
from banc_standards.insi.subject import InsiSubject
from banc_standards.insi.verification import Held, Verdict
from banc_standards.insi.verification_rules import DEPOSIT_RULES, KNOWN_TICKET, RETRIEVAL_RULES, VERIFICATION_RULES
from banc_standards.rules import Rule
from banc_standards.soap.build import serialize

if TYPE_CHECKING:
    from banc_mocks.sandbox.call import Call

Serve = Callable[["Call", InsiSubject, Behaviour, Base], Reply]
"""Answers one message; the last argument is the population that a tester loaded."""


def _by_traits(call: Call, subject: InsiSubject, behaviour: Behaviour, loaded: Base) -> Reply:
    """WS_INS2."""
    refusing = judged(call, TRAIT_RULES, subject)
    if refusing and behaviour.bad_traits_fault:
        raise faulted(*refusing[0])
    if refusing:
        return _answer(call, Answer(NONE_FOUND, LABELS[NONE_FOUND]), behaviour)
    return _found(call, search(subject.request.search(), behaviour, loaded), behaviour, INSI_102)


def _by_card(call: Call, subject: InsiSubject, behaviour: Behaviour, loaded: Base) -> Reply:
    """WS_INS1."""
    return _found(call, search_card(searched(subject.request.message), behaviour, loaded), behaviour, INSI_101)


def _verified(call: Call, subject: InsiSubject, behaviour: Behaviour, loaded: Base) -> Reply:
    """WS_INS3: the identity that is verified is a fact of the exchange, whatever the verdict."""
    (held,) = verification.held(subject.request.message)
    call.facts |= _facts(held)
    if (told := _armed(call)) is not None:
        return told
    verdict = _lied(call, verify(held, behaviour, loaded))
    call.code = verdict.code
    return _reply(call, verification.verdict_body(verdict), behaviour)


def _deposited(call: Call, subject: InsiSubject, behaviour: Behaviour, loaded: Base) -> Reply:
    """WS_INS4: everything is decided now, and told later."""
    if (told := _armed(call)) is not None:
        return told
    people = verification.held(subject.request.message)
    ticket = str(uuid4())
    verdicts = tuple(_lied(call, verify(one, behaviour, loaded)) for one in people)
    delays = {"delay_s": behaviour.bulk_delay_s, "kept_s": behaviour.bulk_kept_s}
    bulk.deposit(call, ticket, subject.caller or "", verdicts, call.now, **delays)
    call.facts |= {"ticket": ticket, "identities": len(people)}
    return _reply(call, verification.deposited_body(ticket, len(people)), behaviour)


def _retrieved(call: Call, subject: InsiSubject, behaviour: Behaviour, _loaded: Base) -> Reply:
    """WS_INS5."""
    if (told := _armed(call)) is not None:
        return told
    ticket = verification.ticket(subject.request.message).lower()
    call.facts["ticket"] = ticket
    found = bulk.fetch(call, ticket, subject.caller or "", call.now)
    require(call, (KNOWN_TICKET,), replace(subject, ticket_known=found.state != "unknown"))
    pending = found.state == "pending"
    call.code = verification.PENDING if pending else verification.DONE
    return _reply(call, verification.retrieved_body(None if pending else found.verdicts), behaviour)


SERVED: Final[dict[Operation, tuple[tuple[Rule, ...], Serve]]] = {
    "WS_INS1": (CARD_RULES, _by_card),
    "WS_INS2": (BODY_RULES, _by_traits),
    "WS_INS3": (VERIFICATION_RULES, _verified),
    "WS_INS4": (DEPOSIT_RULES, _deposited),
    "WS_INS5": (RETRIEVAL_RULES, _retrieved),
}
"""What each operation asks of its body, and who answers it."""


def _facts(held: Held) -> dict[str, str]:
    return {"ins": held.number + held.key, "ins_oid": held.oid}


def _found(call: Call, found: Found, behaviour: Behaviour, broken: SiramFault) -> Reply:
    if found.person is not None and found.person.ins is not None:
        call.facts |= {"ins": found.person.ins.value, "ins_oid": found.person.ins.oid}
    if (told := _armed(call)) is not None:
        return told
    if found.code is None:
        return fail(call, broken)
    said = answer(found)
    for lie in LIES:
        armed = call.armed(lie.fault.id)
        if armed is not None:
            said = lie.tell(said, armed)
    return _answer(call, said, behaviour)


def _armed(call: Call) -> Reply | None:
    """The fault that a tester asked for, None when there is none."""
    for code, fault in REAL.items():
        if call.armed(fault.id) is not None:
            return fail(call, TOLD[code])
    return None


def _lied(call: Call, verdict: Verdict) -> Verdict:
    """The verdict, or the code that a tester asked for in its place."""
    lie = next(lie for lie in LIES if lie.fault.id.endswith(".code"))
    armed = call.armed(lie.fault.id)
    return verdict if armed is None else Verdict(legible(str(armed.parameters["code"])), verdict.id)


def _answer(call: Call, told: Answer, behaviour: Behaviour) -> Reply:
    call.code = told.code
    wire = behaviour.wire(call.facts.get("message_id", ""))
    return Reply(body=serialize(build.answer(told, wire)), media_type=MEDIA_TYPE)


def _reply(call: Call, body: etree._Element, behaviour: Behaviour) -> Reply:
    wire = behaviour.wire(call.facts.get("message_id", ""))
    return Reply(body=serialize(build.answer_with(body, wire)), media_type=MEDIA_TYPE)
