"""Rules of the entry letter, LDL-EES 2022.01: its type, the stay to come, its four mandatory sections."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import PCC
from banc_standards.cda.rules.section_models import COMMENTS, MODELS
from banc_standards.rules import Hit

LDL_EES: Final = "1.2.250.1.213.1.1.1.21"

_BOOK = ClinicalBook("CI-SIS, volet Lettre de liaison à l'entrée (LDL-EES 2022.01)")
_TYPE: Final = "18761-7"
_MANDATORY: Final = (f"{PCC}.3.1", f"{PCC}.3.20", f"{PCC}.3.13", COMMENTS)


def _announced(document: Document) -> bool:
    return LDL_EES in document.models


@_BOOK.rule(
    "CDA-LDLE-001",
    (f"Le type d'une lettre de liaison à l'entrée est {_TYPE}.", f"The code of an entry letter is {_TYPE}."),
    (f"Écrire le code {_TYPE}.", f"Write the code {_TYPE}."),
    at="code",
)
def _type(document: Document) -> Iterator[Hit]:
    if _announced(document) and document.attribute("code", "code") != _TYPE:
        yield hit(document.root, document.attribute("code", "code"), _TYPE, "code/@code")


@_BOOK.rule(
    "CDA-LDLE-002",
    ("La lettre donne la date de naissance du patient.", "The letter gives the patient's birth time."),
    ("Écrire patient/birthTime.", "Write patient/birthTime."),
    at="recordTarget",
)
def _birth(document: Document) -> Iterator[Hit]:
    if _announced(document) and not document.at("recordTarget/patientRole/patient/birthTime"):
        yield hit(document.root, "0", "1", "recordTarget/patientRole/patient/birthTime")


@_BOOK.rule(
    "CDA-LDLE-003",
    (
        "La lettre documente une hospitalisation (IMP) et sa date.",
        "The letter documents an inpatient stay (IMP) and its date.",
    ),
    (
        "Écrire serviceEvent/code IMP et serviceEvent/effectiveTime.",
        "Write serviceEvent/code IMP and serviceEvent/effectiveTime.",
    ),
    at="documentationOf/serviceEvent",
)
def _stay(document: Document) -> Iterator[Hit]:
    if not _announced(document):
        return
    codes = [code.get("code", "") for code in document.at("documentationOf/serviceEvent/code")]
    if "IMP" not in codes:
        yield hit(document.root, ", ".join(codes), "IMP", "documentationOf/serviceEvent/code/@code")
    if not document.at("documentationOf/serviceEvent/effectiveTime"):
        yield hit(document.root, "0", "1..*", "documentationOf/serviceEvent/effectiveTime")


@_BOOK.rule(
    "CDA-LDLE-004",
    (
        "La lettre a les sections motif, traitements à l'admission, allergies et commentaire.",
        "The letter has the sections reason, treatments at admission, allergies and comment.",
    ),
    (f"Ajouter la section ({', '.join(_MANDATORY)}).", f"Add the section ({', '.join(_MANDATORY)})."),
    at="structuredBody",
)
def _sections(document: Document) -> Iterator[Hit]:
    if _announced(document):
        for root in _MANDATORY:
            if root not in document.carriers:
                place = f"component/structuredBody/component/section[templateId/@root='{root}']"
                yield hit(document.root, "0", f"1..1 ({MODELS[root].name})", place)


RULES = _BOOK.rules
