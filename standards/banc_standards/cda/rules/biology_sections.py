"""The laboratory report (CR-BIO): its sections, which are chapters and sub-chapters of results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import V3
from banc_standards.cda.node import Node, roots
from banc_standards.cda.read import Document
from banc_standards.cda.rules.biology_templates import (
    CHAPTER,
    COMMENT_SECTION,
    PDF_COPY,
    PROCESSING,
    REASON_SECTION,
    SECOND_LINE,
    SUB_CHAPTER,
    VACCINATIONS,
    is_report,
    version_of,
)
from banc_standards.cda.rules.book import ClinicalBook
from banc_standards.cda.rules.expect import hit
from banc_standards.rules import Hit
from banc_standards.terminology.oids import LOINC

_BOOK = ClinicalBook("CI-SIS, volet Comptes rendus d'examens de biologie (CR-BIO)")

_SECTIONS: Final = frozenset({CHAPTER, SECOND_LINE, COMMENT_SECTION, PDF_COPY, REASON_SECTION, VACCINATIONS})
_SECTIONS_2021: Final = frozenset({CHAPTER, SECOND_LINE, COMMENT_SECTION, PDF_COPY})
_CHAPTER_CODES: Final = (
    "18716-1 18717-9 18718-7 18719-5 18720-3 18721-1 18722-9 18723-7 18724-5 18725-2 18727-8 18728-6 18729-4 18767-4 "
    "18768-2 18769-0 26435-8 26436-6 26437-4 26438-2"
)
_CHAPTERS_OF_LOINC: Final = frozenset(_CHAPTER_CODES.split())


def first_sections(document: Document) -> list[tuple[etree._Element, frozenset[str]]]:
    """The sections of the first level of a structured body, with their templateIds."""
    return [
        (section, roots(section))
        for body in document.root.iterfind(f"{V3}component/{V3}structuredBody")
        for section in body.iterfind(f"{V3}component/{V3}section")
    ]


@_BOOK.rule(
    "CDA-BIO-013",
    (
        "Les sections de premier niveau sont des chapitres, les résultats de seconde intention, le commentaire, la "
        "copie PDF et, depuis 2023, la raison de la recommandation et les vaccinations ; rien d'autre.",
        "The sections of the first level are chapters, second-line results, the comment, the PDF copy and, since 2023, "
        "the reason and the vaccinations; nothing else.",
    ),
    (
        "Placer les résultats dans un chapitre, ou corriger le templateId de la section.",
        "Put the results in a chapter, or correct the templateId of the section.",
    ),
    at="structuredBody/component/section",
)
def _allowed_sections(document: Document) -> Iterator[Hit]:
    if is_report(document):
        allowed = _SECTIONS_2021 if version_of(document) == "2021.01" else _SECTIONS
        for section, carried in first_sections(document):
            if allowed.isdisjoint(carried):
                yield hit(section, ", ".join(sorted(carried)), " | ".join(sorted(allowed)), "templateId/@root")


def _stands_first(section: etree._Element) -> bool:
    component = section.getparent()
    body = component.getparent() if component is not None else None
    return (
        component is not None
        and body is not None
        and (section.tag, component.tag, body.tag) == (f"{V3}section", f"{V3}component", f"{V3}structuredBody")
    )


def _section(root: str, versions: tuple[str, ...] | None) -> Callable[[Document], Iterator[Hit]]:
    def check(document: Document) -> Iterator[Hit]:
        if (
            is_report(document)
            and (versions is None or version_of(document) in versions)
            and not any(_stands_first(section) for section in document.carriers.get(root, ()))
        ):
            yield hit(
                document.root, "0", "1..*", f"component/structuredBody/component/section[templateId/@root='{root}']"
            )

    return check


_BOOK.add(
    "CDA-BIO-014",
    ("Un compte rendu de biologie a au moins un chapitre.", "A laboratory report has at least one chapter."),
    (f"Ajouter une section de templateId {CHAPTER}.", f"Add a section of templateId {CHAPTER}."),
    _section(CHAPTER, None),
    at="structuredBody",
)
_BOOK.add(
    "CDA-BIO-015",
    (
        "Un compte rendu de biologie du modèle 2024.01 a une copie PDF de lui-même.",
        "A laboratory report of the model 2024.01 holds a PDF copy of itself.",
    ),
    (f"Ajouter la section de templateId {PDF_COPY}.", f"Add the section of templateId {PDF_COPY}."),
    _section(PDF_COPY, ("2024.01",)),
    at="structuredBody",
)


@_BOOK.on(
    CHAPTER,
    "CDA-BIO-016",
    (
        "Un chapitre a soit un texte et une seule entrée, soit des sous-chapitres et rien d'autre.",
        "A chapter has either a text and exactly one entry, or sub-chapters and nothing else.",
    ),
    (
        "Écrire text et une entry, sans component ; ou des component/section, sans text ni entry.",
        "Write text and one entry, without component; or component/section, without text or entry.",
    ),
    at="FR-CR-BIO-Chapitre",
)
def _chapter(node: Node) -> Iterator[Hit]:
    texts, entries, parts = len(node.all("text")), len(node.all("entry")), len(node.all("component"))
    if not (texts and entries == 1 and not parts) and not (parts and not texts and not entries):
        found = f"text : {texts}, entry : {entries}, component : {parts}"
        yield hit(node.element, found, "text + entry | component", "entry")


@_BOOK.on(
    SUB_CHAPTER,
    "CDA-BIO-017",
    (
        "Un sous-chapitre est une section qui a un texte et une seule entrée ; son code, s'il en a un, est de LOINC.",
        "A sub-chapter is a section that has a text and exactly one entry; its code, if any, is of LOINC.",
    ),
    (
        f"Écrire text et une entry ; donner à code le codeSystem {LOINC}.",
        f"Write text and one entry; give code the codeSystem {LOINC}.",
    ),
    at="FR-CR-BIO-Sous-chapitre",
)
def _sub_chapter(node: Node) -> Iterator[Hit]:
    if node.element.tag != f"{V3}section":
        yield hit(node.element, node.name, "section")
    if not node.all("text"):
        yield hit(node.element, "0", "1", "text")
    if len(node.all("entry")) != 1:
        yield hit(node.element, str(len(node.all("entry"))), "1", "entry")
    codes = node.all("code")
    if any(code.get("code") is not None for code in codes) and all(code.get("codeSystem") != LOINC for code in codes):
        yield hit(codes[0], codes[0].get("codeSystem", ""), LOINC, "@codeSystem")


@_BOOK.inform_on(
    CHAPTER,
    "CDA-BIO-018",
    (
        "Le code d'un chapitre est l'un de ceux de la biologie, et celui d'un acte documenté.",
        "The code of a chapter is one of biology's, and that of a documented act.",
    ),
    (
        "Prendre le code LOINC du chapitre (18719-5 biochimie, 18723-7 hématologie, 18725-2 microbiologie…) et le "
        "répéter dans serviceEvent/code.",
        "Take the LOINC code of the chapter (18719-5 biochemistry, 18723-7 hematology, 18725-2 microbiology…) and "
        "repeat it in serviceEvent/code.",
    ),
    at="FR-CR-BIO-Chapitre",
)
def _chapter_code(node: Node) -> Iterator[Hit]:
    code = node.first("code")
    if code is None or not is_report(node.document):
        return
    given = code.get("code", "")
    if code.get("codeSystem") == LOINC and given not in _CHAPTERS_OF_LOINC:
        yield hit(code, given, " | ".join(sorted(_CHAPTERS_OF_LOINC)), "@code")
    acts = [act.get("code", "") for act in node.document.at("documentationOf/serviceEvent/code")]
    if given not in acts:
        yield hit(code, given, " | ".join(acts), "@code")


@_BOOK.on(
    SECOND_LINE,
    "CDA-BIO-019",
    ("La section de seconde intention a un code.", "The second-line section has a code."),
    ("Écrire section/code.", "Write section/code."),
    at="FR-Resultats-de-laboratoire-de-biologie-de-seconde-intention",
)
def _second_line(node: Node) -> Iterator[Hit]:
    if "code" not in node.children and is_report(node.document):
        yield hit(node.element, "0", "1", "code")


@_BOOK.inform_on(
    (CHAPTER, SUB_CHAPTER),
    "CDA-BIO-020",
    (
        "L'entrée d'un chapitre déclare son modèle ; sans lui, les contrôles publiés ne regardent rien de ce qu'elle "
        "contient.",
        "The entry of a chapter declares its model; without it the published checks look at nothing that it holds.",
    ),
    (f'Écrire <templateId root="{PROCESSING}"/> dans entry.', f'Write <templateId root="{PROCESSING}"/> in entry.'),
    at="FR-Resultats-examens-de-biologie-medicale",
)
def _declared_entry(node: Node) -> Iterator[Hit]:
    for entry in node.all("entry"):
        if PROCESSING not in roots(entry):
            yield hit(entry, "", PROCESSING, "templateId/@root")


RULES = _BOOK.rules
