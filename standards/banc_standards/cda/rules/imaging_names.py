"""templateIds of the imaging report: DICOM PS3.20, the French ones beside them, and the codes of DICOM."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.read import Document
from banc_standards.cda.rules.roots import FR_ENTRY, FR_SECTION
from banc_standards.terminology.oids import LOINC

PS3_20: Final = "1.2.840.10008.9"
DCM: Final = "1.2.840.10008.2.16.4"
REPORT: Final = "1.2.250.1.213.1.1.1.45"
REQUEST: Final = "1.2.250.1.213.1.1.1.47"
MODALITY: Final = "121139"

TECHNIQUE: Final = f"{PS3_20}.14"
TECHNIQUE_FR: Final = f"{FR_ENTRY}.153"
PRODUCT: Final = f"{PS3_20}.13"
PRODUCT_FR: Final = f"{FR_ENTRY}.151"
STUDY: Final = f"{PS3_20}.16"
STUDY_FR: Final = f"{FR_ENTRY}.155"
SERIES: Final = f"{PS3_20}.17"
SERIES_FR: Final = f"{FR_ENTRY}.156"
INSTANCE: Final = f"{PS3_20}.18"
INSTANCE_FR: Final = f"{FR_ENTRY}.157"
OBSERVATION: Final = "2.16.840.1.113883.10.20.6.2.13"
OBSERVATION_FR: Final = f"{FR_ENTRY}.150"
QUANTITY: Final = "2.16.840.1.113883.10.20.6.2.14"
QUANTITY_FR: Final = f"{FR_ENTRY}.154"
EXPOSURE_FR: Final = f"{FR_ENTRY}.165"
RADIOPHARMACEUTICAL_FR: Final = f"{FR_ENTRY}.173"

TECHNIQUES: Final = f"{FR_SECTION}.206"
HISTORY: Final = f"{FR_SECTION}.213"
EXPOSURES: Final = f"{FR_SECTION}.215"
CATALOGUE: Final = f"{FR_SECTION}.217"
INFORMATION: Final = f"{FR_SECTION}.205"
ADDENDUM: Final = f"{FR_SECTION}.210"
EDUCATION: Final = f"{FR_SECTION}.107"

SECTION_CODES: Final = {
    ADDENDUM: ("55107-7", LOINC),
    INFORMATION: ("55752-0", LOINC),
    f"{FR_SECTION}.211": ("55115-0", LOINC),
    HISTORY: ("11329-0", LOINC),
    TECHNIQUES: ("55111-9", LOINC),
    f"{FR_SECTION}.214": ("55109-3", LOINC),
    EXPOSURES: ("73569-6", LOINC),
    CATALOGUE: ("121181", DCM),
    f"{FR_SECTION}.208": ("59776-5", LOINC),
    f"{FR_SECTION}.207": ("18834-2", LOINC),
    f"{FR_SECTION}.209": ("19005-8", LOINC),
}
"""The code, with its system, of each section that only imaging has."""


def is_imaging(document: Document) -> bool:
    """Whether the document announces the model of the imaging report."""
    return REPORT in document.models


def is_request(document: Document) -> bool:
    """Whether the document announces the model of the imaging request, which shares sections with the report."""
    return REQUEST in document.models
