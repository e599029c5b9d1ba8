"""Entry rules 054 and 059 to 061: immunizations, their details, their rank, where on the body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    CCD,
    COMMENT,
    IMMUNIZATION,
    IMMUNIZATION_PLANNED,
    PRODUCT,
    SUPPLY_REFERENCE,
    VACCINATION_RANK,
    VACCINATION_RANK_FR,
)
from banc_standards.cda.rules.shapes import (
    acting,
    bound,
    coded,
    fixed,
    least,
    one,
    pointing,
    related,
    status,
    templated,
    templates_counted,
)
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, entrées")
_DOSE: Final = f"{IMMUNIZATION}.1"
_RANK_CODE: Final = "30973-2"


@_BOOK.on(
    (IMMUNIZATION, IMMUNIZATION_PLANNED),
    "CDA-ENT-054",
    (
        "Une vaccination dit si elle a eu lieu, a un seul id, un code du jeu de valeurs, une date et un vaccin.",
        "An immunization says whether it took place, has exactly one id, a code of the value set, a date, a vaccine.",
    ),
    (
        "Écrire negationInd, id, code (avec displayName), text, statusCode completed, effectiveTime et consumable CSM.",
        "Write negationInd, id, code (with displayName), text, statusCode completed, effectiveTime and consumable CSM.",
    ),
    at="FR-Vaccination",
)
def _immunization(node: Node) -> Iterator[Hit]:
    if node.element.tag == f"{V3}substanceAdministration":
        for route in node.all("routeCode"):
            yield from bound(route, "ImmunizationRouteCodes", null=True)
    if IMMUNIZATION not in node.templates:
        return
    yield from fixed(node, classCode="SBADM", moodCode=("EVN", "INT"), negationInd=("false", "true"))
    yield from templated(node, f"{CCD}.24")
    yield from templates_counted(node, 2)
    yield from one(node, "id", "code", "effectiveTime", "statusCode")
    yield from pointing(node, valued=True, once=True)
    for code in node.all("code"):
        yield from bound(code, "HL7_ActSubstanceAdministrationImmunizationCode", "AbsentOrUnknownImmunization")
        if code.get("displayName") is None:
            yield hit(code, "", "1", "@displayName")
    yield from status(node, "completed")
    for time in node.all("effectiveTime"):
        if time.get("value") is None and time.get("nullFlavor") is None:
            yield hit(time, "", "@value | @nullFlavor")
    consumables = node.all("consumable")
    if not any(item.get("typeCode") == "CSM" for item in consumables):
        yield hit(node.element, "", "CSM", "consumable/@typeCode")
    if not any(_product(item) for item in consumables):
        yield hit(node.element, "", PRODUCT, "consumable/manufacturedProduct/templateId/@root")


def _product(consumable: etree._Element) -> bool:
    return any(
        template.get("root") == PRODUCT
        for product in consumable.iter(f"{V3}manufacturedProduct")
        for template in product.iter(f"{V3}templateId")
    )


@_BOOK.on(
    IMMUNIZATION,
    "CDA-ENT-059",
    (
        "Les détails d'une vaccination suivent le modèle : produit, exécutant PRF, auteur AUT OP, relations admises.",
        "The details of an immunization follow the model: product, performer PRF, author AUT OP, allowed relations.",
    ),
    (
        "Relier au plus un commentaire (SUBJ), un rang (SUBJ, code 30973-2) et une prescription (REFR).",
        "Relate at most one comment (SUBJ), one rank (SUBJ, code 30973-2) and one prescription (REFR).",
    ),
    at="FR-Vaccination",
)
def _details(node: Node) -> Iterator[Hit]:
    path = "consumable/manufacturedProduct/manufacturedMaterial/code"
    codes = node.at(path)
    references = sum(len(code.findall(f"{V3}originalText/{V3}reference")) for code in codes)
    if references != 1 and not any(code.get("nullFlavor") is not None for code in codes):
        yield hit(node.element, str(references), "1", f"{path}/originalText/reference")
    performers = node.all("performer")
    if performers and not any(item.get("typeCode") == "PRF" for item in performers):
        yield hit(performers[0], performers[0].get("typeCode", ""), "PRF", "@typeCode")
    authors = node.all("author")
    for name, wanted in (("typeCode", "AUT"), ("contextControlCode", "OP")):
        if authors and not any(item.get(name) == wanted for item in authors):
            yield hit(authors[0], authors[0].get(name, ""), wanted, f"@{name}")
    if "entryRelationship" not in node.children:
        return
    comments = related(node, "SUBJ", "act", COMMENT)
    ranks = related(node, "SUBJ", "observation", VACCINATION_RANK)
    orders = related(node, "REFR", "supply", SUPPLY_REFERENCE)
    others = related(node, "CAUS", "act", f"{CCD}.28") or related(node, "COMP", "act", _DOSE)
    if not (comments or ranks or orders or others):
        yield hit(node.element, "", "SUBJ | CAUS | COMP | REFR", "entryRelationship")
    for extra in (*comments[1:], *ranks[1:], *orders[1:]):
        yield hit(extra, "", "0..1")
    if ranks and not any(code.get("code") == _RANK_CODE for rank in ranks for code in rank.iterfind(f"{V3}code")):
        yield hit(ranks[0], "", _RANK_CODE, "code/@code")


@_BOOK.rule(
    "CDA-ENT-060",
    (
        "Le site d'administration est de JDV_ImmunizationApproachSiteCode, ou de nullFlavor.",
        "The site of administration is of JDV_ImmunizationApproachSiteCode, or has a nullFlavor.",
    ),
    ("Prendre code et système dans ce jeu de valeurs.", "Take code and system from this value set."),
    at="substanceAdministration/approachSiteCode",
)
def _site(document: Document) -> Iterator[Hit]:
    for code in document.tagged.get("approachSiteCode", ()):
        parent = code.getparent()
        if parent is not None and parent.tag == f"{V3}substanceAdministration":
            yield from bound(code, "ImmunizationApproachSiteCode", null=True)


@_BOOK.on(
    VACCINATION_RANK_FR,
    "CDA-ENT-061",
    (
        "Le rang d'une vaccination a le code 30973-2 (LOINC), un statut et une seule valeur.",
        "The rank of an immunization has the code 30973-2 (LOINC), a status and exactly one value.",
    ),
    (
        f"Écrire observation OBS EVN, le templateId {VACCINATION_RANK}, code, statusCode et value.",
        f"Write observation OBS EVN, the templateId {VACCINATION_RANK}, code, statusCode and value.",
    ),
    at="FR-Rang-de-la-vaccination",
)
def _rank(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, VACCINATION_RANK)
    yield from one(node, "code", "value")
    yield from coded(node, _RANK_CODE, LOINC)
    yield from least(node, "statusCode")


RULES = _BOOK.rules
