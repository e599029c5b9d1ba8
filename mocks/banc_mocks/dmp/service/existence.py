"""TD0.2 and TD1.3a: what the DMP says of a patient's record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from banc_fixtures.patients import Patient
from banc_fixtures.population import population
from banc_mocks.dmp import faults
from banc_mocks.dmp.service.refusal import broken
from banc_mocks.dmp.state import Records
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.switches import Switch
from banc_standards.dmp import authorization, errors, names
from banc_standards.dmp.build import Person, Record, Refusal
from banc_standards.dmp.read import Query
from banc_standards.dmp.registry_rules import RecordState
from banc_standards.dmp.rules import QUERY_RULES, QuerySubject
from banc_standards.dmp.visibility import Reader
from banc_standards.errors import Sentence
from banc_standards.ins import Ins
from banc_standards.vihf.read import Assertion

AUTHORIZATION: Final = Switch(
    "dmp.authorization",
    "dmp",
    Sentence(
        "Autorisation d'accès tant que TD0.3 n'a rien changé (INTERDIT pour un patient opposé à la consultation).",
        "Access authorization until TD0.3 changes it (INTERDIT for a patient who objects to consultation).",
    ),
    names.AUTHORIZATIONS[0],
    names.AUTHORIZATIONS,
)
BLOCKED: Final = Switch(
    "dmp.blocked",
    "dmp",
    Sentence(
        "Professionnels que le patient a bloqués (PS_IdNat, séparés par des espaces) : INTERDIT, quoi que dise TD0.3.",
        "Professionals whom the patient blocked (PS_IdNat, separated by spaces): INTERDIT, whatever TD0.3 says.",
    ),
    "",
)
DELETED_READABLE: Final = Switch(
    "dmp.deleted_readable",
    "dmp",
    Sentence(
        "TD3.2 rend aussi un document supprimé, comme la matrice des droits le laisse lire.",
        "TD3.2 also gives a document that was deleted, as the rights matrix can be read.",
    ),
    False,
)
DOCUMENT_RULES: Final = Switch(
    "dmp.document_rules",
    "dmp",
    Sentence(
        "TD2.1 juge le contenu des documents CDA, et refuse en mode strict ceux qui ne sont pas conformes.",
        "TD2.1 judges the content of CDA documents, and in strict mode refuses those that do not conform.",
    ),
    True,
)
EMERGENCY_OPPOSED: Final = Switch(
    "dmp.emergency_opposed",
    "dmp",
    Sentence(
        "Le patient s'est opposé au bris de glace et à l'accès d'urgence : ses documents masqués le restent.",
        "The patient opposed access in an emergency: what is masked stays so.",
    ),
    False,
)
GET_ALL: Final = Switch(
    "dmp.get_all",
    "dmp",
    Sentence(
        "TD3.1 répond aussi à GetAll, que le guide du DMP ne nomme pas.",
        "TD3.1 also answers GetAll, which the DMP's guide does not name.",
    ),
    False,
)
MOST_RESULTS: Final = Switch(
    "dmp.most_results",
    "dmp",
    Sentence(
        "Nombre d'objets au-delà duquel une recherche de métadonnées répond XDSTooManyResults.",
        "Number of objects above which a search of metadata answers XDSTooManyResults.",
    ),
    5_000,
)
HIDDEN_BOTH_WAYS: Final = Switch(
    "dmp.masked_and_invisible",
    "dmp",
    Sentence(
        "Un document peut être à la fois masqué aux professionnels et invisible au patient (paramètre "
        "cumul-invisible_patient-masque_ps du serveur).",
        "A document may be both masked from professionals and hidden from the patient (the server's parameter "
        "cumul-invisible_patient-masque_ps).",
    ),
    False,
)
ONE_CALL: Final = Switch(
    "dmp.vihf_serves_once",
    "dmp",
    Sentence(
        "En mode strict, un VIHF qui a servi à un autre message depuis moins de 24 h est refusé.",
        "In strict mode, a VIHF that served another message less than 24 h ago is refused.",
    ),
    True,
)
SIGNATURE_BY_ID: Final = Switch(
    "dmp.signature_by_id",
    "dmp",
    Sentence(
        "TD3.1 rend la signature d'un lot à ses auteurs qui la demandent par son identifiant.",
        "TD3.1 gives the signature of a lot to its authors who ask for it by its id.",
    ),
    True,
)
SWITCHES: tuple[Switch, ...] = (
    AUTHORIZATION,
    BLOCKED,
    DELETED_READABLE,
    DOCUMENT_RULES,
    EMERGENCY_OPPOSED,
    GET_ALL,
    HIDDEN_BOTH_WAYS,
    MOST_RESULTS,
    SIGNATURE_BY_ID,
    ONE_CALL,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What TD0.2 answers: a record, none, or a refusal."""

    record: Record | None = None
    refusal: Refusal | None = None


def existence(call: Call, query: Query, assertion: Assertion) -> Outcome:
    """Judges a query and looks the record up; a refusal is also noted in the exchange."""
    refusing = call.judge(QUERY_RULES, QuerySubject(query, assertion))
    lang = call.sandbox.config.lang
    if refusing:
        rule, _ = refusing[0]
        said = f"{errors.SENTENCES[rule.code].of(lang)} : {broken(rule).of(lang)}"
        return _refused(call, rule.code, said)
    lie = call.armed(faults.HL7_ERROR.id)
    if lie is not None:
        return _refused(call, faults.said(lie, "code"), faults.said(lie, "text"))
    records = Records(call)
    asked = records.kept_under(Ins(query.patients[0].extension, query.patients[0].root))
    patient = records.patient(asked)
    state = state_of(call, records, asked)
    if patient is None or state == "absent":
        return Outcome()
    record = _record(patient, state, authorization_on(call, records, assertion, asked))
    record = replace(record, treating_doctor=reader_of(call, assertion, asked).treating)
    if call.armed(faults.WRONG_PATIENT.id) is not None:
        record = _about_another(patient, record)
    return Outcome(record)


def state_of(call: Call, records: Records, ins: Ins) -> RecordState:
    """The state of a record, the faults that change it included."""
    if call.armed(faults.NOT_FOUND.id) is not None:
        return "absent"
    state = records.record(ins)
    return "closed" if state != "absent" and call.armed(faults.CLOSED.id) is not None else state


def _refused(call: Call, code: str, text: str) -> Outcome:
    call.outcome = "refused"
    call.code = code
    return Outcome(refusal=Refusal(code, text))


def _record(patient: Patient, state: RecordState, stated: str) -> Record:
    assert patient.ins is not None
    return Record(
        identifiers=(patient.ins,),
        person=Person(
            birth_family=patient.birth_family,
            given=patient.first_given,
            sex=patient.sex,
            birth_date=patient.birth_date.replace("-", ""),
            used_family=patient.used_family,
        ),
        open=state == "open",
        authorization=stated,
    )


def authorization_on(call: Call, records: Records, assertion: Assertion, ins: Ins) -> str:
    """The access authorization of who acts on a patient's record, of ``names.AUTHORIZATIONS``.

    Forbidden when the patient objects to consultation or blocked the professional; else as TD0.3 left it; else what
    the session states.
    """
    patient = records.patient(ins)
    stated = str(call.session.switch(AUTHORIZATION.name))
    opposed = patient is not None and "consult" in patient.opposed
    if opposed or stated == authorization.BLOCKED or is_blocked(call, assertion):
        return authorization.BLOCKED
    return records.authorization(ins, assertion.name_id, assertion.structure) or stated


def is_blocked(call: Call, assertion: Assertion) -> bool:
    """Whether the patient blocked the professional, which holds in an emergency too."""
    return assertion.name_id in str(call.session.switch(BLOCKED.name)).replace(",", " ").split()


def reader_of(call: Call, assertion: Assertion, patient: Ins) -> Reader:
    """Who reads the record of a patient."""
    treating = Records(call).treating(patient)
    return Reader(
        assertion,
        treating=treating is not None and treating == assertion.name_id,
        emergency_opposed=bool(call.session.switch(EMERGENCY_OPPOSED.name)),
    )


def _about_another(patient: Patient, record: Record) -> Record:
    other = next(one for one in population().patients if one.ins is not None and one.id != patient.id)
    return _record(other, "open", record.authorization)
