"""PV1: the class of the patient, the visit and its dates."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.hl7v2 import names
from banc_standards.hl7v2.message import Message
from banc_standards.hl7v2.rules.header import is_time
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("PAM France (IHE ITI TF-4, 2.11) ; CI-SIS, Transmission de documents CDA-R2 en HL7 v2 (2.1)")
_WITH_VISIT = ("E", "I", "O", "R")


@_BOOK.rule(
    "HL7-PV1-001",
    (
        "PV1-2 est la classe du patient : E, I, N, O ou R.",
        "PV1-2 is the patient class: E, I, N, O or R.",
    ),
    ("Écrire I (hospitalisé), O (externe), E (urgences), R (séances) ou N.", "Write I, O, E, R or N."),
    at="PV1-2",
)
def _patient_class(message: Message) -> Iterator[Hit]:
    for visit in message.all("PV1"):
        if visit.get(2) not in (*_WITH_VISIT, "N"):
            yield visit.hit(2, expected="E I N O R")


@_BOOK.rule(
    "HL7-PV1-002",
    (
        "Pour une classe E, I, O ou R, PV1-19 porte le numéro de venue.",
        "For a class E, I, O or R, PV1-19 has the visit number.",
    ),
    ("Écrire numéro^^^autorité^VN.", "Write number^^^authority^VN."),
    at="PV1-19",
)
def _visit_number(message: Message) -> Iterator[Hit]:
    if message.volet not in ("cda", "pam"):
        return
    for visit in message.all("PV1"):
        if visit.get(2) in _WITH_VISIT and not visit.filled(19):
            yield visit.hit(19, expected="…^VN")


@_BOOK.rule(
    "HL7-PV1-003",
    ("Le numéro de venue est de type VN.", "The visit number is of type VN."),
    ("Écrire VN en CX-5.", "Write VN in CX-5."),
    at="PV1-19, CX-5",
    severity="warning",
)
def _visit_type(message: Message) -> Iterator[Hit]:
    for visit in message.all("PV1"):
        if visit.filled(19) and visit.get(19, 5) != "VN":
            yield visit.hit(19, 5, expected="VN")


@_BOOK.rule(
    "HL7-PV1-004",
    (
        "PV1-44 porte la date d'entrée dès qu'elle est connue : les indicateurs en dépendent.",
        "PV1-44 has the date of admission as soon as it is known: the indicators depend on it.",
    ),
    (
        "Écrire la date d'entrée, et celle de sortie en PV1-45.",
        "Write the admission date, PV1-45 the discharge.",
    ),
    at="PV1-44",
    severity="info",
    certainty="deduced",
)
def _admitted(message: Message) -> Iterator[Hit]:
    if message.volet not in ("cda", "pam"):
        return
    for visit in message.all("PV1"):
        if visit.get(2) in _WITH_VISIT and not visit.filled(44):
            yield visit.hit(44)


@_BOOK.rule(
    "HL7-PV1-005",
    ("Les dates d'entrée et de sortie sont des dates.", "The dates of admission and discharge are dates."),
    ("Écrire AAAAMMJJhhmm.", "Write YYYYMMDDhhmm."),
    at="PV1-44, PV1-45",
)
def _dates(message: Message) -> Iterator[Hit]:
    for visit in message.all("PV1"):
        for number in (44, 45):
            if visit.filled(number) and not is_time(visit.get(number)):
                yield visit.hit(number, expected="AAAAMMJJhhmm")


@_BOOK.rule(
    "HL7-PV1-006",
    (
        "PV1-9, PV1-40 et PV1-52 ne sont pas employés en France.",
        "PV1-9, PV1-40 and PV1-52 are not used in France.",
    ),
    ("Vider ces champs.", "Empty these fields."),
    at="PV1-9, 40, 52",
    severity="warning",
)
def _unused(message: Message) -> Iterator[Hit]:
    for visit in message.all("PV1"):
        for number in (9, 40, 52):
            if visit.filled(number):
                yield visit.hit(number, expected="(vide)")


@_BOOK.rule(
    "HL7-PV1-007",
    (
        "Hors mouvement (flux d'identité, document venu d'un courriel), PV1-2 est N.",
        "Outside movements (identity feed, document that came by mail), PV1-2 is N.",
    ),
    ("Écrire PV1|1|N.", "Write PV1|1|N."),
    at="PV1-2",
)
def _no_visit(message: Message) -> Iterator[Hit]:
    if message.volet == "lps" and not message.old:
        wanted = True
    else:
        wanted = message.volet == "pam" and message.event in names.IDENTITY_EVENTS
    for visit in message.all("PV1") if wanted else ():
        if visit.get(2) != "N":
            yield visit.hit(2, expected="N")


RULES = _BOOK.rules
