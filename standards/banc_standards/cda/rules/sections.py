"""Section rules 001 to 016: what the models of the shared sections ask, and what a reader needs of any section."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import SIMPLE_OBSERVATION, V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.cda.rules.roots import CCD, DEVICE, FR_SECTION, OLD_DEVICE, PCC, PREGNANCY, PREGNANCY_HISTORY
from banc_standards.cda.rules.section_models import (
    ACTIVE_PROBLEMS,
    ADDED_DOCUMENTS,
    CANCER,
    COMMENTS,
    DEVICES,
    DEVICES_FR,
    DOCUMENT_STATUS,
    MODELS,
    NEWBORN,
    PDF_COPY,
    PREGNANCIES,
    SURGERIES,
    Section,
)
from banc_standards.cda.rules.shapes import at_most_one, counted, inside, least, one, templated, templates_counted
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Modèles de contenus CDA, sections")
_SECTION: Final = f"{V3}section"
_COPY_TITLE: Final = "Copie du document"


def _models(node: Node) -> list[Section]:
    return [MODELS[root] for root in node.templates if root in MODELS]


@_BOOK.on(
    MODELS,
    "CDA-SEC-001",
    (
        "Le templateId d'un modèle de section est porté par une section.",
        "The templateId of a section model is carried by a section.",
    ),
    ("Retirer ce templateId, ou le mettre sur la section.", "Remove this templateId, or put it on the section."),
    at="section/templateId",
)
def _section_only(node: Node) -> Iterator[Hit]:
    parent = node.parent()
    if node.element.tag != _SECTION and (parent is None or parent.find(_SECTION) is None):
        yield hit(node.element, node.name, "section")


@_BOOK.on(
    MODELS,
    "CDA-SEC-002",
    (
        "Une section a le code LOINC de son modèle.",
        "A section has the LOINC code of its model.",
    ),
    ("Écrire le code du modèle et codeSystem LOINC.", "Write the code of the model and codeSystem LOINC."),
    at="section/code",
)
def _code(node: Node) -> Iterator[Hit]:
    codes = node.all("code")
    for model in _models(node):
        if model.code and not any(code.get("code") == model.code for code in codes):
            found = codes[0].get("code", "") if codes else ""
            yield hit(node.element, found, f"{model.code} ({model.name})", "code/@code")
        if not any(code.get("codeSystem") == LOINC for code in codes):
            yield hit(node.element, codes[0].get("codeSystem", "") if codes else "", LOINC, "code/@codeSystem")


@_BOOK.on(
    MODELS,
    "CDA-SEC-003",
    (
        "Une section déclare ensemble tous les templateId de son modèle.",
        "A section declares all the templateIds of its model together.",
    ),
    ("Ajouter les templateId qui manquent.", "Add the missing templateIds."),
    at="section/templateId",
)
def _together(node: Node) -> Iterator[Hit]:
    for model in _models(node):
        yield from templated(node, *model.together)
        if model.least > 1:
            yield from templates_counted(node, model.least)


@_BOOK.on(
    MODELS,
    "CDA-SEC-004",
    (
        "Une section codée contient les entrées de son modèle.",
        "A coded section holds the entries of its model.",
    ),
    (
        "Ajouter l'entrée, ou prendre le modèle de section non codé.",
        "Add the entry, or take the section model that is not coded.",
    ),
    at="section/entry",
)
def _entries(node: Node) -> Iterator[Hit]:
    for model in _models(node):
        for root in model.entries:
            if not inside(node, root):
                yield hit(node.element, "0", "1..*", f"entry//templateId[@root='{root}']")
        if model.anywhere and model.anywhere not in node.document.carriers:
            yield hit(node.element, "0", "1..*", f"entry//templateId[@root='{model.anywhere}']")
    if DOCUMENT_STATUS in node.templates and not any(
        SIMPLE_OBSERVATION in roots(item) for item in node.at("entry/observation")
    ):
        yield hit(node.element, "0", "1..*", f"entry/observation/templateId[@root='{SIMPLE_OBSERVATION}']")
    if PREGNANCIES in node.templates:
        yield from _pregnancies(node)
    if CANCER in node.templates:
        yield from _cancer(node)


def _in_entries(document: Document, root: str, tag: str) -> int:
    number = 0
    for element in document.carriers.get(root, ()):
        parent = element.getparent()
        number += element.tag == V3 + tag and parent is not None and parent.tag == f"{V3}entry"
    return number


def _pregnancies(node: Node) -> Iterator[Hit]:
    """The published check counts over the whole document, so an entry of another section may make up for one."""
    document = node.document
    sections = [item for item in document.carriers[PREGNANCIES] if item.tag == _SECTION]
    entries = sum(len(item.findall(f"{V3}entry")) for item in sections)
    known = _in_entries(document, PREGNANCY, "observation") + _in_entries(document, PREGNANCY_HISTORY, "organizer")
    if not known or known != entries:
        yield hit(node.element, str(known), str(max(entries, 1)), f"entry[{PREGNANCY} | {PREGNANCY_HISTORY}]")


def _cancer(node: Node) -> Iterator[Hit]:
    concern, diagnosis = f"{PCC}.4.5.2", "1.3.6.1.4.1.19376.1.7.3.1.4.14.1"
    if not any({concern, "1.2.250.1.213.1.1.3.39.1"} <= roots(act) for act in node.at("entry/act")):
        yield hit(node.element, "0", "1..*", f"entry/act[{concern}]")
    if not any(diagnosis in roots(item) for item in node.at("entry/act/entryRelationship/observation")):
        yield hit(node.element, "0", "1..*", f"entry/act/entryRelationship/observation[{diagnosis}]")


@_BOOK.on(
    ACTIVE_PROBLEMS,
    "CDA-SEC-005",
    (
        "« Problèmes actifs » a le code 11450-4, ou un autre s'il déclare au moins deux templateId.",
        "« Problèmes actifs » has the code 11450-4, or another one when it declares two templateIds at least.",
    ),
    ("Écrire le code 11450-4.", "Write the code 11450-4."),
    at="Problèmes actifs/code",
)
def _active_problems(node: Node) -> Iterator[Hit]:
    codes = [code.get("code", "") for code in node.all("code")]
    if "11450-4" not in codes and len(node.all("templateId")) < 2:
        yield hit(node.element, ", ".join(codes), "11450-4", "code/@code")


@_BOOK.on(
    (DEVICES, DEVICES_FR),
    "CDA-SEC-006",
    (
        "« Dispositifs médicaux » a un seul id, un texte, et ses entrées sont toutes des dispositifs d'un même modèle.",
        "« Dispositifs médicaux » has exactly one id, a text, and its entries are all devices of one model.",
    ),
    (
        f"Écrire id, text, et des entry/supply de templateId {DEVICE} et {CCD}.34.",
        f"Write id, text, and entry/supply of templateIds {DEVICE} and {CCD}.34.",
    ),
    at="Dispositifs médicaux",
)
def _devices(node: Node) -> Iterator[Hit]:
    yield from one(node, "id")
    yield from least(node, "text")
    if DEVICES_FR not in node.templates or "entry" not in node.children:
        return
    organizers, supplies = node.at("entry/organizer"), node.at("entry/supply")
    if not any(OLD_DEVICE in roots(item) for item in organizers) and not any(
        DEVICE in roots(item) for item in supplies
    ):
        yield hit(node.element, "0", "1..*", f"entry[{DEVICE}]")
    for organizer in organizers:
        declared = roots(organizer)
        if declared and (supplies or declared != {OLD_DEVICE}):
            yield hit(organizer, ", ".join(sorted(declared)), OLD_DEVICE, "templateId/@root")
    for supply in supplies:
        declared = roots(supply)
        if declared and (DEVICE not in declared or declared - {DEVICE, f"{CCD}.34", "2.16.840.1.113883.10.22.4.26"}):
            yield hit(supply, ", ".join(sorted(declared)), f"{DEVICE}, {CCD}.34", "templateId/@root")


@_BOOK.on(
    DOCUMENT_STATUS,
    "CDA-SEC-007",
    (
        "« Statut du document » a un titre et un seul id.",
        "« Statut du document » has a title and exactly one id.",
    ),
    ("Écrire id et title.", "Write id and title."),
    at="Statut du document",
)
def _document_status(node: Node) -> Iterator[Hit]:
    yield from least(node, "title")
    yield from one(node, "id")


@_BOOK.on(
    PDF_COPY,
    "CDA-SEC-008",
    (
        f"La copie PDF a un texte et le titre « {_COPY_TITLE} ».",
        f"The PDF copy has a text and the title « {_COPY_TITLE} ».",
    ),
    (f"Écrire title « {_COPY_TITLE} » et text.", f"Write title « {_COPY_TITLE} » and text."),
    at="Copie du document",
)
def _copy(node: Node) -> Iterator[Hit]:
    yield from least(node, "text")
    titles = ["".join(map(str, title.itertext())) for title in node.all("title")]
    if _COPY_TITLE not in titles:
        yield hit(node.element, ", ".join(titles), _COPY_TITLE, "title")


@_BOOK.on(
    ADDED_DOCUMENTS,
    "CDA-SEC-009",
    (
        "« Documents ajoutés » a un texte et au plus un id.",
        "« Documents ajoutés » has a text and at most one id.",
    ),
    ("Écrire text, et un id au plus.", "Write text, and one id at most."),
    at="Documents ajoutés",
)
def _added(node: Node) -> Iterator[Hit]:
    yield from least(node, "text")
    yield from at_most_one(node, "id")


@_BOOK.on(
    (SURGERIES, COMMENTS),
    "CDA-SEC-010",
    (
        "Les antécédents chirurgicaux codés ont un id ; le commentaire en a au plus un.",
        "Coded surgical history has an id; the comment has at most one.",
    ),
    ("Écrire un id.", "Write one id."),
    at="Antécédents chirurgicaux, Commentaire",
)
def _section_ids(node: Node) -> Iterator[Hit]:
    if SURGERIES in node.templates:
        yield from least(node, "id")
    if COMMENTS in node.templates:
        yield from at_most_one(node, "id")


def _sections(document: Document) -> list[etree._Element]:
    return document.tagged.get("section", [])


@_BOOK.rule(
    "CDA-SEC-011",
    ("Une section sans sous-section a un texte.", "A section without sub-sections has a narrative text."),
    ("Écrire section/text : c'est ce que le soignant lit.", "Write section/text: it is what the caregiver reads."),
    at="section/text",
    severity="info",
    certainty="deduced",
)
def _told(document: Document) -> Iterator[Hit]:
    for section in _sections(document):
        text = section.find(f"{V3}text")
        if text is not None and ((text.text or "").strip() or any(str(part).strip() for part in text.itertext())):
            continue
        if section.find(f"{V3}component/{_SECTION}") is None and (
            text is None or next(text.iter(f"{V3}renderMultiMedia"), None) is None
        ):
            yield hit(section, "", "1", "text")


@_BOOK.rule(
    "CDA-SEC-012",
    ("Une section a un titre.", "A section has a title."),
    ("Écrire section/title.", "Write section/title."),
    at="section/title",
    severity="info",
    certainty="deduced",
)
def _titled(document: Document) -> Iterator[Hit]:
    for section in _sections(document):
        title = section.find(f"{V3}title")
        if title is None or not (title.text or "").strip():
            yield hit(section, "", "1", "title")


@_BOOK.inform_on(
    [root for root, model in MODELS.items() if model.french],
    "CDA-SEC-013",
    (
        "Une section déclare aussi le templateId français de son modèle.",
        "A section declares the French templateId of its model too.",
    ),
    ("Ajouter le templateId français.", "Add the French templateId."),
    at="section/templateId",
)
def _french(node: Node) -> Iterator[Hit]:
    if any(root.startswith(f"{FR_SECTION}.") for root in node.templates):
        return
    for model in _models(node):
        if model.french:
            yield hit(node.element, "", f"{model.french} ({model.name})", "templateId/@root")


@_BOOK.rule(
    "CDA-SEC-014",
    ("Deux sections n'ont pas le même id.", "Two sections do not have the same id."),
    ("Donner un UUID neuf à chaque section.", "Give each section a fresh UUID."),
    at="section/id",
    severity="info",
    certainty="deduced",
)
def _distinct(document: Document) -> Iterator[Hit]:
    seen: set[tuple[str, str]] = set()
    for section in _sections(document):
        for item in section.iterfind(f"{V3}id"):
            key = (item.get("root", ""), item.get("extension", ""))
            if key[0] and key in seen:
                yield hit(item, " ".join(key).strip())
            seen.add(key)


_COUNTED: Final = {root: model.children for root, model in MODELS.items() if model.children}


@_BOOK.on(
    _COUNTED,
    "CDA-SEC-015",
    (
        "Une section a l'id, le titre et le texte que son modèle demande.",
        "A section has the id, the title and the text that its model asks for.",
    ),
    ("Compléter la section.", "Complete the section."),
    at="section",
)
def _asked(node: Node) -> Iterator[Hit]:
    for root in node.templates:
        for name, (low, high) in _COUNTED.get(root, {}).items():
            yield from counted(node, name, low, high)


_SUBSECTIONS: Final = {
    NEWBORN: (f"{PCC}.1.9.15.1",),
    "1.3.6.1.4.1.19376.1.7.3.1.1.13.3": ("1.3.6.1.4.1.19376.1.7.3.1.1.13.4", "1.3.6.1.4.1.19376.1.7.3.1.1.13.5"),
}


@_BOOK.on(
    _SUBSECTIONS,
    "CDA-SEC-016",
    (
        "Le nouveau-né a un examen physique codé ; le statut fonctionnel de l'enfant a les sous-sections du modèle.",
        "The newborn has a coded physical exam; the child's functional status has the model's sub-sections.",
    ),
    ("Ajouter la sous-section du modèle.", "Add the sub-section of the model."),
    at="section/component/section",
)
def _subsections(node: Node) -> Iterator[Hit]:
    for root, wanted in _SUBSECTIONS.items():
        optional = root != NEWBORN and "component" not in node.children
        if root in node.templates and not optional:
            held = [roots(item) for item in node.at("component/section")]
            if not any(not declared.isdisjoint(wanted) for declared in held):
                yield hit(node.element, "0", " | ".join(wanted), "component/section/templateId/@root")


RULES = _BOOK.rules
