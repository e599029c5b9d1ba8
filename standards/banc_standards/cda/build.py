"""Writing a discharge letter: structured (LDL-SES 2022.01), or as a PDF under the common header (level 1)."""

from __future__ import annotations

import base64

from lxml import etree

from banc_standards.cda.elements import node
from banc_standards.cda.header import header
from banc_standards.cda.letter_body import sections
from banc_standards.cda.model import DischargeLetter, Identifier
from banc_standards.cda.names import LDL_SES, LDL_SES_VERSION
from banc_standards.terminology.documents import XDS_SD


def discharge_letter(letter: DischargeLetter) -> bytes:
    """The letter as a structured document (level 3) in UTF-8.

    Raises ``KeyError`` for a code that its value set does not hold, ``ValueError`` for a time without a zone.
    """
    body = node("structuredBody", [node("component", section) for section in sections(letter)])
    return _document(letter, Identifier(LDL_SES, LDL_SES_VERSION), body)


def discharge_letter_n1(letter: DischargeLetter, pdf: bytes) -> bytes:
    """The letter as a level 1 document: the same header, and ``pdf`` as its body (PDF/A-1 is expected)."""
    text = base64.b64encode(pdf).decode("ascii")
    body = node("nonXMLBody", node("text", text, mediaType="application/pdf", representation="B64"))
    return _document(letter, Identifier(XDS_SD), body)


def _document(letter: DischargeLetter, model: Identifier, body: etree._Element) -> bytes:
    root = node("ClinicalDocument", header(letter.heading, [model]), node("component", body))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["xsi"])
    return serialise(root)


def serialise(root: etree._Element) -> bytes:
    """The bytes of a document: UTF-8, with its declaration."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
