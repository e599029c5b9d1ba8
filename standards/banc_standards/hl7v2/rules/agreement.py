"""The same facts in the message and in the clinical document that it carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from banc_standards.cda.read import Document
from banc_standards.hl7v2.message import Carried, Message, Patient
from banc_standards.ins import fold
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1) ; annexe Prise en charge de l'INS")


def _pairs(message: Message) -> Iterator[tuple[Carried, Document]]:
    for carried in message.documents:
        if carried.document is not None:
            yield carried, carried.document


def _of_patient(message: Message) -> Iterator[tuple[Patient, Document]]:
    patient = message.patient
    if patient is not None:
        for _, document in _pairs(message):
            yield patient, document


@_BOOK.rule(
    "HL7-CDA-001",
    (
        "L'INS de PID-3 est celui du patient du document (valeur et OID).",
        "The INS of PID-3 is that of the document's patient (value and OID).",
    ),
    (
        "Transmettre le document du bon patient, son INS inchangé.",
        "Send the right patient's document, INS unchanged.",
    ),
    at="PID-3, recordTarget/patientRole/id",
)
def _ins(message: Message) -> Iterator[Hit]:
    for patient, document in _of_patient(message):
        told = document.patient.ins
        if patient.ins is not None and told != patient.matricule:
            found = f"{told.value} ({told.oid})" if told is not None else ""
            yield patient.pid.hit(3, 1, patient.ins.rank, expected=found or "id INS (CDA)")
        elif patient.ins is None and told is not None:
            yield patient.pid.hit(3, expected=f"{told.value} ({told.oid})")


@_BOOK.rule(
    "HL7-CDA-002",
    (
        "Les identifiants locaux de PID-3 sont ceux du patient du document : même racine, même valeur.",
        "The local identifiers of PID-3 are those of the document's patient: same root, same value.",
    ),
    (
        "Porter les mêmes identifiants des deux côtés, l'OID de l'autorité en CX-4.2.",
        "Carry the same identifiers on both sides, the OID of the authority in CX-4.2.",
    ),
    at="PID-3, recordTarget/patientRole/id",
)
def _local(message: Message) -> Iterator[Hit]:
    for patient, document in _of_patient(message):
        mine = {(one.value, one.oid): one.rank for one in patient.ids if not one.is_ins}
        theirs = {(one.extension, one.root) for one in document.patient.local_ids}
        for key, rank in mine.items():
            if key not in theirs:
                yield patient.pid.hit(3, 1, rank, expected="recordTarget/patientRole/id")
        for value, root in sorted(theirs - mine.keys()):
            yield patient.pid.hit(3, found=patient.pid[3], expected=f"{value} ({root})")


@_BOOK.rule(
    "HL7-CDA-003",
    (
        "TXA-12 est l'identifiant du document clinique.",
        "TXA-12 is the identifier of the clinical document.",
    ),
    ("Reprendre id/@root du document.", "Take id/@root of the document."),
    at="TXA-12, ClinicalDocument/id",
)
def _number(message: Message) -> Iterator[Hit]:
    for header in message.all("TXA"):
        for _, document in _pairs(message):
            expected = (document.id.extension or document.id.root, document.id.extension and document.id.root)
            if header.filled(12) and (header.get(12), header.get(12, 3)) != expected:
                yield header.hit(12, 1, expected="^^".join(filter(None, expected)))


@_BOOK.rule(
    "HL7-CDA-004",
    (
        "Le code d'OBX-3 est celui du document clinique.",
        "The code of OBX-3 is that of the clinical document.",
    ),
    ("Reprendre ClinicalDocument/code.", "Take ClinicalDocument/code."),
    at="OBX-3, ClinicalDocument/code",
)
def _code(message: Message) -> Iterator[Hit]:
    for carried, document in _pairs(message):
        if document.code is not None and document.code.code != carried.observation.code:
            yield carried.obx.hit(3, 1, expected=document.code.code)


@_BOOK.rule(
    "HL7-CDA-005",
    (
        "Un remplacement porte un nouveau document qui dit lequel il remplace (RPLC), le même qu'en TXA-13.",
        "A replacement carries a new document that tells which one it replaces (RPLC), the same as in TXA-13.",
    ),
    (
        "Ajouter relatedDocument RPLC avec l'id de l'ancienne version.",
        "Add relatedDocument RPLC with the id of the former version.",
    ),
    at="TXA-13, relatedDocument",
)
def _replaced(message: Message) -> Iterator[Hit]:
    header = message.first("TXA")
    for carried, document in _pairs(message):
        parent = document.replaces
        if carried.obx[11] != "C":
            continue
        if parent is None:
            yield carried.obx.hit(5, 5, found="", expected="relatedDocument RPLC")
        elif parent == document.id:
            yield carried.obx.hit(5, 5, found=parent.root, expected="id ≠")
        elif header is not None and header.filled(13) and header.get(13) != (parent.extension or parent.root):
            yield header.hit(13, 1, expected=parent.extension or parent.root)


@_BOOK.rule(
    "HL7-CDA-006",
    (
        "Un document qui en remplace un autre (RPLC) est envoyé comme remplacement.",
        "A document that replaces another one (RPLC) is sent as a replacement.",
    ),
    ("Écrire RO et C (T10 pour un MDM).", "Write RO and C (T10 for an MDM)."),
    at="OBX-11, relatedDocument",
    severity="warning",
    certainty="deduced",
)
def _initial(message: Message) -> Iterator[Hit]:
    for carried, document in _pairs(message):
        if carried.obx[11] == "F" and document.replaces is not None:
            yield carried.obx.hit(11, expected="C")


def _trait(
    id: str,
    names: tuple[str, str],
    field: int,
    component: int,
    mine: Callable[[Patient], tuple[int, str]],
    theirs: Callable[[Document], str],
    *,
    same: Callable[[str], str] = str,
) -> None:
    """Adds the rule that a trait is the same on both sides where both tell it, for a patient with an INS."""

    def check(message: Message) -> Iterator[Hit]:
        for patient, document in _of_patient(message):
            rank, value = mine(patient)
            expected = theirs(document)
            if value and expected and same(value) != same(expected):
                yield patient.pid.hit(field, component, rank, expected=expected)

    _BOOK.add(
        id,
        (
            f"{names[0][0].upper()}{names[0][1:]} de PID-{field} est le trait du document.",
            f"The {names[1]} of PID-{field} is the trait of the document.",
        ),
        (
            "Reprendre des deux côtés le trait de l'identité qualifiée.",
            "Take the trait of the qualified identity on both sides.",
        ),
        check,
        at=f"PID-{field}, recordTarget/patientRole/patient",
    )


def _birth(part: str) -> Callable[[Patient], tuple[int, str]]:
    def of(patient: Patient) -> tuple[int, str]:
        name = patient.birth_name
        return (name.rank, str(getattr(name, part))) if name is not None else (1, "")

    return of


_trait(
    "HL7-CDA-007",
    ("le nom de naissance", "birth name"),
    5,
    1,
    _birth("family"),
    lambda document: document.patient.birth_family,
    same=fold,
)
_trait(
    "HL7-CDA-008",
    ("le premier prénom", "first given name"),
    5,
    2,
    _birth("given"),
    lambda document: document.patient.first_given,
    same=fold,
)
_trait(
    "HL7-CDA-009",
    ("la liste des prénoms de naissance", "list of birth given names"),
    5,
    3,
    _birth("givens"),
    lambda document: document.patient.birth_givens,
    same=fold,
)
_trait(
    "HL7-CDA-010",
    ("la date de naissance", "date of birth"),
    7,
    1,
    lambda patient: (1, patient.pid.get(7)),
    lambda document: document.patient.birth_time,
    same=lambda text: text[:8],
)
_trait(
    "HL7-CDA-011",
    ("le sexe", "sex"),
    8,
    1,
    lambda patient: (1, patient.pid.get(8)),
    lambda document: document.patient.sex,
    same=lambda text: "U" if text in ("UN", "O") else text,
)
_trait(
    "HL7-CDA-012",
    ("le lieu de naissance", "place of birth"),
    11,
    9,
    lambda patient: patient.birth_place or (1, ""),
    lambda document: document.patient.birth_place_cog,
)

RULES = _BOOK.rules
