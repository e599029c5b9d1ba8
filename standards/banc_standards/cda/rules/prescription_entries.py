"""Rules of a prescribed drug: its dosage, its substitution, what it is told of, its quantity, its product."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.dispensation_names import is_dispensation
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.prescription import PRESCRIBED
from banc_standards.cda.rules.roots import (
    CCD,
    DISPENSER_INSTRUCTION,
    FR_ENTRY,
    LONG_TERM_DISEASE,
    NOT_REIMBURSED,
    OFF_LABEL,
    PATIENT_INSTRUCTION,
    PCC,
    PHARMACY,
    PRESCRIBED_FR,
    PREVENTION,
    PRODUCT,
    WORK_ACCIDENT,
)
from banc_standards.cda.rules.shapes import acting, at_most_one, bound, least, none, one, related, status, templated
from banc_standards.rules import Hit

SUBSTITUTION: Final = f"{PHARMACY}.9.1"
QUANTITY: Final = f"{PHARMACY}.8"
RENEWAL: Final = f"{PHARMACY}.15"
LINE: Final = f"{PRESCRIBED_FR}.1"
MATERIAL: Final = f"{PHARMACY}.1"

_BOOK = ClinicalBook("CI-SIS, volet ePrescription de médicaments et de dispositifs médicaux (eP-MED-DM), entrées")
_DRUG: Final = ("DRUG", "2.16.840.1.113883.5.4")
_SITES: Final = "2.16.840.1.113883.1.11.19724"
_DELAYED: Final = f"{PCC}.4.21"
_FREQUENCIES: Final = {
    "PIVL_TS": ("period", "phase", "standardDeviation"),
    "EIVL_TS": ("event", "offset"),
    "SXPR_TS": ("comp",),
}
_FLAGS: Final = (LONG_TERM_DISEASE, WORK_ACCIDENT, NOT_REIMBURSED, OFF_LABEL)
_COMPLETE: Final = ("Compléter le traitement prescrit.", "Complete the prescribed treatment.")


@_BOOK.on(
    PRESCRIBED,
    "CDA-EPM-005",
    (
        "Un traitement prescrit a un id, un texte, un statut, un renouvellement, une posologie et un seul produit ; ni "
        "auteur ni référence.",
        "A prescribed treatment has an id, a text, a status, repeats, a dosage and exactly one product; neither author "
        "nor reference.",
    ),
    _COMPLETE,
    at="FR-Traitement-prescrit",
)
def _prescribed(node: Node) -> Iterator[Hit]:
    yield from least(node, "id")
    codes = [(code.get("code", ""), code.get("codeSystem", "")) for code in node.all("code")]
    if codes and codes != [_DRUG]:
        yield hit(node.element, ", ".join(code for code, _ in codes), _DRUG[0], "code/@code")
    yield from one(node, "text", "statusCode")
    references = len(node.at("text/reference"))
    if references != 1:
        yield hit(node.element, str(references), "1", "text/reference")
    yield from status(node, "completed")
    yield from at_most_one(node, "routeCode", "doseQuantity", "rateQuantity")
    yield from none(node, "author", "reference")
    yield from _repeated(node)
    yield from _times(node)
    yield from _quantities(node)
    products = [
        item
        for product in node.at("consumable/manufacturedProduct")
        if product.get("classCode") == "MANU"
        for item in product.iterchildren(f"{V3}templateId")
        if item.get("root") == PRODUCT
    ]
    if len(products) != 1:
        yield hit(node.element, str(len(products)), "1", f"consumable/manufacturedProduct[{PRODUCT}]")
    renewals = len(related(node, None, "supply", RENEWAL))
    if renewals > 1:
        yield hit(node.element, str(renewals), "0..1", f"entryRelationship/supply[{RENEWAL}]")


def _repeated(node: Node) -> Iterator[Hit]:
    """The published check is content with one number of repeats among all the drugs of the document."""
    for carrier in node.document.carriers.get(PRESCRIBED, ()):
        for repeats in carrier.iterchildren(f"{V3}repeatNumber"):
            if repeats.get("nullFlavor") == "NI" or repeats.get("value", "").strip().isdecimal():
                return
    yield hit(node.element, "", "0.. | NI", "repeatNumber/@value")


def _times(node: Node) -> Iterator[Hit]:
    times = node.all("effectiveTime")
    frequencies = [time for time in times if time.get("operator") == "A"]
    if frequencies:
        below = {str(child.tag)[len(V3) :] for time in times for child in time}
        kinds = {time.get(XSI_TYPE, "") for time in times}
        if not any(kind in kinds and below.intersection(parts) for kind, parts in _FREQUENCIES.items()):
            found = frequencies[0]
            yield hit(found, found.get(XSI_TYPE, ""), " | ".join(_FREQUENCIES), "@xsi:type")
    spans = [time for time in times if time.get("operator") != "A"]
    if spans and _DELAYED in node.templates and not (len(spans) == 1 and _spanned(spans[0])):
        yield hit(spans[0], "", "low + high | low UNK + width")


def _spanned(time: etree._Element) -> bool:
    low, high = time.find(f"{V3}low"), time.find(f"{V3}high")
    if low is None:
        return False
    if low.get("nullFlavor") == "UNK":
        return time.find(f"{V3}width") is not None
    return high is not None and high.get("nullFlavor") != "UNK"


def _quantities(node: Node) -> Iterator[Hit]:
    for name, parts in (
        ("doseQuantity", ("low", "high")),
        ("rateQuantity", ("low", "high")),
        ("maxDoseQuantity", ("numerator", "denominator")),
    ):
        for quantity in node.all(name):
            for part in parts:
                if quantity.find(V3 + part) is None:
                    yield hit(quantity, "0", "1", part)
    sites = node.all("approachSiteCode")
    if sites and not any(site.get("codeSystem") == _SITES or site.get("nullFlavor") is not None for site in sites):
        yield hit(sites[0], sites[0].get("codeSystem", ""), _SITES, "@codeSystem")


@_BOOK.on(
    (PRESCRIBED, SUBSTITUTION),
    "CDA-EPM-006",
    (
        "Un traitement prescrit dit une fois si la substitution est permise : acte DEF, code N ou G.",
        "A prescribed treatment tells once whether substitution is allowed: act DEF, code N or G.",
    ),
    (
        f"Écrire entryRelationship COMP et act DEF de templateId {SUBSTITUTION} et {FR_ENTRY}.87, code N ou G.",
        f"Write entryRelationship COMP and act DEF of templateIds {SUBSTITUTION} and {FR_ENTRY}.87, code N or G.",
    ),
    at="FR-Autorisation-Substitution",
)
def _substitution(node: Node) -> Iterator[Hit]:
    if PRESCRIBED in node.templates:
        number = len(related(node, "COMP", "act", SUBSTITUTION))
        if number != 1:
            yield hit(node.element, str(number), "1", f"entryRelationship[@typeCode='COMP']/act[{SUBSTITUTION}]")
    if SUBSTITUTION in node.templates:
        yield from acting(node, "act", classCode="ACT", moodCode="DEF")
        yield from templated(node, f"{FR_ENTRY}.87")
        yield from one(node, "code")
        for code in node.all("code"):
            yield from bound(code, "HL7_ActSubstanceAdminSubstitutionCode")


@_BOOK.on(
    PRESCRIBED_FR,
    "CDA-EPM-007",
    (
        "Un traitement prescrit dit une fois ALD, accident du travail, non remboursable et hors AMM.",
        "A prescribed treatment tells long-term disease, work accident, no reimbursement and off-label use once each.",
    ),
    (
        f"Écrire une observation de chaque modèle : {', '.join(_FLAGS)} (et {PREVENTION} dans une dispensation).",
        f"Write one observation of each model: {', '.join(_FLAGS)} (and {PREVENTION} in a dispensation).",
    ),
    at="FR-Traitement-prescrit/entryRelationship",
)
def _flagged(node: Node) -> Iterator[Hit]:
    wanted = (*_FLAGS, PREVENTION) if is_dispensation(node.document) else _FLAGS
    for flag in wanted:
        number = len(related(node, None, "observation", flag))
        if number != 1:
            yield hit(node.element, str(number), "1", f"entryRelationship/observation[{flag}]")


@_BOOK.on(
    PRESCRIBED,
    "CDA-EPM-008",
    (
        "Les instructions au patient et au dispensateur sont une fois au plus, dans entryRelationship SUBJ inversé.",
        "The instructions for the patient and the dispenser stand at most once, in an inverted entryRelationship SUBJ.",
    ),
    (
        'Écrire <entryRelationship typeCode="SUBJ" inversionInd="true">.',
        'Write <entryRelationship typeCode="SUBJ" inversionInd="true">.',
    ),
    at="FR-Instruction-au-patient, FR-Instruction-au-dispensateur",
)
def _instructed(node: Node) -> Iterator[Hit]:
    for root in (PATIENT_INSTRUCTION, DISPENSER_INSTRUCTION):
        acts = related(node, None, "act", root)
        if len(acts) > 1:
            yield hit(node.element, str(len(acts)), "0..1", f"entryRelationship/act[{root}]")
        for act in acts:
            relation = act.getparent()
            told = (
                (relation.get("typeCode", ""), relation.get("inversionInd", "")) if relation is not None else ("", "")
            )
            if told != ("SUBJ", "true"):
                yield hit(act, " ".join(told).strip(), "SUBJ true", "../@typeCode")


@_BOOK.on(
    QUANTITY,
    "CDA-EPM-009",
    (
        "La quantité prescrite est une fourniture demandée (SPLY, RQO), non indépendante, avec sa valeur.",
        "The prescribed quantity is a requested supply (SPLY, RQO), not independent, with its value.",
    ),
    (
        f'Écrire supply, templateId {FR_ENTRY}.86, <independentInd value="false"/> et quantity/@value.',
        f'Write supply, templateId {FR_ENTRY}.86, <independentInd value="false"/> and quantity/@value.',
    ),
    at="FR-Quantite-de-produit",
)
def _quantity(node: Node) -> Iterator[Hit]:
    yield from acting(node, "supply", classCode="SPLY", moodCode="RQO")
    yield from templated(node, f"{FR_ENTRY}.86")
    for name, values in (("independentInd", ("false",)), ("quantity", None)):
        found = [item.get("value", "") for item in node.all(name)]
        if not any(value in values if values else value for value in found):
            yield hit(node.element, ", ".join(found), values[0] if values else "1", f"{name}/@value")


@_BOOK.on(
    PRESCRIBED,
    "CDA-EPM-010",
    (
        "Le produit prescrit est un matériel MMAT KIND, avec un code (ou nullFlavor NA) et un nom.",
        "The prescribed product is a material MMAT KIND, with a code (or nullFlavor NA) and a name.",
    ),
    (
        f"Écrire manufacturedProduct ({PRODUCT}, {CCD}.53) et manufacturedMaterial ({MATERIAL}) : code, name.",
        f"Write manufacturedProduct ({PRODUCT}, {CCD}.53) and manufacturedMaterial ({MATERIAL}): code, name.",
    ),
    at="FR-Produit-de-sante-prescrit",
)
def _product(node: Node) -> Iterator[Hit]:
    for product in node.at("consumable/manufacturedProduct"):
        for root in (PRODUCT, f"{CCD}.53"):
            if root not in roots(product):
                yield hit(product, "", root, "templateId/@root")
        for material in product.iterchildren(f"{V3}manufacturedMaterial"):
            for name, value in (("classCode", "MMAT"), ("determinerCode", "KIND")):
                if material.get(name) != value:
                    yield hit(material, material.get(name, ""), value, f"@{name}")
            if MATERIAL not in roots(material):
                yield hit(material, "", MATERIAL, "templateId/@root")
            for name in ("code", "name"):
                if material.find(V3 + name) is None:
                    yield hit(material, "0", "1", name)


@_BOOK.on(
    LINE,
    "CDA-EPM-011",
    (
        "Une ligne subordonnée est numérotée dans entryRelationship COMP, avec id, texte, statut et produit.",
        "A subordinate line is numbered in entryRelationship COMP, with an id, a text, a status and a product.",
    ),
    (
        "Écrire entryRelationship COMP et sequenceNumber, puis id, text, statusCode et consumable.",
        "Write entryRelationship COMP and sequenceNumber, then id, text, statusCode and consumable.",
    ),
    at="FR-Traitement-prescrit-subordonne",
)
def _line(node: Node) -> Iterator[Hit]:
    yield from least(node, "id", "text", "statusCode", "consumable")
    parent = node.parent()
    if parent is not None and parent.tag == f"{V3}entryRelationship":
        if parent.get("typeCode") != "COMP":
            yield hit(parent, parent.get("typeCode", ""), "COMP", "@typeCode")
        if parent.find(f"{V3}sequenceNumber") is None:
            yield hit(parent, "0", "1", "sequenceNumber")


RULES = _BOOK.rules
