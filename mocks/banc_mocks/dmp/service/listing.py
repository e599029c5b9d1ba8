"""TD0.4 and TD1.6: the records that a professional may consult, and who may consult a record."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from banc_fixtures.population import population
from banc_mocks.dmp import faults
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import BLOCKED, state_of
from banc_mocks.dmp.service.refusal import broken
from banc_mocks.dmp.state import Records
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.tables import entries
from banc_standards.dmp import errors, lists, names
from banc_standards.dmp.lists import ListedHolder, ListedRecord, ListSubject, Since
from banc_standards.ins import Ins
from banc_standards.rules import Finding, Rule
from banc_standards.terminology.codes import value_set

VALID: Final = names.AUTHORIZATIONS[0]
_PROFESSIONALS: Final = "1.2.250.1.71.4.2.1"
_STRUCTURES: Final = "1.2.250.1.71.4.2.2"


def records_of(call: Call, since: Since, actor: Actor) -> tuple[list[ListedRecord], str, str]:
    """TD0.4: the records, the DMP code, the sentence."""
    lie = _told(call)
    if lie is not None:
        return [], *lie
    refusing = call.judge(lists.RULES, ListSubject(since=since))
    if refusing:
        return [], *_refused(call, refusing)
    records = Records(call)
    vihf = actor.assertion
    found = []
    for ins, holder, at in records.authorizations():
        patient = records.patient(ins)
        if patient is None or holder not in (vihf.name_id, vihf.structure):
            continue
        updated = _last_document(call, ins)
        if (updated if since.kind == lists.LAST_DOCUMENT else at) < since.start:
            continue
        found.append(
            ListedRecord(
                identifiers=(ins,),
                family=patient.birth_family,
                given=patient.first_given,
                birth_date=patient.birth_date.replace("-", ""),
                treating=records.treating(ins) == vihf.name_id,
                authorized=at,
                updated=updated,
                accessed=at,
            )
        )
    return found, lists.OK, ""


def holders_of(call: Call, mode: str, actor: Actor) -> tuple[list[ListedHolder], str, str]:
    """TD1.6: who holds a right on the record of the VIHF, or is blocked from it; the DMP code, the sentence."""
    lie = _told(call)
    if lie is not None:
        return [], *lie
    records = Records(call)
    patient = records.owner(actor.assertion)
    refusing = call.judge(lists.RULES, ListSubject(None, mode, state_of(call, records, patient), actor.assertion))
    if refusing:
        return [], *_refused(call, refusing)
    blocked = str(call.session.switch(BLOCKED.name)).replace(",", " ").split()
    rights = [(holder, at, lists.ACTIVE) for ins, holder, at in records.authorizations() if ins == patient]
    rights = [right for right in rights if right[0] not in blocked]
    rights += [(holder, "", lists.FORBIDDEN) for holder in blocked]
    wanted = (lists.ACTIVE, lists.FORBIDDEN) if mode == lists.EVERY else (mode,)
    treating = records.treating(patient)
    return [_holder(*right, treating=right[0] == treating) for right in rights if right[2] in wanted], lists.OK, ""


def _holder(id: str, at: str, mode: str, *, treating: bool) -> ListedHolder:
    for someone in population().professionals:
        if someone.idnat == id:
            code = str(someone.speciality or "")
            label = value_set("J01").get(code).display if code else ""
            return ListedHolder(id, _PROFESSIONALS, someone.family, someone.given, code, label, at, at, mode, treating)
    name = next((place.name for place in population().structures if place.struct_idnat == id), "")
    return ListedHolder(id, _STRUCTURES if name else _PROFESSIONALS, name, "", "", "", at, at, mode, treating)


def _last_document(call: Call, ins: Ins) -> str:
    """When the last document came into a record, as UTC text; empty when there is none."""
    world = call.working
    wanted = sa.select(entries.c.value).where(
        entries.c.session == world.session,
        entries.c.epoch == world.epoch,
        entries.c.patient == ins.cx(),
        ~entries.c.signature,
    )
    times: Sequence[str] = [json.loads(row.value)["at"] for row in call.sandbox.store.look(wanted)]
    return max((_registry(time) for time in times), default="")


def _registry(at: str) -> str:
    return "".join(character for character in at if character.isdigit())[:14]


def _told(call: Call) -> tuple[str, str] | None:
    """The code and the sentence that the session asked to be answered."""
    lie = call.armed(faults.STATUS.id)
    if lie is None:
        return None
    call.outcome = "refused"
    call.code = faults.said(lie, "code")
    return call.code, faults.said(lie, "context")


def _refused(call: Call, refusing: list[tuple[Rule, Finding]]) -> tuple[str, str]:
    rule: Any = refusing[0][0]
    call.outcome = "refused"
    call.code = rule.code
    lang = call.sandbox.config.lang
    said = errors.SENTENCES.get(rule.code)
    return rule.code, (f"{said.of(lang)} : " if said else "") + broken(rule).of(lang)
