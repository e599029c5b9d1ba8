"""TD0.4, the records that a professional may consult, and TD1.6, who may consult a record: messages and rules.

The names are those of the published examples; what they leave open (which date is which) is said where it is decided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc_standards.cda.times import read_time
from banc_standards.dmp import errors
from banc_standards.dmp.names import AUTHORIZATIONS_NS, PATIENTS_NS
from banc_standards.dmp.registry_rules import RecordState
from banc_standards.ins import Ins
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import NON_PROFESSIONAL
from banc_standards.vihf.read import Assertion

OK: Final = "DMPOk"
LAST_AUTHORIZATION: Final = "LASTAUTORIZATION"
LAST_DOCUMENT: Final = "LASTDOC"
ACTIVE: Final = "ACTIVE"
FORBIDDEN: Final = "INTERDITE"
EVERY: Final = "TOUTE"
_DATE_TYPES: Final = (LAST_AUTHORIZATION, LAST_DOCUMENT)
_MODES: Final = (ACTIVE, FORBIDDEN, EVERY)
_TIME: Final = re.compile(r"[0-9]{14}")
_BOOK = RuleBook("DMP, TD0.4 et TD1.6 (exemples de messages v02.05.00)", errors.INVALID_MESSAGE)


@dataclass(frozen=True, slots=True)
class Since:
    """What TD0.4 asks for: the records with an authorization, or a document, from that UTC time on."""

    start: str
    kind: str


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One record of TD0.4. Times are UTC texts ``YYYYMMDDhhmmss``: when the authorization was given, when the last
    document came (empty: none), when the record last changed."""

    identifiers: tuple[Ins, ...]
    family: str
    given: str
    birth_date: str
    treating: bool
    authorized: str
    updated: str
    accessed: str


@dataclass(frozen=True, slots=True)
class ListedHolder:
    """One right of TD1.6: who holds it, or is blocked (``mode``), since when. ``speciality`` is a code of JDV J01."""

    id: str
    id_type: str
    family: str
    given: str
    speciality: str
    speciality_label: str
    since: str
    last_action: str
    mode: str
    treating: bool = False


@dataclass(frozen=True, slots=True)
class ListSubject:
    """A request of TD0.4 (``since``) or TD1.6 (``mode``), the state of the record that TD1.6 is about, and who asks."""

    since: Since | None = None
    mode: str | None = None
    record: RecordState = "open"
    vihf: Assertion | None = None


def patient_list(since: Since) -> etree._Element:
    """The request of TD0.4."""
    root = etree.Element(f"{{{PATIENTS_NS}}}patientList", nsmap={None: PATIENTS_NS})  # type: ignore[dict-item]
    _add(root, PATIENTS_NS, "startDate", since.start)
    _add(root, PATIENTS_NS, "dateType", since.kind)
    return root


def asked_since(body: etree._Element) -> Since:
    """What a request of TD0.4 asks for."""
    return Since(_text(body, PATIENTS_NS, "startDate"), _text(body, PATIENTS_NS, "dateType"))


def patients(records: Sequence[ListedRecord], status: str = OK, context: str = "") -> etree._Element:
    """The answer of TD0.4."""
    root = etree.Element(f"{{{PATIENTS_NS}}}patientListResponse", nsmap={"pat": PATIENTS_NS})
    output = _add(root, PATIENTS_NS, "output")
    for record in records:
        item = _add(output, PATIENTS_NS, "patientlistData")
        for ins in record.identifiers:
            identifier = _add(item, PATIENTS_NS, "patientIdentifier")
            _add(identifier, PATIENTS_NS, "nationalId", ins.value)
            _add(identifier, PATIENTS_NS, "nationalIdType", ins.oid)
        for name, value in (
            ("lastName", record.family),
            ("firstName", record.given),
            ("dateOfBirth", record.birth_date),
            ("MT", _boolean(record.treating)),
            ("message", "false"),
            ("lastAccessDate", record.accessed),
            ("lastUpdateDate", record.updated),
            ("lastAddDate", record.authorized),
        ):
            if value:
                _add(item, PATIENTS_NS, name, value)
    _add(output, PATIENTS_NS, "status", status)
    if context:
        _add(output, PATIENTS_NS, "context", context)
    return root


def authorization_list(mode: str) -> etree._Element:
    """The request of TD1.6."""
    name = f"{{{AUTHORIZATIONS_NS}}}listAuthorizationByPatient"
    root = etree.Element(name, nsmap={None: AUTHORIZATIONS_NS})  # type: ignore[dict-item]
    _add(root, AUTHORIZATIONS_NS, "mode", mode)
    return root


def asked_mode(body: etree._Element) -> str:
    """What a request of TD1.6 asks for."""
    return _text(body, AUTHORIZATIONS_NS, "mode")


def authorizations(holders: Sequence[ListedHolder], status: str = OK, context: str = "") -> etree._Element:
    """The answer of TD1.6."""
    name = f"{{{AUTHORIZATIONS_NS}}}listAuthorizationByPatientResponse"
    root = etree.Element(name, nsmap={"hab": AUTHORIZATIONS_NS})
    output = _add(root, AUTHORIZATIONS_NS, "output")
    for holder in holders:
        item = _add(output, AUTHORIZATIONS_NS, "listOfAuthorizationByPatient")
        for tag, value in (
            ("nationalId", holder.id),
            ("nationalIdType", holder.id_type),
            ("firstName", holder.given),
            ("lastName", holder.family),
            ("codeSpeciality", holder.speciality),
            ("libSpeciality", holder.speciality_label),
            ("startOfAuthorization", holder.since),
            ("lastActionDate", holder.last_action),
            ("mode", holder.mode),
            ("specificRight", "MEDECIN_TRAITANT" if holder.treating else ""),
        ):
            if value:
                _add(item, AUTHORIZATIONS_NS, tag, value)
    _add(output, AUTHORIZATIONS_NS, "status", status)
    _add(output, AUTHORIZATIONS_NS, "context", context)
    return root


@_BOOK.rule(
    "DMP-LST-001",
    (
        "La demande de liste dit une date AAAAMMJJhhmmss qui existe, et LASTAUTORIZATION ou LASTDOC.",
        "The request of a list says a date YYYYMMDDhhmmss that exists, and LASTAUTORIZATION or LASTDOC.",
    ),
    ("Corriger startDate ou dateType.", "Correct startDate or dateType."),
    at="patientList",
    always=True,
)
def _since(subject: ListSubject) -> Iterator[Hit]:
    if subject.since is None:
        return
    if not _TIME.fullmatch(subject.since.start) or read_time(subject.since.start) is None:
        yield Hit("patientList/startDate", found=subject.since.start, expected="YYYYMMDDhhmmss")
    if subject.since.kind not in _DATE_TYPES:
        yield Hit("patientList/dateType", found=subject.since.kind, expected=" | ".join(_DATE_TYPES))


@_BOOK.rule(
    "DMP-LST-002",
    ("La demande dit ACTIVE, INTERDITE ou TOUTE.", "The request says ACTIVE, INTERDITE or TOUTE."),
    ("Corriger mode.", "Correct mode."),
    at="listAuthorizationByPatient",
    always=True,
)
def _mode(subject: ListSubject) -> Iterator[Hit]:
    if subject.mode is not None and subject.mode not in _MODES:
        yield Hit("listAuthorizationByPatient/mode", found=subject.mode, expected=" | ".join(_MODES))


@_BOOK.rule(
    "DMP-LST-003",
    ("Le patient dont on demande les droits a un DMP.", "The patient whose rights are asked for has a DMP."),
    ("Tester l'existence (TD0.2) d'abord.", "Test the existence (TD0.2) first."),
    at="DMP absent (choix du banc)",
    certainty="deduced",
    code=errors.NO_RECORD,
    always=True,
)
def _record(subject: ListSubject) -> Iterator[Hit]:
    if subject.mode is not None and subject.record == "absent":
        yield Hit("VIHF/resource-id", found="absent", expected="open | closed")


@_BOOK.rule(
    "DMP-LST-004",
    (
        "Seul un professionnel de santé lit qui est autorisé sur un dossier.",
        "Only a health professional reads who is authorized on a record.",
    ),
    ("Demander sous l'identité du professionnel.", "Ask under the identity of the professional."),
    at="matrice des droits fonctionnels (PDT-INF-526 v1.8), TD1.6, CPE",
    code=errors.ACCESS_DENIED,
    always=True,
)
def _professional(subject: ListSubject) -> Iterator[Hit]:
    roles = subject.vihf.roles if subject.mode is not None and subject.vihf is not None else ()
    if roles and roles[0].system == NON_PROFESSIONAL:
        yield Hit("VIHF/subject:role", found=roles[0].code, expected="G15, G16")


RULES = _BOOK.rules


def _add(parent: etree._Element, namespace: str, name: str, text: str | None = None) -> etree._Element:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child


def _text(body: etree._Element, namespace: str, name: str) -> str:
    """What an element says; when it comes more than once every text, which is then no known one."""
    return ", ".join((element.text or "").strip() for element in body.findall(f"{{{namespace}}}{name}"))


def _boolean(value: bool) -> str:
    return "true" if value else "false"
