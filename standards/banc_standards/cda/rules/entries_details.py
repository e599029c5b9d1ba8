"""Entry rules 062 to 070: directives, pregnancies, instructions, prescriptions, certainty, health status, reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR, V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import (
    ADVANCE_DIRECTIVE,
    ADVANCE_DIRECTIVE_FR,
    BIRTH_EVENT,
    CCD,
    CERTAINTY,
    DISPENSER_INSTRUCTION,
    FR_ENTRY,
    HEALTH_STATUS,
    PATIENT_INSTRUCTION,
    PATIENT_INSTRUCTION_FR,
    PREGNANCY,
    STOP_REASON,
    SUPPLY_REFERENCE,
)
from banc_standards.cda.rules.shapes import (
    acting,
    at_most_one,
    bound,
    coded,
    fixed,
    least,
    none,
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
_IHE_ACT: Final = "1.3.6.1.4.1.19376.1.5.3.2"
_OTHER_DIRECTIVE: Final = "71388002"
_COMPLETE: Final = ("Compléter l'entrée.", "Complete the entry.")


@_BOOK.on(
    (ADVANCE_DIRECTIVE, ADVANCE_DIRECTIVE_FR),
    "CDA-ENT-062",
    (
        "Une directive anticipée a un code de JDV_TypeDirectiveAnticipee, un texte, et dit oui ou non (BL).",
        "An advance directive has a code of JDV_TypeDirectiveAnticipee, a text, and says yes or no (BL).",
    ),
    (
        f"Écrire les templateId {SIMPLE_OBSERVATION} et {CCD}.17, id, code, text/reference, completed et value BL.",
        f"Write the templateIds {SIMPLE_OBSERVATION} and {CCD}.17, id, code, text/reference, completed and value BL.",
    ),
    at="FR-Directive-anticipee",
)
def _directive(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, ADVANCE_DIRECTIVE, SIMPLE_OBSERVATION, f"{CCD}.17")
    yield from one(node, "id", "code", "text")
    yield from pointing(node, once=True)
    yield from status(node, "completed")
    yield from at_most_one(node, "effectiveTime", "value")
    if ADVANCE_DIRECTIVE in node.templates and node.element.tag == f"{V3}observation":
        for code in node.all("code"):
            yield from bound(code, "TypeDirectiveAnticipee")
    other = any(code.get("code") == _OTHER_DIRECTIVE for code in node.all("code"))
    values = node.all("value")
    if not (other and not values) and not any(value.get(XSI_TYPE) == "BL" for value in values):
        yield hit(node.element, "", "BL", "value/@xsi:type")
    if ADVANCE_DIRECTIVE_FR in node.templates:
        yield from one(node, "effectiveTime")
        yield from at_most_one(node, "reference")
    if ADVANCE_DIRECTIVE in node.templates:
        yield from _external(node)


def _external(node: Node) -> Iterator[Hit]:
    references = node.all("reference")
    referring = [item for item in references if item.get("typeCode") == "REFR"]
    for extra in referring[1:]:
        yield hit(extra, "REFR", "0..1")
    if referring and not any(f"{CCD}.36" in roots(item) for item in referring):
        yield hit(referring[0], "", f"{CCD}.36", "templateId/@root")
    if references and not node.at("reference/externalDocument/id"):
        yield hit(references[0], "0", "1", "externalDocument/id")
    if node.at("reference/externalDocument/text") and not node.at("reference/externalDocument/text/reference"):
        yield hit(references[0], "0", "1", "externalDocument/text/reference")


@_BOOK.on(
    PREGNANCY,
    "CDA-ENT-063",
    (
        "Une observation sur la grossesse a un seul id, un seul code, un texte, une date et une seule valeur.",
        "A pregnancy observation has exactly one id, exactly one code, a text, a date and exactly one value.",
    ),
    _COMPLETE,
    at="FR-Observation-sur-la-grossesse",
)
def _pregnancy(node: Node) -> Iterator[Hit]:
    yield from templated(node, SIMPLE_OBSERVATION)
    yield from templates_counted(node, 2)
    yield from one(node, "id", "code", "value")
    yield from pointing(node, once=True)
    yield from status(node, "completed")
    yield from least(node, "effectiveTime")
    yield from none(node, "repeatNumber", "interpretationCode", "methodCode", "targetSiteCode")


@_BOOK.on(
    BIRTH_EVENT,
    "CDA-ENT-064",
    (
        "Un accouchement est un organizer avec un id, un code, le nouveau-né (SBJ) et des observations de grossesse.",
        "A birth event is an organizer with an id, a code, the newborn (SBJ) and pregnancy observations.",
    ),
    _COMPLETE,
    at="FR-Naissance",
)
def _birth(node: Node) -> Iterator[Hit]:
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from least(node, "id", "code")
    if not any(item.get("typeCode") == "SBJ" for item in node.all("subject")):
        yield hit(node.element, "", "SBJ", "subject/@typeCode")
    declared = [roots(item) for item in node.at("component/observation")]
    if not any(PREGNANCY in found for found in declared):
        yield hit(node.element, "0", "1..*", f"component/observation[{PREGNANCY}]")
    strangers = set().union(*declared) - {PREGNANCY, SIMPLE_OBSERVATION, f"{FR_ENTRY}.53"}
    if strangers:
        yield hit(node.element, ", ".join(sorted(strangers)), PREGNANCY, "component/observation/templateId/@root")


@_BOOK.on(
    (PATIENT_INSTRUCTION, PATIENT_INSTRUCTION_FR),
    "CDA-ENT-065",
    (
        "Une instruction au patient a le code PINSTRUCT, un texte, et est terminée.",
        "An instruction to the patient has the code PINSTRUCT, a text, and is completed.",
    ),
    (
        f"Écrire les templateId {PATIENT_INSTRUCTION} et {CCD}.49, code PINSTRUCT ({_IHE_ACT}), text/reference.",
        f"Write the templateIds {PATIENT_INSTRUCTION} and {CCD}.49, code PINSTRUCT ({_IHE_ACT}), text/reference.",
    ),
    at="FR-Instructions-au-patient",
)
def _patient_instruction(node: Node) -> Iterator[Hit]:
    yield from templated(node, PATIENT_INSTRUCTION, f"{CCD}.49")
    if PATIENT_INSTRUCTION in node.templates:
        yield from _instruction(node, "PINSTRUCT")


def _instruction(node: Node, code: str) -> Iterator[Hit]:
    parent = node.parent()
    if node.element.tag == f"{V3}act" and parent is not None and parent.tag == f"{V3}entryRelationship":
        yield from coded(node, code, _IHE_ACT)
        yield from pointing(node, once=True)
        yield from status(node, "completed")


@_BOOK.on(
    DISPENSER_INSTRUCTION,
    "CDA-ENT-066",
    (
        "Une instruction au dispensateur a le code FINSTRUCT, un texte, et est terminée.",
        "An instruction to the dispenser has the code FINSTRUCT, a text, and is completed.",
    ),
    (
        f"Écrire le templateId {CCD}.43, code FINSTRUCT ({_IHE_ACT}), text/reference et statusCode completed.",
        f"Write the templateId {CCD}.43, code FINSTRUCT ({_IHE_ACT}), text/reference and statusCode completed.",
    ),
    at="FR-Instructions-au-dispensateur",
)
def _dispenser_instruction(node: Node) -> Iterator[Hit]:
    yield from templated(node, f"{CCD}.43")
    yield from _instruction(node, "FINSTRUCT")


def _named(item: etree._Element, role: str) -> bool:
    paths = (f"{V3}{role}/{V3}assignedPerson/{V3}name", f"{V3}{role}/{V3}representedOrganization/{V3}name")
    return any(item.find(path) is not None for path in paths)


def _siblings(relationship: etree._Element) -> Iterator[etree._Element]:
    owner = relationship.getparent()
    return iter(()) if owner is None else owner.iterfind(f"{V3}entryRelationship")


@_BOOK.on(
    SUPPLY_REFERENCE,
    "CDA-ENT-067",
    (
        "Une prescription liée est un supply relié en REFR, d'un seul id, dont auteur et exécutant sont nommés.",
        "A linked prescription is a supply related as REFR, with exactly one id, its author and performer named.",
    ),
    _COMPLETE,
    at="FR-Prescription",
)
def _supply(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    if parent is None or parent.tag != f"{V3}entryRelationship":
        return
    if not any(item.get("typeCode") == "REFR" and item.get("inversionInd") == "false" for item in _siblings(parent)):
        yield hit(parent, parent.get("typeCode", ""), "REFR, inversionInd false", "@typeCode")
    yield from fixed(node, classCode="SPLY", moodCode=("EVN", "INT"))
    yield from templates_counted(node, 2)
    yield from one(node, "id")
    yield from at_most_one(node, "effectiveTime", "quantity", "author", "performer")
    for quantity in node.all("quantity"):
        if quantity.get("value") is None:
            yield hit(quantity, "", "1", "@value")
    for author in node.all("author"):
        if not any({"value", "nullFlavor"} & set(time.attrib) for time in author.iterfind(f"{V3}time")):
            yield hit(author, "", "@value | @nullFlavor", "time")
        if not _named(author, "assignedAuthor"):
            yield hit(author, "0", "1", "assignedAuthor//name")
    for performer in node.all("performer"):
        if performer.get("typeCode") != "PRF":
            yield hit(performer, performer.get("typeCode", ""), "PRF", "@typeCode")
        if not any(time.get("value") is not None for time in performer.iterfind(f"{V3}time")):
            yield hit(performer, "", "1", "time/@value")
        if not _named(performer, "assignedEntity"):
            yield hit(performer, "0", "1", "assignedEntity//name")
    if "entryRelationship" in node.children:
        acts = related(node, "SUBJ", "act")
        if len(acts) > 1 or not any(DISPENSER_INSTRUCTION in roots(act) for act in acts):
            yield hit(node.element, str(len(acts)), f"1 act {DISPENSER_INSTRUCTION}", "entryRelationship")


@_BOOK.on(
    CERTAINTY,
    "CDA-ENT-068",
    (
        "Une certitude a un seul id, le code 66455-7 (LOINC), est terminée et a une seule valeur.",
        "A certainty has exactly one id, the code 66455-7 (LOINC), is completed and has exactly one value.",
    ),
    _COMPLETE,
    at="FR-Certitude",
)
def _certainty(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from one(node, "id", "code", "value")
    yield from coded(node, "66455-7", LOINC)
    yield from status(node, "completed")
    yield from at_most_one(node, "effectiveTime", "repeatNumber")


@_BOOK.on(
    HEALTH_STATUS,
    "CDA-ENT-069",
    (
        "L'état de santé est relié en REFR, a le code 11323-3 (LOINC), un texte, est terminé, de valeur CE.",
        "The health status is related as REFR, has the code 11323-3 (LOINC), a text, is completed, valued CE.",
    ),
    _COMPLETE,
    at="FR-Statut-clinique-du-patient",
)
def _health(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    if parent is None or not any(item.get("typeCode") == "REFR" for item in _siblings(parent)):
        yield hit(node.element if parent is None else parent, "", "REFR", "@typeCode")
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, f"{CCD}.51")
    yield from coded(node, "11323-3", LOINC)
    yield from pointing(node, valued=True)
    yield from status(node, "completed")
    if not any(value.get(XSI_TYPE) == "CE" for value in node.all("value")):
        yield hit(node.element, "", "CE", "value/@xsi:type")


@_BOOK.on(
    STOP_REASON,
    "CDA-ENT-070",
    (
        "Le motif d'arrêt d'un traitement a un seul id, le code MED-052, un texte, une valeur, et est terminé.",
        "The reason why a treatment stopped has exactly one id, the code MED-052, a text, a value, and is completed.",
    ),
    _COMPLETE,
    at="FR-Motif-arret-traitement",
)
def _stop_reason(node: Node) -> Iterator[Hit]:
    yield from acting(node, "observation", classCode="OBS", moodCode="EVN")
    yield from templated(node, SIMPLE_OBSERVATION, SIMPLE_OBSERVATION_FR)
    yield from one(node, "id", "code")
    yield from coded(node, "MED-052")
    yield from least(node, "text", "value")
    yield from status(node, "completed")


RULES = _BOOK.rules
