"""Codes of the great terminologies and units of measure, wherever they stand in a document."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.read import Document
from banc_standards.cda.rules.biology_templates import is_report
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.rules import Hit
from banc_standards.terminology import ucum
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.oids import LOINC, SNOMED_CT
from banc_standards.terminology.systems import NCIT, SYSTEMS, UCD, possible

_BOOK = ClinicalBook("CI-SIS, Modèles de contenus CDA, terminologies")
_UCUM_BOOK = ClinicalBook("UCUM, § 2")
_INTERPRETATION_BOOK = ClinicalBook("CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO)")

_LARGE: Final = frozenset({LOINC, SNOMED_CT, NCIT, UCD})
_PUBLISHED: Final = frozenset(SYSTEMS) - _LARGE
_INTERPRETATIONS: Final = "HL7_ObservationInterpretation"
_CODED: Final = frozenset({"CD", "CE"})
_QUANTITY: Final = frozenset({"PQ", "c:PQ"})
_INTERVAL: Final = frozenset({"IVL_PQ", "c:IVL_PQ"})


def _impossible(document: Document, systems: Collection[str]) -> Iterator[Hit]:
    for name in ("code", "value"):
        for element in document.tagged.get(name, ()):
            system = element.get("codeSystem")
            if system is None or system not in systems or (name == "value" and element.get(XSI_TYPE) not in _CODED):
                continue
            code = element.get("code", "")
            if not possible(code, system):
                known = SYSTEMS[system]
                yield hit(element, code, f"{known.name} : {known.example}…", "@code")


@_BOOK.rule(
    "CDA-TRM-001",
    (
        "Un code a la forme de ceux de sa terminologie (CIM-10, CIM-11, CCAM, ATC, EDQM, TA_ASIP, ADICAP, CLADIMED, "
        "EMDN, Medicabase).",
        "A code has the form of those of its terminology (ICD-10, ICD-11, CCAM, ATC, EDQM, TA_ASIP, ADICAP, CLADIMED, "
        "EMDN, Medicabase).",
    ),
    (
        "Écrire un code qui existe dans la terminologie annoncée par codeSystem, tel qu'elle l'écrit.",
        "Write a code that exists in the terminology that codeSystem names, as that terminology writes it.",
    ),
    at="code, value",
)
def _known_code(document: Document) -> Iterator[Hit]:
    return _impossible(document, _PUBLISHED)


@_BOOK.rule(
    "CDA-TRM-006",
    (
        "Un code LOINC, SNOMED CT, NCIT ou UCD a la forme et la clé de ceux de sa terminologie ; sinon, il n'existe "
        "pas.",
        "A LOINC, SNOMED CT, NCIT or UCD code has the form and the check digit of those of its terminology; otherwise "
        "it does not exist.",
    ),
    (
        "Corriger le code ; un code local ou d'attente se déclare sous son propre codeSystem, dans translation.",
        "Correct the code; a local or waiting code is declared under its own codeSystem, in translation.",
    ),
    at="code, value",
    severity="warning",
)
def _existing_code(document: Document) -> Iterator[Hit]:
    return _impossible(document, _LARGE)


def _unit(element: etree._Element) -> Iterator[Hit]:
    unit = element.get("unit")
    if unit and (wrong := ucum.fault(unit)) is not None:
        yield hit(
            element, unit if wrong == unit else f"{unit} ({wrong})", "UCUM : g/L, mmol/L, 10*9/L, {tbl}…", "@unit"
        )


def _limits(element: etree._Element) -> Iterator[Hit]:
    for limit in element.iterchildren(f"{V3}low", f"{V3}high"):
        yield from _unit(limit)


_UNIT_FIX: Final = (
    "Écrire l'unité en UCUM, casse comprise : m[IU]/L et non mUI/L, 10*9/L, /mL, Cel ; ce qui se compte va entre "
    "accolades : {tbl}.",
    "Write the unit in UCUM, case included: m[IU]/L and not mUI/L, 10*9/L, /mL, Cel; what is counted goes in braces: "
    "{tbl}.",
)


@_UCUM_BOOK.rule(
    "CDA-TRM-002",
    ("L'unité d'une valeur est une expression UCUM.", "The unit of a value is an expression of UCUM."),
    _UNIT_FIX,
    at="value",
)
def _value_unit(document: Document) -> Iterator[Hit]:
    for value in document.tagged.get("value", ()):
        kind = value.get(XSI_TYPE)
        if kind in _QUANTITY:
            yield from _unit(value)
        elif kind in _INTERVAL:
            yield from _limits(value)


@_UCUM_BOOK.rule(
    "CDA-TRM-003",
    (
        "L'unité d'une dose ou d'un débit est une expression UCUM.",
        "The unit of a dose or of a rate is an expression of UCUM.",
    ),
    _UNIT_FIX,
    at="substanceAdministration/doseQuantity, rateQuantity",
)
def _dose_unit(document: Document) -> Iterator[Hit]:
    for name in ("doseQuantity", "rateQuantity"):
        for quantity in document.tagged.get(name, ()):
            yield from _limits(quantity)


@_INTERPRETATION_BOOK.rule(
    "CDA-TRM-004",
    (
        "L'interprétation d'un résultat de biologie est de JDV_HL7_ObservationInterpretation.",
        "The interpretation of a biology result is of JDV_HL7_ObservationInterpretation.",
    ),
    (
        "Prendre le code (N, L, H, A, S, I, R, POS…) du système 2.16.840.1.113883.5.83.",
        "Take the code (N, L, H, A, S, I, R, POS…) of the system 2.16.840.1.113883.5.83.",
    ),
    at="observation/interpretationCode",
)
def _interpretation(document: Document) -> Iterator[Hit]:
    if not is_report(document):
        return
    allowed = value_set(_INTERPRETATIONS)
    for element in interpretations(document):
        pair = (element.get("code"), element.get("codeSystem"))
        if None not in pair and pair not in allowed and element.get("nullFlavor") is None:
            yield hit(element, " ".join(filter(None, pair)), f"JDV_{_INTERPRETATIONS}", "@code")


def interpretations(document: Document) -> Iterator[etree._Element]:
    """The interpretationCodes that an observation itself carries, but for those of another type than CD and CE."""
    for element in document.tagged.get("interpretationCode", ()):
        parent = element.getparent()
        if parent is not None and parent.tag == f"{V3}observation" and element.get(XSI_TYPE, "CE") in ("CD", "CE"):
            yield element


@_UCUM_BOOK.rule(
    "CDA-TRM-005",
    ("Un résultat numérique a une unité.", "A numeric result has a unit."),
    ("Ajouter l'attribut unit, en UCUM.", "Add the unit attribute, in UCUM."),
    at="observation/value",
    severity="info",
    certainty="deduced",
)
def _unit_given(document: Document) -> Iterator[Hit]:
    for value in document.tagged.get("value", ()):
        if value.get(XSI_TYPE) in _QUANTITY and not value.get("unit") and value.get("nullFlavor") is None:
            parent = value.getparent()
            if parent is not None and parent.tag == f"{V3}observation":
                yield hit(value, "", "UCUM", "@unit")


RULES = (*_BOOK.rules, *_UCUM_BOOK.rules, *_INTERPRETATION_BOOK.rules)
