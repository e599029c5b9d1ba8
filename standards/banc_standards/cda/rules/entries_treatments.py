"""Entry rules 032 to 041: treatments, what they consist of, and what may hang below them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, TREATMENT, V3, XSI_TYPE
from banc_standards.cda.node import Node
from banc_standards.cda.read import Document, elements
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    CCD,
    COMMENT,
    DISPENSER_INSTRUCTION,
    DOSAGES,
    FR_ENTRY,
    INTERNAL_REFERENCE,
    INTERNAL_REFERENCE_FR,
    PATIENT_INSTRUCTION,
    PATIENT_INSTRUCTION_FR,
    PHARMACY,
    PRESCRIBED_FR,
    PRODUCT,
    SUPPLY_REFERENCE,
)
from banc_standards.cda.rules.shapes import (
    at_most_one,
    fixed,
    one,
    pointing,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import CIS

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_MATERIAL: Final = "consumable/manufacturedProduct/manufacturedMaterial"
_ROUTES: Final = ("2.16.840.1.113883.5.112", "0.4.0.127.0.16.1.1.2.1")


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-032",
    (
        "Un traitement est administré (EVN) ou prévu (INT) et déclare au moins trois modèles, dont celui de CCD.",
        "A treatment is given (EVN) or intended (INT) and declares three models at least, CCD's among them.",
    ),
    (
        f"Écrire classCode SBADM, moodCode EVN ou INT, et le templateId {CCD}.24.",
        f"Write classCode SBADM, moodCode EVN or INT, and the templateId {CCD}.24.",
    ),
    at="FR-Traitement",
)
def _treatment(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="SBADM", moodCode=("EVN", "INT"))
    yield from templated(node, f"{CCD}.24")
    yield from templates_counted(node, 3)


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-033",
    (
        "Un traitement dit son mode de dosage ; le mode normal n'a pas d'administration subordonnée.",
        "A treatment says its mode of dosage; the normal one has no subordinate administration.",
    ),
    (
        "Déclarer le templateId du dosage normal, progressif, fractionné, conditionnel ou combiné.",
        "Declare the templateId of the normal, tapered, split, conditional or combined dosage.",
    ),
    at="FR-Traitement/templateId",
)
def _dosage(node: Node) -> Iterator[Hit]:
    if node.templates.isdisjoint(DOSAGES):
        yield hit(node.element, "", " | ".join(DOSAGES), "templateId/@root")
    if DOSAGES[0] in node.templates:
        for relationship in node.all("entryRelationship"):
            for found in relationship.iter(f"{V3}substanceAdministration"):
                yield hit(found, DOSAGES[0], "0")


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-034",
    (
        "Un traitement a un seul id, un seul renvoi au texte, et est terminé.",
        "A treatment has exactly one id, exactly one link to the text, and is completed.",
    ),
    ("Écrire id, text/reference et statusCode completed.", "Write id, text/reference and statusCode completed."),
    at="FR-Traitement",
)
def _identified(node: Node) -> Iterator[Hit]:
    yield from one(node, "id")
    yield from pointing(node, once=True)
    yield from status(node, "completed")


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-035",
    (
        "La durée d'un traitement est un intervalle (low et high, ou width) ; sa fréquence a l'operator A.",
        "The duration of a treatment is an interval (low and high, or width); its frequency has the operator A.",
    ),
    (
        'Écrire <effectiveTime xsi:type="IVL_TS"> avec low et high, puis la fréquence avec operator="A".',
        'Write <effectiveTime xsi:type="IVL_TS"> with low and high, then the frequency with operator="A".',
    ),
    at="FR-Traitement/effectiveTime",
)
def _times(node: Node) -> Iterator[Hit]:
    times = node.all("effectiveTime")
    if times:
        first = times[0]
        parts = {str(item.tag) for item in elements(first)}
        if f"{V3}width" not in parts:
            if "IVL_TS" not in first.get(XSI_TYPE, ""):
                yield hit(first, first.get(XSI_TYPE, ""), "IVL_TS", "@xsi:type")
            elif not {f"{V3}low", f"{V3}high"} <= parts:
                yield hit(first, "", "low, high | width")
    if len(times) > 1 and times[1].get("operator") != "A" and times[1].get("nullFlavor") is None:
        yield hit(times[1], times[1].get("operator", ""), "A", "@operator")


def _bounded(node: Node, name: str) -> Iterator[Hit]:
    found = node.all(name)
    if any(item.get("nullFlavor") is not None for item in found):
        return
    for item in found:
        for end in ("low", "high"):
            number = len(item.findall(V3 + end))
            if number != 1:
                yield hit(item, str(number), "1", end)


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-036",
    (
        "Une dose ou un débit a un low et un high, ou un nullFlavor ; au plus une dose maximale.",
        "A dose or a rate has one low and one high, or a nullFlavor; at most one maximum dose.",
    ),
    ("Écrire low et high, égaux pour une dose fixe.", "Write low and high, equal for a fixed dose."),
    at="FR-Traitement/doseQuantity, rateQuantity, maxDoseQuantity",
)
def _quantities(node: Node) -> Iterator[Hit]:
    yield from _bounded(node, "doseQuantity")
    yield from _bounded(node, "rateQuantity")
    yield from at_most_one(node, "maxDoseQuantity")


@_BOOK.on(
    (TREATMENT, PRODUCT),
    "CDA-ENT-037",
    (
        "Un traitement a un produit qui déclare ses modèles PCC et CCD.",
        "A treatment has a product that declares its PCC and CCD models.",
    ),
    (
        f"Écrire consumable/manufacturedProduct avec les templateId {PRODUCT} et {CCD}.53.",
        f"Write consumable/manufacturedProduct with the templateIds {PRODUCT} and {CCD}.53.",
    ),
    at="FR-Produit-de-sante",
)
def _product(node: Node) -> Iterator[Hit]:
    if PRODUCT in node.templates:
        yield from templated(node, f"{CCD}.53")
    if TREATMENT in node.templates:
        declared = [item.get("root") for item in node.at("consumable/manufacturedProduct/templateId")]
        if PRODUCT not in declared or len(declared) < 2:
            yield hit(node.element, "", PRODUCT, "consumable/manufacturedProduct/templateId/@root")


def _directly(document: Document) -> Iterator[etree._Element]:
    """The materials of the substanceAdministrations that stand in an entry."""
    path = (f"{V3}manufacturedProduct", f"{V3}consumable", f"{V3}substanceAdministration", f"{V3}entry")
    for material in document.tagged.get("manufacturedMaterial", ()):
        above: etree._Element | None = material
        for tag in path:
            above = above.getparent() if above is not None else None
            if above is None or above.tag != tag:
                break
        else:
            yield material


def _codes(element: etree._Element, path: str) -> tuple[bool, int]:
    """Whether a code at the path has a nullFlavor, and how many references to the text the codes hold."""
    codes = element.findall("/".join(V3 + name for name in path.split("/")))
    references = sum(len(code.findall(f"{V3}originalText/{V3}reference")) for code in codes)
    return any(code.get("nullFlavor") is not None for code in codes), references


def _cis(document: Document) -> Iterator[Hit]:
    for element in document.carriers.get(TREATMENT, ()):
        unknown, references = _codes(element, f"{_MATERIAL}/code")
        if references != 1 and not unknown:
            yield hit(element, str(references), "1", f"{_MATERIAL}/code/originalText/reference")
    for element in document.carriers.get(PRODUCT, ()):
        unknown, references = _codes(element, "manufacturedMaterial/code")
        if not references and not unknown:
            yield hit(element, "0", "1", "manufacturedMaterial/code/originalText/reference")
    for material in _directly(document):
        systems = [code.get("codeSystem") for code in material.iterfind(f"{V3}code")]
        if any(system is not None for system in systems) and CIS not in systems:
            yield hit(material, systems[0] or "", CIS, "code/@codeSystem")


_BOOK.add(
    "CDA-ENT-038",
    (
        "Le code d'un produit renvoie au texte ou a un nullFlavor ; son système, s'il en a un, est CIS.",
        "The code of a product points at the text or has a nullFlavor; its system, when it has one, is CIS.",
    ),
    (
        f"Écrire code (codeSystem {CIS}) avec originalText/reference ; CIP, UCD et ATC vont dans translation.",
        f"Write code (codeSystem {CIS}) with originalText/reference; CIP, UCD and ATC go in translation.",
    ),
    _cis,
    at="FR-Produit-de-sante/manufacturedMaterial/code",
)


@_BOOK.rule(
    "CDA-ENT-039",
    (
        "Un produit a un seul nom, ou un nom de nullFlavor NA.",
        "A product has exactly one name, or a name of nullFlavor NA.",
    ),
    ("Écrire manufacturedMaterial/name.", "Write manufacturedMaterial/name."),
    at="FR-Produit-de-sante/manufacturedMaterial/name",
)
def _name(document: Document) -> Iterator[Hit]:
    for material in _directly(document):
        names = material.findall(f"{V3}name")
        if len(names) != 1 and not any(name.get("nullFlavor") == "NA" for name in names):
            yield hit(material, str(len(names)), "1", "name")


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-040",
    (
        "La voie d'administration est d'HL7 ou d'EDQM, ou a un nullFlavor seul.",
        "The route of administration is of HL7 or EDQM, or has a nullFlavor alone.",
    ),
    (f"Prendre codeSystem {' ou '.join(_ROUTES)}.", f"Take codeSystem {' or '.join(_ROUTES)}."),
    at="FR-Traitement/routeCode",
)
def _route(node: Node) -> Iterator[Hit]:
    if PRESCRIBED_FR in node.templates:
        return
    for route in node.all("routeCode"):
        system = route.get("codeSystem")
        if system not in _ROUTES and not (system is None and route.get("nullFlavor") is not None):
            yield hit(route, system or "", " | ".join(_ROUTES), "@codeSystem")


_ALLOWED: Final = {
    ("RSON", "act"): {INTERNAL_REFERENCE, INTERNAL_REFERENCE_FR, "2.16.840.1.113883.10.22.4.31"},
    ("REFR", "supply"): {SUPPLY_REFERENCE, f"{CCD}.34", f"{FR_ENTRY}.44"},
    ("COMP", "observation"): {SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR},
    ("REFR", "substanceAdministration"): {f"{PHARMACY}.10", f"{FR_ENTRY}.85"},
    ("COMP", "supply"): {f"{PHARMACY}.8", f"{FR_ENTRY}.86", f"{PHARMACY}.15", f"{FR_ENTRY}.88"},
    ("COMP", "act"): {f"{PHARMACY}.9.1", f"{FR_ENTRY}.87"},
}
_INSTRUCTIONS: Final = {
    PATIENT_INSTRUCTION,
    PATIENT_INSTRUCTION_FR,
    f"{CCD}.49",
    DISPENSER_INSTRUCTION,
    f"{FR_ENTRY}.34",
    f"{CCD}.43",
}


@_BOOK.on(
    TREATMENT,
    "CDA-ENT-041",
    (
        "Ce qui est relié à un traitement est d'un modèle admis pour cette relation.",
        "What is related to a treatment is of a model allowed for that relation.",
    ),
    (
        "Motif : RSON et référence interne ; prescription : REFR ; observation, quantité, substitution : COMP.",
        "Reason: RSON and internal reference; prescription: REFR; observation, quantity, substitution: COMP.",
    ),
    at="FR-Traitement/entryRelationship",
)
def _below(node: Node) -> Iterator[Hit]:
    for relationship in node.all("entryRelationship"):
        kind = relationship.get("typeCode", "")
        typed = [item.get("root") for item in relationship.iterfind(f"{V3}templateId")]
        for item in elements(relationship):
            name = str(item.tag)[len(V3) :]
            allowed = _ALLOWED.get((kind, name))
            if (kind, name) == ("SUBJ", "act") and any(root != COMMENT for root in typed):
                allowed = _INSTRUCTIONS
            if allowed is None:
                continue
            roots = [template.get("root", "") for template in item.iterfind(f"{V3}templateId")]
            if TREATMENT in roots:
                continue
            for root in roots:
                below_simple = name == "observation" and root.startswith(f"{SIMPLE_OBSERVATION_FR}.")
                if root not in allowed and not below_simple:
                    yield hit(item, root, " | ".join(sorted(allowed)), "templateId/@root")


RULES = _BOOK.rules
