"""The report of a rapid test (TROD), first published as the attestation of screening: the entries are CR-BIO's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3, XSI_TYPE
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.biology_sections import first_sections
from banc_standards.cda.rules.biology_templates import (
    CHAPTER,
    MEDICAL_DOCUMENT,
    PROCESSING,
    RESULT,
    SCREENING,
    SCREENING_CODE,
    is_screening,
)
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.shapes import least, one
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC, PRACTICE_SETTINGS

_BOOK = ClinicalBook("CI-SIS, volet Tests rapides d'orientation diagnostique (BIO-TROD 2024.01)")

_DISPLAYS: Final = ("Test rapide d'orientation diagnostique", "Attestation de dépistage")
_SETTING: Final = "DEPISTAGE"
_DEVICE_ROOTS: Final = ("2.51.1.1", "1.0.15961.10.816", "2.16.840.1.113883.6.18.1.34")
_TYPES: Final = ("CD", "PQ", "IVL_PQ")


@_BOOK.rule(
    "CDA-BIO-041",
    (
        f"Le compte rendu d'un test rapide a le code {SCREENING_CODE} de LOINC, un titre, un setId et une version.",
        f"The report of a rapid test has the code {SCREENING_CODE} of LOINC, a title, a setId and a version.",
    ),
    (
        f'Écrire <code code="{SCREENING_CODE}" displayName="{_DISPLAYS[0]}" codeSystem="{LOINC}"/>, title, setId, '
        f"versionNumber et les templateId {MEDICAL_DOCUMENT} et {SCREENING}.",
        f'Write <code code="{SCREENING_CODE}" displayName="{_DISPLAYS[0]}" codeSystem="{LOINC}"/>, title, setId, '
        f"versionNumber and the templateIds {MEDICAL_DOCUMENT} and {SCREENING}.",
    ),
    at="ClinicalDocument",
)
def _header(document: Document) -> Iterator[Hit]:
    if not is_screening(document):
        return
    for name, wanted in (("code", (SCREENING_CODE,)), ("codeSystem", (LOINC,)), ("displayName", _DISPLAYS)):
        found = document.attribute("code", name)
        if found not in wanted:
            yield hit(document.root, found, " | ".join(wanted), f"code/@{name}")
    if not document.at("title"):
        yield hit(document.root, "0", "1", "title")
    for root in (MEDICAL_DOCUMENT, SCREENING):
        if root not in document.models:
            yield hit(document.root, ", ".join(document.models), root, "templateId/@root")
    for name, attribute in (("setId", "root"), ("versionNumber", "value")):
        number = sum(element.get(attribute) is not None for element in document.at(name))
        if number != 1:
            yield hit(document.root, str(number), "1", f"{name}/@{attribute}")


@_BOOK.rule(
    "CDA-BIO-042",
    (
        "L'acte d'un test rapide a un code et un exécutant, dont le cadre d'exercice est le dépistage.",
        "The act of a rapid test has a code and a performer, whose practice setting is screening.",
    ),
    (
        f'Compléter serviceEvent : code, performer, standardIndustryClassCode code="{_SETTING}" '
        f'codeSystem="{PRACTICE_SETTINGS}".',
        f'Complete serviceEvent: code, performer, standardIndustryClassCode code="{_SETTING}" '
        f'codeSystem="{PRACTICE_SETTINGS}".',
    ),
    at="documentationOf/serviceEvent",
)
def _act(document: Document) -> Iterator[Hit]:
    if not is_screening(document):
        return
    for event in document.at("documentationOf/serviceEvent"):
        for name in ("code", "performer"):
            if event.find(V3 + name) is None:
                yield hit(event, "0", "1..*", name)
    for performer in document.at("documentationOf/serviceEvent/performer"):
        settings = [
            (setting.get("code", ""), setting.get("codeSystem", ""))
            for setting in performer.iterfind(
                f"{V3}assignedEntity/{V3}representedOrganization/{V3}standardIndustryClassCode"
            )
        ]
        if (_SETTING, PRACTICE_SETTINGS) not in settings:
            below = "assignedEntity/representedOrganization/standardIndustryClassCode/@code"
            yield hit(performer, ", ".join(code for code, _ in settings), _SETTING, below)


@_BOOK.rule(
    "CDA-BIO-043",
    (
        "Le corps d'un test rapide n'a que des chapitres de biologie, un au moins.",
        "The body of a rapid test has chapters of biology only, at least one.",
    ),
    (f"Donner à chaque section le templateId {CHAPTER}.", f"Give every section the templateId {CHAPTER}."),
    at="structuredBody/component/section",
)
def _sections(document: Document) -> Iterator[Hit]:
    if not is_screening(document):
        return
    sections = first_sections(document)
    if not sections:
        yield hit(document.root, "0", "1..*", "component/structuredBody/component/section")
    for section, carried in sections:
        if CHAPTER not in carried:
            yield hit(section, ", ".join(sorted(carried)), CHAPTER, "templateId/@root")


@_BOOK.on(
    CHAPTER,
    "CDA-BIO-044",
    (
        "Le chapitre d'un test rapide tient une entrée de résultats.",
        "The chapter of a rapid test holds an entry of results.",
    ),
    (f'Écrire <templateId root="{PROCESSING}"/> dans entry.', f'Write <templateId root="{PROCESSING}"/> in entry.'),
    at="FR-CR-BIO-Chapitre",
)
def _entry(node: Node) -> Iterator[Hit]:
    if is_screening(node.document) and not any(
        template.get("root") == PROCESSING for template in node.element.iterdescendants(f"{V3}templateId")
    ):
        yield hit(node.element, "0", "1", f"entry[templateId/@root='{PROCESSING}']")


@_BOOK.on(
    PROCESSING,
    "CDA-BIO-045",
    (
        "Une entrée de test rapide tient au moins un résultat et, si elle le dit, le dispositif utilisé.",
        "An entry of a rapid test holds at least one result and, if told, the device that was used.",
    ),
    (
        f"Écrire act/entryRelationship/observation de templateId {RESULT} ; participant DEV, son id sous une racine "
        "UDI, le code de playingDevice avec originalText/reference.",
        f"Write act/entryRelationship/observation of templateId {RESULT}; participant DEV, its id under a UDI root, "
        "the code of playingDevice with originalText/reference.",
    ),
    at="FR-Resultats-examens-de-biologie-medicale",
)
def _processed(node: Node) -> Iterator[Hit]:
    if not is_screening(node.document):
        return
    if not any(RESULT in roots(item) for item in _below(node, "act", "entryRelationship", "observation")):
        yield hit(node.element, "0", "1..*", f"act/entryRelationship/observation[templateId/@root='{RESULT}']")
    devices = _below(node, "act", "participant")
    if devices and all(device.get("typeCode") != "DEV" for device in devices):
        yield hit(devices[0], devices[0].get("typeCode", ""), "DEV", "@typeCode")
    ids = _below(node, "act", "participant", "participantRole", "id")
    if ids and all(item.get("root") not in _DEVICE_ROOTS for item in ids):
        yield hit(ids[0], ids[0].get("root", ""), " | ".join(_DEVICE_ROOTS), "@root")
    codes = _below(node, "act", "participant", "participantRole", "playingDevice", "code")
    if codes and all(code.find(f"{V3}originalText/{V3}reference") is None for code in codes):
        yield hit(codes[0], "", "1", "originalText/reference")


def _below(node: Node, *names: str) -> list[etree._Element]:
    return node.at("/".join(names))


@_BOOK.on(
    RESULT,
    "CDA-BIO-046",
    (
        "Le résultat d'un test rapide a un code, une valeur (CD, PQ ou IVL_PQ) et une date.",
        "The result of a rapid test has a code, a value (CD, PQ or IVL_PQ) and a time.",
    ),
    (
        "Compléter observation : code, value, effectiveTime ; un commentaire est dans entryRelationship SUBJ.",
        "Complete observation: code, value, effectiveTime; a comment is in entryRelationship SUBJ.",
    ),
    at="FR-Resultat-examens-de-biologie-element-clinique-pertinent",
)
def _result(node: Node) -> Iterator[Hit]:
    if not is_screening(node.document):
        return
    yield from one(node, "code", "value")
    kinds = [value.get(XSI_TYPE, "") for value in node.all("value")]
    if kinds and not any(kind in _TYPES for kind in kinds):
        yield hit(node.all("value")[0], ", ".join(kinds), " | ".join(_TYPES), "@xsi:type")
    yield from least(node, "effectiveTime")
    relations = node.all("entryRelationship")
    if relations and all(relation.get("typeCode") != "SUBJ" for relation in relations):
        yield hit(relations[0], relations[0].get("typeCode", ""), "SUBJ", "@typeCode")


RULES = _BOOK.rules
