"""Entries of biology: batteries, isolates, specimens and their reception, and the laboratory that performed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.rules.biology_results import state
from banc_standards.cda.rules.biology_templates import (
    BATTERY,
    ISOLATE,
    ISOLATE_FR,
    LABORATORY,
    RECEPTION,
    SPECIMEN,
    is_report,
)
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.shapes import acting, at_most_one, counted, fixed, one, templated
from banc_standards.rules import Hit
from banc_standards.terminology.oids import SNOMED_CT

_BOOK = ClinicalBook("CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO)")

NCBI: Final = "2.16.840.1.113883.3.9471"
RECEPTION_CODE: Final = "SPRECEIVE"
RECEPTION_SYSTEM: Final = "1.3.5.1.4.1.19376.1.5.3.2"
_STATES: Final = ("completed", "active", "aborted")
_BATTERY_STATES: Final = ("completed", "aborted", "active", "obsolete")


@_BOOK.on(
    BATTERY,
    "CDA-BIO-035",
    (
        "Une batterie est un organizer BATTERY EVN d'au plus un id, completed, active ou aborted.",
        "A battery is an organizer BATTERY EVN with at most one id, completed, active or aborted.",
    ),
    (
        'Écrire <organizer classCode="BATTERY" moodCode="EVN">, un id au plus, statusCode completed.',
        'Write <organizer classCode="BATTERY" moodCode="EVN">, one id at most, statusCode completed.',
    ),
    at="FR-Batterie-examens-de-biologie-medicale",
)
def _battery(node: Node) -> Iterator[Hit]:
    report = is_report(node.document)
    if report:
        yield from acting(node, "organizer", classCode="BATTERY", moodCode="EVN")
    else:
        yield from fixed(node, classCode="BATTERY", moodCode="EVN")
    yield from at_most_one(node, "id")
    yield from state(node.element, _STATES if report else _BATTERY_STATES)


@_BOOK.on(
    (ISOLATE, ISOLATE_FR),
    "CDA-BIO-036",
    (
        "Un isolat est un organizer CLUSTER EVN, completed, active ou aborted, dont le prélèvement (SPC, SPEC) est un "
        "micro-organisme (MIC) codé.",
        "An isolate is an organizer CLUSTER EVN, completed, active or aborted, whose specimen (SPC, SPEC) is a coded "
        "organism (MIC).",
    ),
    (
        "Écrire specimen SPC / specimenRole SPEC / specimenPlayingEntity MIC / code ; un performer est PRF.",
        "Write specimen SPC / specimenRole SPEC / specimenPlayingEntity MIC / code; a performer is PRF.",
    ),
    at="FR-Isolat-microbiologique",
)
def _isolate(node: Node) -> Iterator[Hit]:
    yield from acting(node, "organizer", classCode="CLUSTER", moodCode="EVN")
    yield from templated(node, ISOLATE)
    yield from state(node.element, _STATES)
    specimens = node.all("specimen")
    if not specimens and (ISOLATE_FR in node.templates or is_report(node.document)):
        yield hit(node.element, "0", "1..*", "specimen")
    for specimen in specimens:
        yield from _isolated(specimen)
    performers = node.all("performer")
    if performers and is_report(node.document) and all(item.get("typeCode") != "PRF" for item in performers):
        yield hit(performers[0], performers[0].get("typeCode", ""), "PRF", "@typeCode")


def _isolated(specimen: etree._Element) -> Iterator[Hit]:
    if specimen.get("typeCode") != "SPC":
        yield hit(specimen, specimen.get("typeCode", ""), "SPC", "@typeCode")
    role = specimen.find(f"{V3}specimenRole")
    if role is None or role.get("classCode") != "SPEC":
        yield hit(specimen, role.get("classCode", "") if role is not None else "", "SPEC", "specimenRole/@classCode")
    organism = role.find(f"{V3}specimenPlayingEntity") if role is not None else None
    if organism is None or organism.get("classCode") != "MIC":
        found = organism.get("classCode", "") if organism is not None else ""
        yield hit(specimen, found, "MIC", "specimenRole/specimenPlayingEntity/@classCode")
    if organism is None or organism.find(f"{V3}code") is None:
        yield hit(specimen, "0", "1", "specimenRole/specimenPlayingEntity/code")


@_BOOK.on(
    ISOLATE,
    "CDA-BIO-037",
    (
        "Un micro-organisme est codé en SNOMED CT ; à défaut par une translation NCBI, à défaut par un texte. Toute "
        "translation est de NCBI.",
        "An organism is coded in SNOMED CT; failing that by an NCBI translation, failing that by a text. Any "
        "translation is of NCBI.",
    ),
    (
        f"Écrire codeSystem {SNOMED_CT}, ou seulement translation/@codeSystem {NCBI}, ou seulement originalText.",
        f"Write codeSystem {SNOMED_CT}, or only translation/@codeSystem {NCBI}, or only originalText.",
    ),
    at="FR-Isolat-microbiologique/specimen/specimenRole/specimenPlayingEntity/code",
)
def _organism(node: Node) -> Iterator[Hit]:
    for code in node.at("specimen/specimenRole/specimenPlayingEntity/code"):
        system = code.get("codeSystem")
        whole = code.get("code") is not None and system is not None
        translations = [item.get("codeSystem", "") for item in code.iterchildren(f"{V3}translation")]
        said = code.find(f"{V3}originalText") is not None
        if not (system == SNOMED_CT or (not whole and NCBI in translations) or (not (whole and translations) and said)):
            yield hit(code, system or "", SNOMED_CT, "@codeSystem")
        if translations and NCBI not in translations:
            yield hit(code, ", ".join(translations), NCBI, "translation/@codeSystem")


@_BOOK.on(
    SPECIMEN,
    "CDA-BIO-038",
    (
        "Un prélèvement est un acte fait (PROC, EVN), daté, d'un seul participant : l'échantillon (PRD, SPEC), d'un "
        "seul id.",
        "A specimen collection is a procedure done (PROC, EVN), dated, of exactly one participant: the specimen (PRD, "
        "SPEC), with exactly one id.",
    ),
    (
        "Écrire procedure PROC EVN, effectiveTime, participant PRD / participantRole SPEC / id ; au plus un "
        "targetSiteCode, un performer et une réception.",
        "Write procedure PROC EVN, effectiveTime, participant PRD / participantRole SPEC / id; at most one "
        "targetSiteCode, one performer and one reception.",
    ),
    at="FR-Prelevement",
)
def _specimen(node: Node) -> Iterator[Hit]:
    yield from fixed(node, classCode="PROC", moodCode="EVN")
    yield from counted(node, "effectiveTime", 1)
    yield from at_most_one(node, "targetSiteCode", "performer")
    yield from one(node, "participant")
    ids = node.at("participant/participantRole/id")
    if len(ids) != 1:
        yield hit(node.element, str(len(ids)), "1", "participant/participantRole/id")
    receptions = [act for act in node.at("entryRelationship/act") if RECEPTION in roots(act)]
    if len(receptions) > 1:
        yield hit(receptions[1], str(len(receptions)), "0..1", "templateId/@root")
    if is_report(node.document) and not any(
        role.get("classCode") == "SPEC"
        for participant in node.all("participant")
        if participant.get("typeCode") == "PRD"
        for role in participant.iterchildren(f"{V3}participantRole")
    ):
        yield hit(node.element, "", "PRD, SPEC", "participant/participantRole/@classCode")


@_BOOK.on(
    (SPECIMEN, RECEPTION),
    "CDA-BIO-039",
    (
        f"La réception d'un échantillon est un acte constaté (ACT, EVN) de code {RECEPTION_CODE}, daté.",
        f"The reception of a specimen is an act that took place (ACT, EVN), of code {RECEPTION_CODE}, dated.",
    ),
    (
        f'Écrire <code code="{RECEPTION_CODE}" codeSystem="{RECEPTION_SYSTEM}"/> et effectiveTime avec value.',
        f'Write <code code="{RECEPTION_CODE}" codeSystem="{RECEPTION_SYSTEM}"/> and effectiveTime with a value.',
    ),
    at="FR-Prelevement/entryRelationship/act",
)
def _reception(node: Node) -> Iterator[Hit]:
    if RECEPTION in node.templates:
        yield from fixed(node, classCode="ACT", moodCode="EVN")
        codes = node.all("code")
        if len(codes) != 1 or codes[0].get("code") != RECEPTION_CODE:
            found = ", ".join(code.get("code", "") for code in codes)
            yield hit(node.element, found, RECEPTION_CODE, "code/@code")
        yield from counted(node, "effectiveTime", 1)
    if SPECIMEN in node.templates and node.element.tag == f"{V3}procedure" and is_report(node.document):
        for act in node.at("entryRelationship/act"):
            yield from _received(act)


def _received(act: etree._Element) -> Iterator[Hit]:
    for code in act.iterchildren(f"{V3}code"):
        if code.get("code") == RECEPTION_CODE:
            if code.get("codeSystem") != RECEPTION_SYSTEM:
                yield hit(code, code.get("codeSystem", ""), RECEPTION_SYSTEM, "@codeSystem")
            if not any(time.get("value") is not None for time in act.iterchildren(f"{V3}effectiveTime")):
                yield hit(act, "", "non vide", "effectiveTime/@value")


_LABORATORY_PARTS: Final = (
    "time",
    "assignedEntity/id",
    *(
        f"assignedEntity/representedOrganization/{part}"
        for part in ("id", "name", "telecom", "addr", "standardIndustryClassCode")
    ),
)


@_BOOK.on(
    LABORATORY,
    "CDA-BIO-040",
    (
        "Un laboratoire exécutant est un performer daté et identifié, dont la structure a identifiant, nom, "
        "coordonnées, adresse et cadre d'exercice.",
        "A performing laboratory is a performer with time and id, whose organization has id, name, telecom, address "
        "and practice setting.",
    ),
    (
        "Compléter performer : time, assignedEntity/id, representedOrganization (id, name, telecom, addr, "
        "standardIndustryClassCode).",
        "Complete performer: time, assignedEntity/id, representedOrganization (id, name, telecom, addr, "
        "standardIndustryClassCode).",
    ),
    at="FR-Laboratoire-executant",
)
def _laboratory(node: Node) -> Iterator[Hit]:
    if node.element.tag != f"{V3}performer":
        yield hit(node.element, node.name, "performer")
    for path in _LABORATORY_PARTS:
        if not node.at(path):
            yield hit(node.element, "0", "1..*", path)


RULES = _BOOK.rules
