"""Rules of the dispensation of drugs, eDISP-MED 2024.01: its type, its section, what was dispensed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import XSI_TYPE
from banc_standards.cda.node import Node
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.dispensation_names import (
    DISPENSATION,
    DISPENSE_DOCUMENT,
    DISPENSED,
    DISPENSED_FR,
    DISPENSED_SECTION,
    DISPENSED_SECTION_FR,
    DOSAGE,
    PRESCRIPTION_ITEM,
    SUBSTITUTION_ACT,
    is_dispensation,
)
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.prescription import MEDICAL_DOCUMENT
from banc_standards.cda.rules.roots import CCD, DISPENSER_INSTRUCTION, PATIENT_INSTRUCTION_FR, SUPPLY_REFERENCE
from banc_standards.cda.rules.shapes import acting, coded, least, one, pointing, related, templated
from banc_standards.cda.rules.volet_shapes import Part, Volet, Wanted, declared, headed, sectioned, typed, whole
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_TYPE: Final = "60593-1"
EDISP: Final = Volet(
    DISPENSATION,
    (_TYPE,),
    templates=(DISPENSE_DOCUMENT, MEDICAL_DOCUMENT),
    sections=(Wanted(DISPENSED_SECTION_FR),),
    header=(Part("", "documentationOf/serviceEvent/code", {"code": (_TYPE,)}),),
)
_BOOK = ClinicalBook("CI-SIS, volet eDispensation de médicaments (eDISP-MED 2024.01)")
_SECTION: Final = "60590-7"
_PHARMACIST: Final = ("G15_21", "1.2.250.1.213.1.1.4.5")
_ACTS: Final = "1.3.6.1.4.1.19376.1.5.3.2"
_ITEM: Final = ("PREItem", "1.3.6.1.4.1.19376.1.9.2.2")
_MATERIAL: Final = "consumable/manufacturedProduct/manufacturedMaterial"
_BELOW: Final = (
    ("REFR", "substanceAdministration", PRESCRIPTION_ITEM),
    ("SUBJ", "act", PATIENT_INSTRUCTION_FR),
    ("SUBJ", "act", DISPENSER_INSTRUCTION),
    ("COMP", "substanceAdministration", DOSAGE),
    ("COMP", "act", SUBSTITUTION_ACT),
)


@_BOOK.on(
    DISPENSATION,
    "CDA-OTH-001",
    (
        f"Une dispensation a le code {_TYPE}, celui de l'acte qu'elle documente, et déclare ses modèles.",
        f"A dispensation has the code {_TYPE}, which is that of its documented act, and declares its models.",
    ),
    (
        f"Écrire les deux codes {_TYPE} et les templateId {', '.join(EDISP.templates)}.",
        f"Write both codes {_TYPE} and the templateIds {', '.join(EDISP.templates)}.",
    ),
    at="ClinicalDocument",
)
def _announced(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from typed(document, EDISP)
        yield from declared(document, EDISP)
        yield from headed(document, *EDISP.header)


@_BOOK.on(
    (DISPENSATION, DISPENSED_SECTION),
    "CDA-OTH-002",
    (
        "La section des médicaments délivrés a un id, son code, un texte, un pharmacien auteur et des délivrances.",
        "The section of dispensed drugs has an id, its code, a text, a pharmacist as author and what was dispensed.",
    ),
    (
        f"Écrire le templateId {DISPENSED_SECTION_FR}, le code {_SECTION}, {_PHARMACIST[0]} et supply {DISPENSED}.",
        f"Write the templateId {DISPENSED_SECTION_FR}, the code {_SECTION}, {_PHARMACIST[0]} and supply {DISPENSED}.",
    ),
    at="FR-Dispensation-medicaments",
)
def _section(node: Node) -> Iterator[Hit]:
    if document := whole(node):
        yield from sectioned(document, *EDISP.sections)
    if DISPENSED_SECTION not in node.templates:
        return
    yield from one(node, "id")
    yield from least(node, "text")
    if not is_dispensation(node.document):
        return
    yield from templated(node, DISPENSED_SECTION_FR)
    yield from coded(node, _SECTION, LOINC)
    authors = [(code.get("code"), code.get("codeSystem")) for code in node.at("author/assignedAuthor/code")]
    if node.all("author") and _PHARMACIST not in authors:
        told = ", ".join(code or "" for code, _ in authors)
        yield hit(node.element, told, _PHARMACIST[0], "author/assignedAuthor/code/@code")
    if not any(item.get("root") == DISPENSED for item in node.at("entry/supply/templateId")):
        yield hit(node.element, "0", "1..*", f"entry/supply[{DISPENSED}]")


@_BOOK.on(
    DISPENSED,
    "CDA-OTH-003",
    (
        "Une délivrance est une fourniture d'un seul id, d'un texte, d'une quantité et d'un produit.",
        "What was dispensed is a supply with exactly one id, a text, a quantity and a product.",
    ),
    (
        f"Écrire supply, les templateId {DISPENSED_FR}, {SUPPLY_REFERENCE}, {CCD}.34, id, text, quantity, product.",
        f"Write supply, the templateIds {DISPENSED_FR}, {SUPPLY_REFERENCE}, {CCD}.34, id, text, quantity, product.",
    ),
    at="FR-Traitement-dispense",
)
def _dispensed(node: Node) -> Iterator[Hit]:
    yield from acting(node, "supply", classCode="SPLY")
    yield from templated(node, SUPPLY_REFERENCE, f"{CCD}.34")
    if is_dispensation(node.document):
        yield from templated(node, DISPENSED_FR)
    yield from one(node, "id", "text", "quantity", "product")
    yield from pointing(node)
    for quantity in node.all("quantity"):
        if not quantity.get("value"):
            yield hit(quantity, "", "1", "@value")


@_BOOK.on(
    (DISPENSED, PRESCRIPTION_ITEM, PATIENT_INSTRUCTION_FR, DISPENSER_INSTRUCTION, DOSAGE, SUBSTITUTION_ACT),
    "CDA-OTH-004",
    (
        "Sous une délivrance, au plus une fois : prescription d'origine, instructions, posologie, substitution.",
        "Below what was dispensed, at most once: original prescription, instructions, dosage, substitution.",
    ),
    (
        "Garder une entrée de chaque modèle : PREItem, PINSTRUCT, FINSTRUCT, posologie (IVL_TS puis SXPR_TS), "
        "substitution codée ; manufacturedMaterial de nullFlavor NA.",
        "Keep one entry of each model: PREItem, PINSTRUCT, FINSTRUCT, dosage (IVL_TS then SXPR_TS), coded "
        "substitution; manufacturedMaterial of nullFlavor NA.",
    ),
    at="FR-Traitement-dispense/entryRelationship",
)
def _below(node: Node) -> Iterator[Hit]:
    if not is_dispensation(node.document):
        return
    templates = node.templates
    if DISPENSED in templates:
        for kind, name, root in _BELOW:
            number = len(related(node, kind, name, root))
            if number > 1:
                yield hit(node.element, str(number), "0..1", f"entryRelationship[@typeCode='{kind}']/{name}[{root}]")
    if PRESCRIPTION_ITEM in templates:
        yield from coded(node, *_ITEM)
        yield from _no_material(node)
    if PATIENT_INSTRUCTION_FR in templates:
        yield from coded(node, "PINSTRUCT", _ACTS)
    if DISPENSER_INSTRUCTION in templates:
        yield from coded(node, "FINSTRUCT", _ACTS)
    if DOSAGE in templates:
        yield from _dosage(node)
        yield from _no_material(node)
    if SUBSTITUTION_ACT in templates:
        yield from one(node, "code")


def _no_material(node: Node) -> Iterator[Hit]:
    materials = node.at(_MATERIAL)
    if not any(material.get("nullFlavor") == "NA" for material in materials):
        yield hit(node.element, str(len(materials)), "NA", f"{_MATERIAL}/@nullFlavor")


def _dosage(node: Node) -> Iterator[Hit]:
    times = node.all("effectiveTime")
    if not any(time.get(XSI_TYPE) == "IVL_TS" for time in times):
        yield hit(node.element, "0", "1", "effectiveTime[@xsi:type='IVL_TS']")
    composed = [time for time in times if time.get(XSI_TYPE) == "SXPR_TS"]
    if not any(part.get("operator") == "A" for time in composed for part in time.iterfind("{*}comp")):
        yield hit(node.element, str(len(composed)), "1", "effectiveTime[@xsi:type='SXPR_TS'][comp/@operator='A']")


RULES = _BOOK.rules
