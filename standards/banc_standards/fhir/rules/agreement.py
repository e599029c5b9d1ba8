"""A document's entry and the CDA that it carries: the same identifier, type, patient, confidentiality, title, act."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any

from banc_standards.cda.read import CdaRefused, read
from banc_standards.cda.read import Document as Clinical
from banc_standards.errors import BancError
from banc_standards.fhir.names import CONFIDENTIALITY
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.documents import bytes_of
from banc_standards.fhir.rules.patient import INS_SYSTEMS
from banc_standards.fhir.subject import Resource, at, codings, items, text
from banc_standards.rules import Hit
from banc_standards.xml import XmlRefused

_BOOK = FhirBook("CI-SIS, correspondance CDA et DocumentReference (PDSm 3.1.1)", "DocumentReference")


@lru_cache(maxsize=8)
def _clinical(content: bytes) -> Clinical | None:
    if b"ClinicalDocument" not in content[:4096]:
        return None
    try:
        document = read(content)
    except (CdaRefused, XmlRefused, BancError):
        return None
    return document if len(document.root) else None


def _pairs(resource: Resource) -> Iterator[tuple[int, dict[str, Any], Clinical]]:
    """Each content whose bytes are at hand and are a CDA document."""
    for number, content in items(resource.data, "content"):
        attachment = at(content, "attachment")
        there = bytes_of(resource, attachment) if isinstance(attachment, dict) else None
        document = _clinical(there[0]) if there is not None else None
        if document is not None and isinstance(attachment, dict):
            yield number, attachment, document


@_BOOK.rule(
    "FHIR-CDA-001",
    (
        "L'identifiant unique de la fiche est celui du document CDA.",
        "The unique identifier of the entry is that of the CDA document.",
    ),
    ("Écrire urn:oid: et la racine de l'id du CDA.", "Write urn:oid: and the root of the id of the CDA."),
    at="masterIdentifier",
)
def _same_id(resource: Resource) -> Iterator[Hit]:
    told = text(resource.data, "masterIdentifier", "value")
    for _, _, document in _pairs(resource):
        root, extension = document.id.root, document.id.extension
        if not told or not root:
            continue
        bare = told.removeprefix("urn:oid:").removeprefix("urn:uuid:")
        known = {root.lower(), f"{root}^{extension}".lower(), f"{root}.{extension}".lower()}
        if bare.lower() not in known:
            expected = f"urn:oid:{root}" + (f" + {extension}" if extension else "")
            yield resource.hit("masterIdentifier", "value", found=told, expected=expected)


@_BOOK.rule(
    "FHIR-CDA-002",
    ("Le type de la fiche est celui du document CDA.", "The type of the entry is that of the CDA document."),
    ("Reprendre le code du document.", "Take the code of the document."),
    at="type",
)
def _same_type(resource: Resource) -> Iterator[Hit]:
    known = {text(one, "code") for one in codings(resource.data.get("type"))}
    for _, _, document in _pairs(resource):
        if document.code is not None and document.code.code and known and document.code.code not in known:
            yield resource.hit("type", found=", ".join(sorted(known)), expected=document.code.code)


@_BOOK.rule(
    "FHIR-CDA-003",
    ("La fiche et le document CDA parlent du même patient.", "The entry and the CDA document speak of one patient."),
    ("Corriger l'INS de l'un des deux.", "Correct the INS of one of the two."),
    at="subject",
)
def _same_patient(resource: Resource) -> Iterator[Hit]:
    for _, _, document in _pairs(resource):
        ins = document.patient.ins
        if ins is None:
            continue
        wanted = f"urn:oid:{ins.oid}|{ins.value}"
        for steps, told in _told_patients(resource):
            if told != wanted:
                yield resource.hit(*steps, found=told, expected=wanted)


def _told_patients(resource: Resource) -> Iterator[tuple[tuple[str | int, ...], str]]:
    condition = text(resource.data, "subject", "reference").partition("?identifier=")[2].partition("&")[0]
    if condition.partition("|")[0] in INS_SYSTEMS:
        yield ("subject", "reference"), condition
    for number, one in items(resource.data, "contained"):
        if text(one, "resourceType") != "Patient":
            continue
        for place, identifier in items(one, "identifier"):
            if text(identifier, "system") in INS_SYSTEMS and identifier.get("use") != "old":
                where = ("contained", number, "identifier", place)
                yield where, f"{text(identifier, 'system')}|{text(identifier, 'value')}"


@_BOOK.rule(
    "FHIR-CDA-004",
    (
        "Le niveau de confidentialité de la fiche est celui du document CDA.",
        "The level of confidentiality of the entry is that of the CDA document.",
    ),
    ("Reprendre le code du document.", "Take the code of the document."),
    at="securityLabel",
)
def _same_level(resource: Resource) -> Iterator[Hit]:
    told = {
        text(coding, "code")
        for _, label in items(resource.data, "securityLabel")
        for coding in codings(label)
        if text(coding, "system") == CONFIDENTIALITY
    }
    for _, _, document in _pairs(resource):
        level = document.confidentiality
        if level is not None and level.code and told and level.code not in told:
            yield resource.hit("securityLabel", found=", ".join(sorted(told)), expected=level.code)


@_BOOK.rule(
    "FHIR-CDA-005",
    ("Le titre de la fiche est celui du document CDA.", "The title of the entry is that of the CDA document."),
    ("Reprendre le titre du document.", "Take the title of the document."),
    at="content.attachment.title",
    severity="warning",
    certainty="deduced",
)
def _same_title(resource: Resource) -> Iterator[Hit]:
    for number, attachment, document in _pairs(resource):
        told = text(attachment, "title")
        if told and document.title and told.split() != document.title.split():
            yield resource.hit("content", number, "attachment", "title", found=told, expected=document.title)


@_BOOK.rule(
    "FHIR-CDA-006",
    (
        "Le début de l'acte de la fiche est celui du document CDA.",
        "The start of the act of the entry is that of the CDA document.",
    ),
    ("Reprendre le début de l'acte principal (serviceEvent).", "Take the start of the main act (serviceEvent)."),
    at="context.period.start",
)
def _same_start(resource: Resource) -> Iterator[Hit]:
    told = text(resource.data, "context", "period", "start")
    for _, _, document in _pairs(resource):
        lows = [event.low for event in document.events if event.low]
        if told and lows and not any(_same_time(told, low) for low in lows):
            yield resource.hit("context", "period", "start", found=told, expected=lows[0])


@_BOOK.rule(
    "FHIR-CDA-007",
    (
        "La date de création de la fiche est celle du document CDA.",
        "The creation time of the entry is that of the CDA document.",
    ),
    ("Reprendre effectiveTime du document.", "Take the effectiveTime of the document."),
    at="content.attachment.creation",
    severity="warning",
    certainty="deduced",
)
def _same_creation(resource: Resource) -> Iterator[Hit]:
    for number, attachment, document in _pairs(resource):
        told = text(attachment, "creation")
        if told and document.created and not _same_time(told, document.created):
            yield resource.hit("content", number, "attachment", "creation", found=told, expected=document.created)


def _same_time(told: str, clinical: str) -> bool:
    """Whether a dateTime and an HL7 time say the same, as far as the less precise of the two goes; True in doubt."""
    digits = "".join(c for c in told[:19] if c.isdigit())
    other = "".join(c for c in clinical.partition("+")[0].partition("-")[0].partition(".")[0] if c.isdigit())
    size = min(len(digits), len(other))
    if digits[:size] == other[:size]:
        return True
    if size <= 8:
        return False
    try:
        first = datetime.fromisoformat(told)
        last = datetime.strptime(clinical[:14] + clinical[-5:], "%Y%m%d%H%M%S%z")
    except ValueError:
        return True
    return first.tzinfo is None or first == last


RULES = _BOOK.rules
