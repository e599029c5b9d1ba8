"""Checks of the documents themselves, judged again from their bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from banc_harness.checks import check
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit

if TYPE_CHECKING:
    from banc_standards.cda.read import Document

SUBMISSIONS = Selection(operation="dmp.TD2.1")


@check(
    id="CHK-DOC-001",
    requirements=["SBX-DOC-01"],
    on=SUBMISSIONS,
    text=Sentence(
        "Le document suit l'en-tête commun du CI-SIS et le volet qu'il annonce.",
        "The document follows the common header of the CI-SIS and the volet that it announces.",
    ),
    clause="CI-SIS structuration minimale ; volets LDL-SES 2022.01 et CR-BIO 2024.01",
    fix=Sentence("corrigez chaque écart relevé dans le CDA", "correct each difference noted in the CDA"),
)
def conforming_document(trace: Trace) -> Iterator[Finding]:
    """Every CDA rule, on every document that was sent."""
    from banc_standards.cda.rules import ENGINE

    for exchange in trace.selected:
        for document in exchange.cdas:
            for rule, hit in ENGINE.judge(document):
                yield rule.finding(replace(hit, location=exchange.place(hit.location)), trace.lang)


@check(
    id="CHK-DOC-002",
    requirements=["DOC/va1.08"],
    on=SUBMISSIONS,
    scenarios=("UC1.02",),
    text=Sentence(
        "La lettre de niveau 1 est un PDF en base64 sous l'en-tête CDA.",
        "The level 1 letter is a base64 PDF under the CDA header.",
    ),
    clause="DOC/va1.08 ; CI-SIS structuration minimale, corps non structuré",
    fix=Sentence(
        "mettez le PDF dans nonXMLBody/text, mediaType application/pdf, representation B64",
        "put the PDF into nonXMLBody/text, mediaType application/pdf, representation B64",
    ),
)
def level_1_letter(trace: Trace) -> Iterator[Hit]:
    """The documents of this scenario are of level 1, typed as a discharge letter."""
    for exchange in trace.selected:
        for document in exchange.cdas:
            if document.level != "N1":
                yield Hit(exchange.place("component"), found=str(document.level), expected="N1")
            if document.media_type != "application/pdf":
                yield Hit(exchange.place("text/@mediaType"), found=document.media_type, expected="application/pdf")
            if document.code is None or document.code.code != DISCHARGE_LETTER:
                yield Hit(exchange.place("code"), found=_code(document), expected=DISCHARGE_LETTER)


@check(
    id="CHK-DOC-003",
    requirements=["DOC/va1.07"],
    on=SUBMISSIONS,
    scenarios=("UC1.02",),
    text=Sentence(
        "L'en-tête de la lettre porte l'INS du patient.", "The header of the letter carries the patient's INS."
    ),
    clause="DOC/va1.07 ; CI-SIS structuration minimale, patientRole/id",
    fix=Sentence(
        "écrivez un patientRole/id avec l'OID et le matricule (15 caractères) rendus par INSi",
        "write a patientRole/id with the OID and the 15-character matricule that INSi returned",
    ),
)
def ins_in_the_header(trace: Trace) -> Iterator[Hit]:
    """The INS of the document is that of the submission."""
    for exchange in trace.selected:
        for document in exchange.cdas:
            ins = document.patient.ins
            if ins is None or ins.value != exchange.fact("ins"):
                found = "(absent)" if ins is None else ins.value
                yield Hit(exchange.place("patientRole/id"), found=found, expected=str(exchange.fact("ins")))


DISCHARGE_LETTER = "11490-0"


def _code(document: Document) -> str:
    return "(absent)" if document.code is None else document.code.code
