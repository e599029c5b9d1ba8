"""templateIds of the dispensation, eDISP-MED."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.roots import FR_ENTRY, FR_SECTION, PHARMACY

DISPENSATION: Final = "1.2.250.1.213.1.1.1.54"
DISPENSE_DOCUMENT: Final = "1.3.6.1.4.1.19376.1.9.1.1.3"
DISPENSED_SECTION: Final = "1.3.6.1.4.1.19376.1.9.1.2.3"
DISPENSED_SECTION_FR: Final = f"{FR_SECTION}.236"
DISPENSED: Final = f"{PHARMACY}.4"
DISPENSED_FR: Final = f"{FR_ENTRY}.204"
PRESCRIPTION_ITEM: Final = f"{PHARMACY}.11"
DOSAGE: Final = f"{PHARMACY}.6"
SUBSTITUTION_ACT: Final = f"{PHARMACY}.9.2"


def is_dispensation(document: Document) -> bool:
    """Whether the document announces the model of the dispensation."""
    return DISPENSATION in document.models
