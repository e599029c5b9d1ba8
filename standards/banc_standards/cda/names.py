"""Names of CDA R2 and of its French profile: namespaces and templateIds."""

from __future__ import annotations

from typing import Final

HL7: Final = "urn:hl7-org:v3"
V3: Final = f"{{{HL7}}}"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSI_TYPE: Final = f"{{{XSI}}}type"
SDTC: Final = "{urn:hl7-org:sdtc}"
LAB: Final = "{urn:oid:1.3.6.1.4.1.19376.1.3.2}"
DICOM: Final = "{urn:dicom-org:ps3-20}"

TYPE_ID_ROOT: Final = "2.16.840.1.113883.1.3"
TYPE_ID_EXTENSION: Final = "POCD_HD000040"
HL7_FRANCE: Final = "2.16.840.1.113883.2.8.2.1"
CI_SIS: Final = "1.2.250.1.213.1.1.1.1"
LDL_SES: Final = "1.2.250.1.213.1.1.1.29"
LDL_SES_VERSION: Final = "2022.01"

# Sections of the discharge letter: the templateId that the volet's schema looks for
SECTION_STATUS: Final = "1.2.250.1.213.1.1.2.35.1"
SECTION_REASON: Final = "1.3.6.1.4.1.19376.1.5.3.1.3.1"
SECTION_STAY: Final = "1.3.6.1.4.1.19376.1.7.3.1.1.13.7"
SECTION_DISCHARGE_TREATMENTS: Final = "1.3.6.1.4.1.19376.1.5.3.1.3.22"
SECTION_PENDING_RESULTS: Final = "1.3.6.1.4.1.19376.1.5.3.1.3.27"
SECTION_FOLLOW_UP: Final = "1.3.6.1.4.1.19376.1.5.3.1.3.36"

SIMPLE_OBSERVATION: Final = "1.3.6.1.4.1.19376.1.5.3.1.4.13"
SIMPLE_OBSERVATION_FR: Final = "1.2.250.1.213.1.1.3.48"
TREATMENT: Final = "1.3.6.1.4.1.19376.1.5.3.1.4.7"

# Biology report: the document and the people of its header
LAB_REPORT: Final = "1.3.6.1.4.1.19376.1.3.3"
CR_BIO: Final = "1.2.250.1.213.1.1.1.55"
CR_BIO_VERSION: Final = "2024.01"
LAB_AUTHENTICATOR: Final = f"{LAB_REPORT}.1.5"
LAB_PRESCRIBER: Final = f"{LAB_REPORT}.1.6"
LAB_PERFORMER: Final = f"{LAB_REPORT}.1.7"

# Medical summary
VSM: Final = "1.2.250.1.213.1.1.1.13"
VSM_VERSION: Final = "2023.01"

PDF_COPY: Final = "1.2.250.1.213.1.1.2.243"
