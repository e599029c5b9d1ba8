"""templateIds of biology (IHE PaLM, CI-SIS CR-BIO and TROD), and which documents the rules of a volet are for."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.read import Document

LAB: Final = "1.3.6.1.4.1.19376.1.3"

REPORT: Final = f"{LAB}.3"
REPORT_FR: Final = "1.2.250.1.213.1.1.1.55"
SCREENING: Final = "1.2.250.1.213.1.1.1.59"
SCREENING_CODE: Final = "96173-0"
MEDICAL_DOCUMENT: Final = "1.3.6.1.4.1.19376.1.5.3.1.1.1"

CHAPTER: Final = f"{LAB}.3.2.1"
SUB_CHAPTER: Final = f"{LAB}.3.2.2"
SECOND_LINE: Final = "1.2.250.1.213.1.1.2.60"
COMMENT_SECTION: Final = "1.3.6.1.4.1.19376.1.4.1.2.16"
REASON_SECTION: Final = "1.2.250.1.213.1.1.2.128"
VACCINATIONS: Final = "1.2.250.1.213.1.1.2.147"
PDF_COPY: Final = "1.2.250.1.213.1.1.2.243"

PROCESSING: Final = f"{LAB}.1"
SPECIMEN: Final = f"{LAB}.1.2"
RECEPTION: Final = f"{LAB}.1.3"
BATTERY: Final = f"{LAB}.1.4"
ISOLATE: Final = f"{LAB}.1.5"
RESULT: Final = f"{LAB}.1.6"
BATTERY_FR: Final = "1.2.250.1.213.1.1.3.78"
ISOLATE_FR: Final = "1.2.250.1.213.1.1.3.79"
RESULT_FR: Final = "1.2.250.1.213.1.1.3.80"

SUBJECT: Final = f"{LAB}.3.1.2.1"
VALIDATOR: Final = f"{LAB}.3.1.5"
LABORATORY: Final = f"{LAB}.3.1.7"


def is_report(document: Document) -> bool:
    """Whether the document is a structured laboratory report: one of its two models is announced."""
    models = document.models
    return (REPORT in models or REPORT_FR in models) and document.level == "N3"


def version_of(document: Document) -> str:
    """The version of the report's model (``2024.01``), empty when the document does not say it."""
    return next((item.extension for item in document.templates if item.root == REPORT_FR), "")


def is_first_version(document: Document) -> bool:
    """Whether the report is of the model 2021.01: it says so, or says no version and holds no PDF copy of itself."""
    version = version_of(document)
    return version == "2021.01" or (not version and PDF_COPY not in document.carriers)


def is_screening(document: Document) -> bool:
    """Whether the document is a structured report of a rapid test: by its model, or by its code."""
    models = document.models
    return (
        SCREENING in models or (MEDICAL_DOCUMENT in models and document.attribute("code", "code") == SCREENING_CODE)
    ) and document.level == "N3"
