"""TD0.3: a professional adds or removes their access authorization; what TD0.2 tells and TD3.1, TD3.2 ask follows."""

from __future__ import annotations

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import authorization_on, state_of
from banc_mocks.dmp.service.refusal import broken
from banc_mocks.dmp.state import Records
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import second
from banc_standards.dmp import authorization, errors, names
from banc_standards.dmp.authorization import AuthorizationSubject, Wish
from banc_standards.ins import Ins
from banc_standards.terminology.oids import NON_PROFESSIONAL


def authorize(call: Call, wish: Wish, actor: Actor) -> tuple[str, str]:
    """Judges a wish and fulfils it; the DMP code and the sentence of the answer."""
    vihf = actor.assertion
    records = Records(call)
    patient = records.owner(vihf)
    call.facts["action"] = wish.action
    if wish.role:
        call.facts["role"] = wish.role
    standing = authorization_on(call, records, vihf, patient)
    lie = call.armed(faults.STATUS.id)
    if lie is not None:
        return _refused(call, faults.said(lie, "code"), faults.said(lie, "context"))
    subject = AuthorizationSubject(wish, vihf, standing, state_of(call, records, patient))
    refusing = call.judge(authorization.RULES, subject)
    if refusing:
        rule, _ = refusing[0]
        lang = call.sandbox.config.lang
        code = rule.code or errors.INVALID_MESSAGE
        return _refused(call, code, f"{errors.SENTENCES[code].of(lang)} : {broken(rule).of(lang)}")
    valid, none = names.AUTHORIZATIONS[0], names.AUTHORIZATIONS[-1]
    adding = wish.action == authorization.ADD
    if wish.role:
        _declare(records, patient, vihf.name_id or "", adding=adding)
    wanted = valid if adding else none
    call.facts["authorization"] = wanted
    if standing == wanted:
        said = "déjà présente" if adding else "déjà absente"
        return authorization.OK, f"Autorisation {said}, aucune action effectuée"
    structure = bool(vihf.roles) and vihf.roles[0].system == NON_PROFESSIONAL
    holder = (vihf.structure if structure else vihf.name_id) or ""
    records.authorize(patient, holder, wanted, second(call.now))
    return authorization.OK, f"Autorisation {'ajoutée' if adding else 'supprimée'}"


def _declare(records: Records, patient: Ins, doctor: str, *, adding: bool) -> None:
    if adding:
        records.set_treating(patient, doctor)
    elif records.treating(patient) == doctor:
        records.set_treating(patient, None)


def _refused(call: Call, code: str, context: str) -> tuple[str, str]:
    call.outcome = "refused"
    call.code = code
    return code, context
