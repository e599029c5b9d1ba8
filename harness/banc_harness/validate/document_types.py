"""The usual short name of a clinical document's type: by the model that it announces, else by its code."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.names import CI_SIS
from banc_standards.cda.read import Document
from banc_standards.terminology.documents import XDS_SD
from banc_standards.terminology.oids import DOCUMENT_TYPES_FR, LOINC

_MODELS: Final = "1.2.250.1.213.1.1.1."

_BY_MODEL: Final = {
    _MODELS + last: name
    for last, name in {
        "2.1.1": "F-PRC-AVK",
        "2.1.5": "F-PRC-PPV",
        "2.1": "F-PRC",
        "5.1": "CS8",
        "5.2": "CS9",
        "5.3": "CS24",
        "5.4": "MDE",
        "8": "FRCP",
        "12.1": "SAP",
        "12.3": "SNE",
        "12.5": "SEM",
        "13": "VSM",
        "15": "AUNV",
        "17": "SUNV",
        "21": "LDL-EES",
        "22": "DLU",
        "23": "FLUDT",
        "24": "FLUDR",
        "25": "PAVC",
        "26": "PPS",
        "28": "D2LM-FIDD",
        "29": "LDL-SES",
        "30": "SDM-MR",
        "32": "CR-GM",
        "36": "CNAM-HR",
        "37": "VAC",
        "38": "TLM-DA",
        "39": "eP-MED-DM",
        "45": "IMG-CR-IMG",
        "46": "VAC-NOTE",
        "47": "IMG-DA-IMG",
        "54": "eDISP-MED",
        "55": "CR-BIO",
        "59": "TROD",
    }.items()
}
_BY_MODEL["1.3.6.1.4.1.19376.1.3.3"] = "CR-BIO"

_BY_CODE: Final = {
    ("11490-0", LOINC): "LDL-SES",
    ("18761-7", LOINC): "LDL-EES",
    ("11502-2", LOINC): "CR-BIO",
    ("SYNTH", DOCUMENT_TYPES_FR): "VSM",
    ("18748-4", LOINC): "IMG-CR-IMG",
    ("55115-0", LOINC): "IMG-DA-IMG",
    ("57833-6", LOINC): "eP-MED-DM",
    ("60593-1", LOINC): "eDISP-MED",
    ("74207-2", LOINC): "DLU",
    ("85208-7", LOINC): "TLM-CR",
    ("75496-0", LOINC): "TLM-DA",
    ("87273-9", LOINC): "VAC-NOTE",
    ("11369-6", LOINC): "VAC",
    ("96173-0", LOINC): "TROD",
    ("51969-4", LOINC): "CR-GM",
}
_FIRST_SUMMARY: Final = "201310"
"""The extension that the model VSM 1.4 carries in place of a version."""


def named(document: Document) -> tuple[str | None, str]:
    """The short name of a document's type, and the version of the volet that it announces (empty: none).

    A level 1 document carries no model: its code names it. A code alone says nothing of a document of another country.
    """
    known = [template for template in document.templates if template.root in _BY_MODEL]
    if known:
        closest = max(known, key=lambda template: len(template.root) if template.root.startswith(_MODELS) else 0)
        name = _BY_MODEL[closest.root]
        version = closest.extension
        return name, "1.4" if name == "VSM" and version == _FIRST_SUMMARY else version
    roots = {template.root for template in document.templates}
    if document.code is None or roots.isdisjoint((CI_SIS, XDS_SD)):
        return None, ""
    return _BY_CODE.get((document.code.code, document.code.system)), ""
