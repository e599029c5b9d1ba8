"""The usual short names of the volets of the CI-SIS: by the model that a document announces, and by document code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from banc_standards.terminology.oids import DOCUMENT_TYPES_FR, LOINC

FRENCH_MODELS: Final = "1.2.250.1.213.1.1.1."

BY_MODEL: Final[Mapping[str, str]] = {
    **{
        FRENCH_MODELS + last: name
        for last, name in {
            "2.1.1": "F-PRC-AVK",
            "2.1.2": "F-PRC-TAP",
            "2.1.3": "F-PRC-DCI",
            "2.1.4": "F-PRC-PSC",
            "2.1.5": "F-PRC-PPV",
            "2.1": "F-PRC",
            "5.1": "CS8",
            "5.2": "CS9",
            "5.3": "CS24",
            "5.4": "MDE",
            "8": "FRCP",
            "12.1": "SAP",
            "12.2": "SNM",
            "12.3": "SNE",
            "12.4": "SCM",
            "12.5": "SEM",
            "13": "VSM",
            "15": "AUNV",
            "16": "EUNV",
            "17": "SUNV",
            "21": "LDL-EES",
            "22": "DLU",
            "23": "FLUDT",
            "24": "FLUDR",
            "25": "PAVC",
            "26": "PPS",
            "27": "D2LM-FIN",
            "28": "D2LM-FIDD",
            "29": "LDL-SES",
            "30": "SDM-MR",
            "32": "CR-GM",
            "36": "CNAM-HR",
            "37": "VAC",
            "38": "TLM-DA",
            "39": "eP-MED-DM",
            "40": "CR-ANEST",
            "41": "CR-CPA",
            "42": "OPH-BRE",
            "45": "IMG-CR-IMG",
            "46": "VAC-NOTE",
            "47": "IMG-DA-IMG",
            "51": "IPS-FR",
            "54": "eDISP-MED",
            "55": "CR-BIO",
            "59": "TROD",
        }.items()
    },
    "1.3.6.1.4.1.19376.1.3.3": "CR-BIO",
}

RENAMED: Final[Mapping[tuple[str, str], str]] = {(f"{FRENCH_MODELS}12.5", "2022.01"): "SCE"}
"""What a model was called in one of its versions, where another volet took it over."""

BY_CODE: Final[Mapping[tuple[str, str], str]] = {
    ("11490-0", LOINC): "LDL-SES",
    ("18761-7", LOINC): "LDL-EES",
    ("11502-2", LOINC): "CR-BIO",
    ("SYNTH", DOCUMENT_TYPES_FR): "VSM",
    ("18748-4", LOINC): "IMG-CR-IMG",
    ("55115-0", LOINC): "IMG-DA-IMG",
    ("57833-6", LOINC): "eP-MED-DM",
    ("60593-1", LOINC): "eDISP-MED",
    ("74207-2", LOINC): "DLU",
    ("75492-9", LOINC): "CR-RTN",
    ("77436-4", LOINC): "CR-ANEST",
    ("34749-2", LOINC): "CR-CPA",
    ("78513-9", LOINC): "OPH-BRE",
    ("85208-7", LOINC): "TLM-CR",
    ("75496-0", LOINC): "TLM-DA",
    ("87273-9", LOINC): "VAC-NOTE",
    ("11369-6", LOINC): "VAC",
    ("96173-0", LOINC): "TROD",
    ("51969-4", LOINC): "CR-GM",
    ("34794-8", LOINC): "FRCP",
    ("29274-8", LOINC): "MDE",
    ("REMB", DOCUMENT_TYPES_FR): "CNAM-HR",
    ("57055-6", LOINC): "SAP",
    ("57057-2", LOINC): "SNM",
    ("57075-4", LOINC): "SNE",
    ("89235-6", LOINC): "SCM",
    ("78489-2", LOINC): "SEM",
}
"""What a document without a model is, by its code: only the codes that one volet uses, or one before all others."""


def name_of(model: str, version: str) -> str:
    """The short name of the volet of a model, in a version (the extension of the templateId). Raises ``KeyError``."""
    return RENAMED.get((model, version)) or BY_MODEL[model]
