"""Rules of a level 1 document: the header, and a file as its body."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lxml import etree

from banc_standards.cda.names import CI_SIS, HL7_FRANCE, V3
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import hit
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.documents import XDS_SD, format_of_media

_BOOK = RuleBook("CI-SIS, volet Structuration minimale, documents de niveau 1", "InvalidDocumentContent")
_EXPECTED: Final = {HL7_FRANCE, CI_SIS, XDS_SD}

_MANDATORY: Final = (
    "realmCode",
    "typeId",
    "id",
    "code",
    "title",
    "effectiveTime",
    "confidentialityCode",
    "languageCode",
    "setId",
    "versionNumber",
    "recordTarget",
    "author",
    "custodian",
    "legalAuthenticator",
    "documentationOf",
    "componentOf",
)


def _bodies(document: Document) -> list[etree._Element]:
    return document.root.findall(f"{V3}component/{V3}nonXMLBody")


def _texts(document: Document) -> list[etree._Element]:
    return [text for body in _bodies(document) for text in body.findall(f"{V3}text")[:1]]


@_BOOK.rule(
    "CDA-N1-001",
    (
        "Un document de niveau 1 a trois templateId : HL7 France, CI-SIS et XDS-SD.",
        "A level 1 document has three templateIds: HL7 France, CI-SIS and XDS-SD.",
    ),
    (
        f"Remplacer le templateId du volet par {XDS_SD}.",
        f"Put {XDS_SD} in the place of the volet's templateId.",
    ),
    at="templateId",
)
def _templates(document: Document) -> Iterator[Hit]:
    found = [item.root for item in document.templates]
    if _bodies(document) and (len(found) != 3 or set(found) != _EXPECTED):
        yield hit(document.root, ", ".join(found), ", ".join(sorted(_EXPECTED)), "templateId")


@_BOOK.rule(
    "CDA-N1-002",
    ("Un corps non XML a un texte.", "A body that is not XML has a text."),
    ("Écrire nonXMLBody/text.", "Write nonXMLBody/text."),
    at="nonXMLBody",
)
def _text(document: Document) -> Iterator[Hit]:
    for body in _bodies(document):
        if body.find(f"{V3}text") is None:
            yield hit(body, "0", "1", "text")


@_BOOK.rule(
    "CDA-N1-003",
    (
        "Le corps d'un document de niveau 1 est un PDF (PDF/A-1).",
        "The body of a level 1 document is a PDF (PDF/A-1).",
    ),
    ("Écrire mediaType application/pdf.", "Write mediaType application/pdf."),
    at="nonXMLBody/text",
    severity="info",
    certainty="deduced",
)
def _media_type(document: Document) -> Iterator[Hit]:
    for text in _texts(document):
        found = text.get("mediaType", "")
        if found != "application/pdf":
            older = " (niveaux antérieurs)" if format_of_media(found) else ""
            yield hit(text, found + older, "application/pdf", "@mediaType")


@_BOOK.rule(
    "CDA-N1-004",
    (
        "Le corps d'un document de niveau 1 est en base 64.",
        "The body of a level 1 document is in base 64.",
    ),
    ("Écrire representation B64 et coder le fichier.", "Write representation B64 and encode the file."),
    at="nonXMLBody/text",
    severity="info",
    certainty="deduced",
)
def _base64(document: Document) -> Iterator[Hit]:
    for text in _texts(document):
        if text.get("representation") != "B64":
            yield hit(text, text.get("representation", ""), "B64", "@representation")
        elif document.embedded is None:
            yield hit(text, (text.text or "").strip()[:20], "base 64")


@_BOOK.rule(
    "CDA-N1-005",
    ("Le PDF joint commence par %PDF- et n'est pas vide.", "The embedded PDF starts with %PDF- and is not empty."),
    ("Joindre le PDF lui-même.", "Embed the PDF itself."),
    at="nonXMLBody/text",
    severity="info",
    certainty="deduced",
)
def _pdf(document: Document) -> Iterator[Hit]:
    for text in _texts(document):
        content = document.embedded
        pdf = text.get("mediaType") == "application/pdf" and text.get("representation") == "B64"
        if pdf and content is not None and not content.startswith(b"%PDF-"):
            yield hit(text, repr(content[:8]), "%PDF-")


@_BOOK.rule(
    "CDA-N1-006",
    (
        "L'en-tête d'un document de niveau 1 est aussi complet que celui d'un document structuré.",
        "The header of a level 1 document is as complete as that of a structured one.",
    ),
    ("Ajouter les éléments qui manquent.", "Add the missing elements."),
    at="ClinicalDocument",
)
def _header(document: Document) -> Iterator[Hit]:
    missing = [name for name in _MANDATORY if not document.at(name)]
    if missing and _bodies(document):
        yield hit(document.root, "", ", ".join(missing))


@_BOOK.rule(
    "CDA-N1-007",
    (
        "Un document qui se dit de niveau 1 n'a pas de corps structuré.",
        "A document that says it is level 1 has no structured body.",
    ),
    (
        "Écrire nonXMLBody, ou le templateId du volet pour un corps structuré.",
        "Write nonXMLBody, or the volet's templateId for a structured body.",
    ),
    at="component",
    severity="info",
    certainty="deduced",
)
def _level(document: Document) -> Iterator[Hit]:
    if XDS_SD in document.models and document.level == "N3":
        yield hit(document.root, "structuredBody", "nonXMLBody", "component")


RULES = _BOOK.rules
