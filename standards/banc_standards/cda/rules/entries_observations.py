"""Entry rules 001 to 008: the simple observation and its specialisations that every volet shares."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, V3
from banc_standards.cda.node import Node
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    DEVICE,
    LONG_TERM_DISEASE,
    NOT_REIMBURSED,
    OFF_LABEL,
    PREVENTION,
    STATUS_OF_DOCUMENT,
    TYPE_OF_ATTACHMENT,
    WORK_ACCIDENT,
)
from banc_standards.cda.rules.shapes import (
    acting,
    at_most_one,
    bound,
    coded,
    fixed,
    least,
    one,
    pointing,
    related,
    status,
    templated,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC, TA_ASIP

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_PARENTS: Final = (SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR)
_COMPLETE: Final = ("Compléter l'observation.", "Complete the observation.")


@_BOOK.on(
    SIMPLE_OBSERVATION,
    "CDA-ENT-001",
    (
        "Une observation simple est constatée (OBS, EVN), identifiée, codée, reliée au texte et terminée.",
        "A simple observation is an observed event (OBS, EVN) with an id, a code, a link to the text and completed.",
    ),
    (
        "Écrire classCode OBS, moodCode EVN, id, code, text/reference et statusCode completed.",
        "Write classCode OBS, moodCode EVN, id, code, text/reference and statusCode completed.",
    ),
    at="observation simple",
)
def _simple(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="OBS", moodCode="EVN")
    yield from least(node, "id", "code")
    yield from pointing(node)
    yield from status(node, "completed")


@_BOOK.on(
    SIMPLE_OBSERVATION,
    "CDA-ENT-002",
    (
        "Une observation simple est datée, ou dit que sa date n'est pas connue.",
        "A simple observation is dated, or says that its date is not known.",
    ),
    (
        "Écrire effectiveTime, ou son low, avec une valeur ou un nullFlavor.",
        "Write effectiveTime, or its low, with a value or a nullFlavor.",
    ),
    at="observation simple/effectiveTime",
)
def _dated(node: Node) -> Iterator[Hit]:
    for time in node.all("effectiveTime"):
        for item in (time, *time.iterfind(f"{V3}low")):
            if item.get("value") is not None or item.get("nullFlavor") is not None:
                return
    yield hit(node.element, "", "@value | @nullFlavor", "effectiveTime")


@_BOOK.on(
    SIMPLE_OBSERVATION,
    "CDA-ENT-003",
    (
        "Une observation simple a au plus une interprétation, une méthode, un site et un auteur.",
        "A simple observation has at most one interpretation, method, site and author.",
    ),
    ("N'en garder qu'un.", "Keep one."),
    at="observation simple",
)
def _once(node: Node) -> Iterator[Hit]:
    return at_most_one(node, "interpretationCode", "methodCode", "targetSiteCode", "author")


@_BOOK.on(
    STATUS_OF_DOCUMENT,
    "CDA-ENT-004",
    (
        "L'observation « Statut du document » a un seul id, le code GEN-065, un texte, une date et une valeur.",
        "The observation « Statut du document » has one id, the code GEN-065, a text, a date and a value.",
    ),
    _COMPLETE,
    at="FR-Statut-du-document",
)
def _document_status(node: Node) -> Iterator[Hit]:
    yield from templated(node, *_PARENTS)
    yield from one(node, "id")
    yield from coded(node, "GEN-065")
    yield from pointing(node)
    yield from least(node, "effectiveTime", "value")
    yield from status(node, "completed")


@_BOOK.inform_on(
    STATUS_OF_DOCUMENT,
    "CDA-ENT-005",
    ("Le statut du document est de JDV_StatutDoc.", "The status of the document is of JDV_StatutDoc."),
    ("Prendre code et système dans JDV_StatutDoc.", "Take code and system from JDV_StatutDoc."),
    at="FR-Statut-du-document/value",
)
def _known_status(node: Node) -> Iterator[Hit]:
    for value in node.all("value"):
        yield from bound(value, "StatutDoc")


@_BOOK.on(
    TYPE_OF_ATTACHMENT,
    "CDA-ENT-006",
    (
        "Le type d'un document attaché a un seul id, le code 69764-9 (LOINC), un texte, une date et une valeur.",
        "The type of an attached document has one id, the code 69764-9 (LOINC), a text, a date and a value.",
    ),
    _COMPLETE,
    at="FR-Type-document-attache",
)
def _attachment_type(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, SIMPLE_OBSERVATION)
    yield from one(node, "id", "code")
    yield from coded(node, "69764-9", LOINC)
    yield from least(node, "text", "effectiveTime", "value")
    yield from status(node, "completed")


def _yes_or_no(node: Node, code: str) -> Iterator[Hit]:
    yield from templated(node, *_PARENTS)
    yield from one(node, "id", "code", "value")
    yield from coded(node, code, TA_ASIP)
    yield from pointing(node, once=True)
    yield from status(node, "completed")
    yield from at_most_one(node, "effectiveTime")
    for value in node.all("value"):
        if value.get("value") not in ("true", "false"):
            yield hit(value, value.get("value", ""), "true | false", "@value")


@_BOOK.on(
    WORK_ACCIDENT,
    "CDA-ENT-007",
    (
        "« En rapport avec un accident du travail » a le code GEN-180, un id, un texte et un oui ou un non.",
        "« En rapport avec un accident du travail » has the code GEN-180, one id, a text and a yes or a no.",
    ),
    _COMPLETE,
    at="FR-En-rapport-avec-accident-travail",
)
def _work_accident(node: Node) -> Iterator[Hit]:
    return _yes_or_no(node, "GEN-180")


_FLAGS: Final = {LONG_TERM_DISEASE: "MED-574", OFF_LABEL: "GEN-179", NOT_REIMBURSED: "GEN-181"}


@_BOOK.on(
    (*_FLAGS, DEVICE),
    "CDA-ENT-008",
    (
        "ALD, hors AMM, non remboursable et prévention ont leur code, un id, un texte et un oui ou un non.",
        "Long-term disease, off-label, not reimbursed and prevention have their code, one id, a text, a yes or a no.",
    ),
    _COMPLETE,
    at="FR-En-rapport-avec-ALD, FR-Hors-AMM, FR-Non-remboursable, FR-En-rapport-avec-la-prevention",
)
def _flags(node: Node) -> Iterator[Hit]:
    for root, code in _FLAGS.items():
        if root in node.templates:
            yield from _yes_or_no(node, code)
    if DEVICE in node.templates:
        for root, model, code in (
            (LONG_TERM_DISEASE, SIMPLE_OBSERVATION, "MED-574"),
            (WORK_ACCIDENT, WORK_ACCIDENT, "GEN-180"),
            (PREVENTION, PREVENTION, "GEN-295"),
        ):
            present = related(node, "COMP", "observation", root)
            codes = [
                item.get("code", "")
                for observation in (present and related(node, "COMP", "observation", model))
                for item in observation.iterfind(f"{V3}code")
            ]
            if present and code not in codes:
                yield hit(present[0], ", ".join(codes), code, "code/@code")


RULES = _BOOK.rules
