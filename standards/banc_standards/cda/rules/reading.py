"""The rule that the reader itself applies: it raises :class:`banc_standards.cda.read.CdaRefused`."""

from __future__ import annotations

from banc_standards.cda.read import CdaRefused
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, holds

_BOOK = RuleBook("HL7 CDA R2, ClinicalDocument", "InvalidDocumentContent")
_BOOK.add(
    "CDA-ROOT-001",
    (
        "Le document est un ClinicalDocument de HL7 v3.",
        "The document is a ClinicalDocument of HL7 v3.",
    ),
    (
        "Envoyer un document dont la racine est ClinicalDocument, espace de noms urn:hl7-org:v3.",
        "Send a document whose root is ClinicalDocument, namespace urn:hl7-org:v3.",
    ),
    holds,
    always=True,
)

RULES = _BOOK.rules


def refusal(error: CdaRefused) -> Hit:
    """The hit of a document that the reader refused."""
    return Hit("/", found=error.found, expected="ClinicalDocument", line=error.line)
