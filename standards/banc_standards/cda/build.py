"""Writing the documents of the priority use cases: structured, or as a PDF under the common header (level 1)."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from lxml import etree

from banc_standards.cda.biology import BiologyReport, biology_sections
from banc_standards.cda.elements import node
from banc_standards.cda.header import header
from banc_standards.cda.letter_body import sections
from banc_standards.cda.model import DischargeLetter, Heading, Identifier
from banc_standards.cda.names import CR_BIO, CR_BIO_VERSION, LAB_REPORT, LDL_SES, LDL_SES_VERSION, VSM, VSM_VERSION
from banc_standards.cda.summary import MedicalSummary, summary_sections
from banc_standards.terminology.documents import XDS_SD


def discharge_letter(letter: DischargeLetter) -> bytes:
    """The letter as a structured document (level 3, LDL-SES 2022.01) in UTF-8.

    Raises ``KeyError`` for a code that its value set does not hold, ``ValueError`` for a time without a zone.
    """
    return _structured(letter.heading, (Identifier(LDL_SES, LDL_SES_VERSION),), sections(letter))


def discharge_letter_n1(letter: DischargeLetter, pdf: bytes) -> bytes:
    """The letter as a level 1 document: the same header, and ``pdf`` as its body (PDF/A-1 is expected)."""
    return level_1(letter.heading, pdf)


def biology_report(report: BiologyReport) -> bytes:
    """The report as a structured document (CR-BIO 2024.01). Raises as :func:`discharge_letter` does."""
    models = (Identifier(LAB_REPORT), Identifier(CR_BIO, CR_BIO_VERSION))
    return _structured(report.heading, models, biology_sections(report))


def medical_summary(summary: MedicalSummary) -> bytes:
    """The summary as a structured document (VSM 2023.01). Raises as :func:`discharge_letter` does."""
    return _structured(summary.heading, (Identifier(VSM, VSM_VERSION),), summary_sections(summary))


def level_1(heading: Heading, pdf: bytes) -> bytes:
    """Any document as a PDF under the common header."""
    text = base64.b64encode(pdf).decode("ascii")
    body = node("nonXMLBody", node("text", text, mediaType="application/pdf", representation="B64"))
    return _document(heading, (Identifier(XDS_SD),), body)


def _structured(heading: Heading, models: Sequence[Identifier], content: Sequence[etree._Element]) -> bytes:
    return _document(heading, models, node("structuredBody", [node("component", item) for item in content]))


def _document(heading: Heading, models: Sequence[Identifier], body: etree._Element) -> bytes:
    root = node("ClinicalDocument", header(heading, models), node("component", body))
    etree.cleanup_namespaces(root, keep_ns_prefixes=["xsi"])
    return serialise(root)


def serialise(root: etree._Element) -> bytes:
    """The bytes of a document: UTF-8, with its declaration."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
