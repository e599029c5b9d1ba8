"""Document types: their sharing class, their model's templateId and their format (dmp, table of the main documents).

The class follows from the type (ASS_X04, ASS_X16), the format from the model of a structured document (ASS_A11), or
from the media type of an unstructured one.
"""

from __future__ import annotations

from typing import Final

from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import DOCUMENT_CLASSES, DOCUMENT_TYPES_FR, FORMATS_FR, FORMATS_IHE, LOINC

DISCHARGE_LETTER: Final = Code("11490-0", LOINC, "Lettre de liaison à la sortie d'un établissement de soins")
BIOLOGY_REPORT: Final = Code("11502-2", LOINC, "CR d'examens biologiques")
MEDICAL_SUMMARY: Final = Code("SYNTH", DOCUMENT_TYPES_FR, "Synthèse")

SIGNATURE_CLASS: Final = Code("urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1", "URN", "Digital Signature")
SIGNATURE_TYPE: Final = Code("E1762", "ASTM", "Full Document")
SIGNATURE_FORMAT: Final = Code("http://www.w3.org/2000/09/xmldsig#", "URN", "Default Signature Style")
SIGNATURE_PURPOSE: Final = Code("1.2.840.10065.1.12.1.14", "1.2.840.10065.1.12", "Source")
"""Metadata of the document that signs a lot (dmp, TD2.1), and the purpose that it declares."""

XDS_SD: Final = "1.3.6.1.4.1.19376.1.2.20"
"""templateId of a level 1 document (IHE XDS-SD), which takes the place of the model's."""

_CLASS_OF_LOINC: Final = {
    "10": ("11490-0 34112-3 11488-4 34874-8 67851-6 15507-7 11502-2 60568-3 96349-6 51969-4"),
    "11": "60591-5 18761-7 34133-9",
    "31": "18748-4",
    "42": "55115-0 57833-6 57828-6 57832-8",
    "43": "60593-1",
    "44": "18776-5",
    "45": "80565-5",
    "52": "87273-9 11369-6 89601-9",
    "90": "74465-6",
}
_CLASS_OF_FRENCH: Final = {
    "10": "DOCPAT03 DOCPAT05 DOCPAT06",
    "11": "SYNTH DOCPAT01 DOCPAT08",
    "31": "IMG-KOS DOCPAT04",
    "42": "PRESC-BIO PRESC-KINE PRESC-INF DOCPAT02",
    "43": "DISP_AUT",
    "44": "PROT_ALD",
    "52": "CERT_DECL DOCPAT07",
    "60": "REMB",
    "90": "EXPPAT_1 EXPPAT_2 EXPPAT_3",
    "95": "DOCPAT09",
}
_CLASS_OF_TYPE: Final = {
    (code, system): document_class
    for system, table in ((LOINC, _CLASS_OF_LOINC), (DOCUMENT_TYPES_FR, _CLASS_OF_FRENCH))
    for document_class, codes in table.items()
    for code in codes.split()
}

_FORMAT_OF_MODEL: Final = {
    "1.2.250.1.213.1.1.1.29": ("urn:asip:ci-sis:ldl-ses:2017", FORMATS_FR),
    "1.2.250.1.213.1.1.1.21": ("urn:asip:ci-sis:ldl-ees:2017", FORMATS_FR),
    "1.2.250.1.213.1.1.1.13": ("urn:asip:ci-sis:vsm:2012", FORMATS_FR),
    "1.2.250.1.213.1.1.1.37": ("urn:asip:ci-sis:vac:2019", FORMATS_FR),
    "1.2.250.1.213.1.1.1.46": ("urn:asip:ci-sis:vac-note:2021", FORMATS_FR),
    "1.2.250.1.213.1.1.1.47": ("urn:ans:ci-sis:img-da:2022", FORMATS_FR),
    "1.2.250.1.213.1.1.1.52": ("urn:ans:ci-sis:bio-ep-bio:2022", FORMATS_FR),
    "1.2.250.1.213.1.1.1.39": ("urn:ihe:pharm:pre:2010", FORMATS_IHE),
    "1.2.250.1.213.1.1.1.54": ("urn:ihe:pharm:dis:2010", FORMATS_IHE),
    "1.2.250.1.213.1.1.1.45": ("urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013", FORMATS_IHE),
    "1.2.250.1.213.1.1.1.51": ("urn:ihe:pcc:ips:2020", FORMATS_IHE),
    "1.2.250.1.213.1.1.1.55": ("urn:ihe:lab:xd-lab:2008", FORMATS_IHE),
    "1.2.250.1.213.1.1.1.57": ("urn:ihe:palm:apsr:2016", FORMATS_IHE),
    "1.3.6.1.4.1.19376.1.3.3": ("urn:ihe:lab:xd-lab:2008", FORMATS_IHE),
}
_FORMAT_OF_MEDIA: Final = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "image/tiff": "urn:ihe:iti-fr:xds-sd:tiff:2010",
}

_MODEL_OF_TYPE: Final = {
    ("11490-0", LOINC): ("1.2.250.1.213.1.1.1.29",),
    ("18761-7", LOINC): ("1.2.250.1.213.1.1.1.21",),
    ("11502-2", LOINC): ("1.3.6.1.4.1.19376.1.3.3", "1.2.250.1.213.1.1.1.55"),
    ("SYNTH", DOCUMENT_TYPES_FR): ("1.2.250.1.213.1.1.1.13",),
    ("18748-4", LOINC): ("1.2.250.1.213.1.1.1.45", "1.2.250.1.213.1.1.1.28"),
    ("57833-6", LOINC): ("1.2.250.1.213.1.1.1.39",),
    ("60593-1", LOINC): ("1.2.250.1.213.1.1.1.54",),
    ("74207-2", LOINC): ("1.2.250.1.213.1.1.1.22", "1.2.250.1.213.1.1.1.23", "1.2.250.1.213.1.1.1.24"),
}


def class_of(document_type: Code) -> Code | None:
    """The sharing class of a document type; None when our table does not hold the type."""
    found = _CLASS_OF_TYPE.get((document_type.code, document_type.system))
    return value_set("J57").get(found, DOCUMENT_CLASSES) if found else None


def format_of_model(template: str) -> Code | None:
    """The format of a structured document by the templateId of its model; None when our table does not hold it."""
    found = _FORMAT_OF_MODEL.get(template)
    return value_set("J60").get(*found) if found else None


def format_of_media(media_type: str) -> Code | None:
    """The format of an unstructured (level 1) document by the media type of its body."""
    found = _FORMAT_OF_MEDIA.get(media_type)
    return value_set("J60").get(found, FORMATS_IHE) if found else None


def models_of(document_type: Code) -> tuple[str, ...]:
    """The templateIds of the models of a document type, any of which may be announced; empty when not known."""
    return _MODEL_OF_TYPE.get((document_type.code, document_type.system), ())
