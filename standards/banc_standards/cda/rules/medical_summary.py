"""Rules of the medical summary, VSM 1.4 (2022.01) and 2023.01: its type, its sections, what the headings hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import FR_SECTION, PCC
from banc_standards.cda.rules.section_models import ACTIVE_PROBLEMS, RESULTS, SURGERIES, WORK_RISKS
from banc_standards.cda.rules.shapes import acting, coded, one
from banc_standards.rules import Hit
from banc_standards.terminology.oids import DOCUMENT_TYPES_FR, HL7_FUNCTION, LOINC

VSM: Final = "1.2.250.1.213.1.1.1.13"
ACT: Final = {
    "code": "34117-2",
    "displayName": "Historique et clinique",
    "codeSystem": LOINC,
    "codeSystemName": "LOINC",
}
"""The code of the act that a medical summary documents, attribute by attribute."""

_BOOK = ClinicalBook("CI-SIS, volet Volet de synthèse médicale (VSM 1.4 et 2023.01)")
_TYPE: Final = "SYNTH"
_HISTORY: Final = f"{FR_SECTION}.29"
_PATHOLOGIES: Final = f"{FR_SECTION}.30"
_RISKS: Final = f"{FR_SECTION}.31"
_TREATMENT: Final = f"{FR_SECTION}.32"
_PAST: Final = f"{PCC}.3.8"
_OF_PATHOLOGIES: Final = (ACTIVE_PROBLEMS, _PAST, SURGERIES, f"{PCC}.3.13")
_OF_RISKS: Final = (f"{PCC}.3.16.1", WORK_RISKS, f"{PCC}.3.15")
_OF_TREATMENT: Final = (f"{PCC}.3.19",)
_COMPLETE: Final = ("Compléter la section.", "Complete the section.")


def _summary(document: Document) -> bool:
    return VSM in document.models or (document.attribute("code", "code") == _TYPE and document.level == "N3")


@_BOOK.rule(
    "CDA-VSM-001",
    (
        "Un volet de synthèse médicale structuré déclare son modèle.",
        "A structured medical summary declares its model.",
    ),
    (f'Écrire <templateId root="{VSM}"/>.', f'Write <templateId root="{VSM}"/>.'),
    at="templateId",
)
def _declared(document: Document) -> Iterator[Hit]:
    if _summary(document) and VSM not in document.models:
        yield hit(document.root, ", ".join(document.models), VSM, "templateId")


@_BOOK.rule(
    "CDA-VSM-002",
    (
        f"Le type d'un volet de synthèse médicale est {_TYPE}.",
        f"The code of a medical summary is {_TYPE}.",
    ),
    (
        f"Écrire le code {_TYPE}, codeSystem {DOCUMENT_TYPES_FR}.",
        f"Write the code {_TYPE}, codeSystem {DOCUMENT_TYPES_FR}.",
    ),
    at="code",
)
def _type(document: Document) -> Iterator[Hit]:
    if _summary(document):
        found = (document.attribute("code", "code"), document.attribute("code", "codeSystem"))
        if found != (_TYPE, DOCUMENT_TYPES_FR):
            yield hit(document.root, " ".join(found), f"{_TYPE} {DOCUMENT_TYPES_FR}", "code")


@_BOOK.rule(
    "CDA-VSM-003",
    (
        "Le médecin traitant est un participant INF, et un seul, de fonction PCP.",
        "The general practitioner is a participant INF, and only one, of function PCP.",
    ),
    (
        f"Écrire participant INF, functionCode PCP, codeSystem {HL7_FUNCTION}, « Médecin Traitant ».",
        f"Write participant INF, functionCode PCP, codeSystem {HL7_FUNCTION}, « Médecin Traitant ».",
    ),
    at="participant",
    severity="info",
    certainty="deduced",
)
def _practitioner(document: Document) -> Iterator[Hit]:
    if not _summary(document):
        return
    number = sum(
        participant.get("typeCode") == "INF"
        and any(
            (code.get("code"), code.get("codeSystem"), code.get("displayName", "").lower())
            == ("PCP", HL7_FUNCTION, "médecin traitant")
            for code in participant.iterfind(f"{V3}functionCode")
        )
        for participant in document.at("participant")
    )
    if number != 1:
        yield hit(document.root, str(number), "1", "participant[@typeCode='INF'][functionCode/@code='PCP']")


@_BOOK.rule(
    "CDA-VSM-004",
    (
        "L'acte documenté est « Historique et clinique » (34117-2, LOINC).",
        "The documented act is « Historique et clinique » (34117-2, LOINC).",
    ),
    (
        f"Écrire serviceEvent/code 34117-2, codeSystem {LOINC}, codeSystemName LOINC.",
        f"Write serviceEvent/code 34117-2, codeSystem {LOINC}, codeSystemName LOINC.",
    ),
    at="documentationOf/serviceEvent/code",
    severity="info",
    certainty="deduced",
)
def _act(document: Document) -> Iterator[Hit]:
    if not _summary(document):
        return
    codes = document.at("documentationOf/serviceEvent/code")
    if not any(all(code.get(name) == value for name, value in ACT.items()) for code in codes):
        found = ", ".join(code.get("code", "") for code in codes)
        yield hit(document.root, found, "34117-2 LOINC", "documentationOf/serviceEvent/code")


def _first_level(document: Document, root: str) -> Iterator[Hit]:
    if not _summary(document):
        return
    for body in document.root.iterfind(f"{V3}component/{V3}structuredBody"):
        sections = body.iterfind(f"{V3}component/{V3}section")
        if not any(root in roots(section) for section in sections):
            yield hit(body, "0", "1..1", f"component/section[templateId/@root='{root}']")


@_BOOK.rule(
    "CDA-VSM-005",
    (
        "Le corps a la section « Pathologies, antécédents, allergies et facteurs de risque » au premier niveau.",
        "The body has the section of pathologies, history, allergies and risk factors at its first level.",
    ),
    (f"Ajouter la section de templateId {_HISTORY}.", f"Add the section of templateId {_HISTORY}."),
    at="structuredBody",
)
def _has_history(document: Document) -> Iterator[Hit]:
    return _first_level(document, _HISTORY)


@_BOOK.rule(
    "CDA-VSM-006",
    (
        "Le corps a la section « Résultats » (points de vigilance) au premier niveau.",
        "The body has the section of results (points of attention) at its first level.",
    ),
    (f"Ajouter la section de templateId {RESULTS}.", f"Add the section of templateId {RESULTS}."),
    at="structuredBody",
)
def _has_results(document: Document) -> Iterator[Hit]:
    return _first_level(document, RESULTS)


@_BOOK.rule(
    "CDA-VSM-007",
    (
        "Le corps a la section « Traitement au long cours » au premier niveau.",
        "The body has the section of long-term treatment at its first level.",
    ),
    (f"Ajouter la section de templateId {_TREATMENT}.", f"Add the section of templateId {_TREATMENT}."),
    at="structuredBody",
)
def _has_treatment(document: Document) -> Iterator[Hit]:
    return _first_level(document, _TREATMENT)


def _held(node: Node) -> list[frozenset[str]]:
    """The templateIds of each sub-section."""
    return [roots(section) for section in node.at("component/section")]


def _section(node: Node, code: str) -> Iterator[Hit]:
    parent = node.parent()
    if parent is None or parent.find(f"{V3}section") is None:
        yield from acting(node, "section")
    yield from one(node, "id")
    yield from coded(node, code, LOINC)


def _among(node: Node, wanted: tuple[str, ...]) -> Iterator[Hit]:
    held = _held(node)
    if held and not any(not declared.isdisjoint(wanted) for declared in held):
        yield hit(node.element, "", " | ".join(wanted), "component/section/templateId/@root")


def _text(node: Node, full: int) -> Iterator[Hit]:
    """A text without any sub-section, none when all ``full`` are there; more than that is too many."""
    number, text = len(_held(node)), "text" in node.children
    if (number == 0 and not text) or (number == full and text) or number > full:
        yield hit(node.element, f"text {int(text)}, section {number}", f"text, ou {full} section", "text")


@_BOOK.on(
    _HISTORY,
    "CDA-VSM-008",
    (
        "« Pathologies, antécédents… » a un seul id, le code 46612-8 et ses deux sous-sections.",
        "« Pathologies, antécédents… » has exactly one id, the code 46612-8 and its two sub-sections.",
    ),
    (
        f"Écrire id, code 46612-8 et les sous-sections {_PATHOLOGIES} et {_RISKS}.",
        f"Write id, code 46612-8 and the sub-sections {_PATHOLOGIES} and {_RISKS}.",
    ),
    at="Pathologies, antécédents, allergies et facteurs de risque",
)
def _history(node: Node) -> Iterator[Hit]:
    yield from _section(node, "46612-8")
    held = _held(node)
    for root in (_PATHOLOGIES, _RISKS):
        if not any(root in declared for declared in held):
            yield hit(node.element, "0", "1", f"component/section[templateId/@root='{root}']")


@_BOOK.on(
    _PATHOLOGIES,
    "CDA-VSM-009",
    (
        "« Pathologies en cours, antécédents, allergies » a un seul id et le code 34117-2.",
        "« Pathologies en cours, antécédents, allergies » has exactly one id and the code 34117-2.",
    ),
    ("Écrire id et code 34117-2 (LOINC).", "Write id and code 34117-2 (LOINC)."),
    at="Pathologies en cours, antécédents et allergies",
)
def _pathologies(node: Node) -> Iterator[Hit]:
    return _section(node, "34117-2")


@_BOOK.on(
    _PATHOLOGIES,
    "CDA-VSM-010",
    (
        "Ses sous-sections comptent problèmes actifs, antécédents médicaux ou chirurgicaux, ou allergies.",
        "Its sub-sections include active problems, medical or surgical history, or allergies.",
    ),
    ("Déclarer le modèle de la sous-section.", "Declare the model of the sub-section."),
    at="Pathologies en cours, antécédents et allergies",
)
def _pathology_sections(node: Node) -> Iterator[Hit]:
    return _among(node, _OF_PATHOLOGIES)


@_BOOK.on(
    _PATHOLOGIES,
    "CDA-VSM-011",
    (
        "Elle a un texte si elle n'a pas de sous-section, et pas de texte si elle a les quatre.",
        "It has a text when it has no sub-section, and none when it has all four.",
    ),
    _COMPLETE,
    at="Pathologies en cours, antécédents et allergies/text",
)
def _pathology_text(node: Node) -> Iterator[Hit]:
    return _text(node, len(_OF_PATHOLOGIES))


@_BOOK.on(
    _RISKS,
    "CDA-VSM-012",
    (
        "« Facteurs de risque » a un seul id, le code 57207-3, ses sous-sections, ou un texte sans elles.",
        "« Facteurs de risque » has exactly one id, the code 57207-3, its sub-sections, or a text without them.",
    ),
    _COMPLETE,
    at="Facteurs de risque",
)
def _risks(node: Node) -> Iterator[Hit]:
    yield from _section(node, "57207-3")
    yield from _among(node, _OF_RISKS)
    yield from _text(node, len(_OF_RISKS))


@_BOOK.on(
    _TREATMENT,
    "CDA-VSM-013",
    (
        "« Traitement au long cours » a un seul id, le code 18776-5, et un texte ou la sous-section Traitements.",
        "« Traitement au long cours » has exactly one id, the code 18776-5, and a text or the sub-section.",
    ),
    _COMPLETE,
    at="Traitement au long cours",
)
def _treatments(node: Node) -> Iterator[Hit]:
    yield from _section(node, "18776-5")
    yield from _among(node, _OF_TREATMENT)
    held, text = bool(_held(node)), "text" in node.children
    if held == text:
        yield hit(node.element, f"text {int(text)}, section {int(held)}", "text | section", "text")


@_BOOK.on(
    WORK_RISKS,
    "CDA-VSM-014",
    (
        "« Facteurs de risque professionnels » a un seul id.",
        "« Facteurs de risque professionnels » has exactly one id.",
    ),
    ("Écrire un id.", "Write one id."),
    at="Facteurs de risque professionnels",
)
def _work_risks(node: Node) -> Iterator[Hit]:
    return one(node, "id")


@_BOOK.on(
    RESULTS,
    "CDA-VSM-015",
    (
        "« Résultats » n'a pas d'entrée, sauf à déclarer aussi le modèle codé.",
        "« Résultats » has no entry, unless it declares the coded model too.",
    ),
    (f"Retirer les entrées, ou ajouter le templateId {PCC}.3.28.", f"Remove the entries, or add {PCC}.3.28."),
    at="Résultats",
)
def _results(node: Node) -> Iterator[Hit]:
    if f"{PCC}.3.28" not in node.templates and "entry" in node.children:
        yield hit(node.element, str(len(node.all("entry"))), "0", "entry")


@_BOOK.inform_on(
    (_PATHOLOGIES, _RISKS),
    "CDA-VSM-016",
    (
        "Une rubrique vide ou inconnue est dite dans le texte plutôt qu'omise.",
        "An empty or unknown heading is told in the narrative rather than left out.",
    ),
    (
        "Ajouter la sous-section avec son texte (par exemple « pas d'allergie connue »).",
        "Add the sub-section with its text (for instance « no known allergy »).",
    ),
    at="sous-sections",
)
def _told(node: Node) -> Iterator[Hit]:
    held = _held(node)
    if "text" in node.children or not held:
        return
    for root in _OF_PATHOLOGIES if _PATHOLOGIES in node.templates else _OF_RISKS:
        if not any(root in declared for declared in held):
            yield hit(node.element, "0", "1", f"component/section[templateId/@root='{root}']")


@_BOOK.inform_on(
    (ACTIVE_PROBLEMS, _PAST),
    "CDA-VSM-017",
    (
        "Un problème actif est de statut active, sans fin ; un antécédent est de statut completed, avec une fin.",
        "An active problem has the status active and no end; a past one has the status completed and an end.",
    ),
    ("Corriger act/statusCode et effectiveTime/high.", "Correct act/statusCode and effectiveTime/high."),
    at="Problèmes actifs, Antécédents médicaux",
)
def _running(node: Node) -> Iterator[Hit]:
    if not _summary(node.document):
        return
    wanted = "active" if ACTIVE_PROBLEMS in node.templates else "completed"
    for act in node.at("entry/act"):
        status = act.find(f"{V3}statusCode")
        if status is not None and status.get("code") != wanted:
            yield hit(status, status.get("code", ""), wanted, "@code")


@_BOOK.rule(
    "CDA-VSM-018",
    (
        "Les entrées d'un volet de synthèse médicale sont des modèles partagés.",
        "The entries of a medical summary are of the shared models.",
    ),
    (
        "Déclarer le templateId du modèle de l'entrée : sans lui rien ne la contrôle.",
        "Declare the templateId of the entry's model: without it nothing checks the entry.",
    ),
    at="entry",
    severity="info",
    certainty="deduced",
)
def _modelled(document: Document) -> Iterator[Hit]:
    if VSM not in document.models:
        return
    for entry in document.tagged.get("entry", ()):
        for act in entry.iterfind("*"):
            if act.tag != f"{V3}templateId" and act.find(f"{V3}templateId") is None:
                yield hit(act, "0", "1..*", "templateId")


RULES = _BOOK.rules
