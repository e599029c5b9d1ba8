"""In which form the metadata are written: times, identifiers, patients, references, media types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards.cda.times import read_time
from banc_standards.identifiers import Cx, MalformedIdentifier, oid
from banc_standards.ins import OIDS, Ins, MalformedIns
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xds.model import DocumentEntry, SubmissionSet
from banc_standards.xds.names import DOCUMENT_ENTRY_TYPE
from banc_standards.xds.rules.subject import SubmissionSubject, at_entry, at_lot

_BOOK = RuleBook("Métadonnées XDS, profil français (CI-SIS, DMP)", "XDSRegistryMetadataError")
_TIMES: Final = {
    "creation_time": "creationTime",
    "service_start": "serviceStartTime",
    "service_stop": "serviceStopTime",
}
_REFERENCE_TYPES: Final = frozenset(
    {
        "urn:ihe:iti:xds:2013:accession",
        "urn:ihe:iti:xds:2013:order",
        "urn:ihe:iti:xds:2016:studyInstanceUID",
    }
)
_MIME_TYPES: Final = ("text/xml", "application/xslt+xml", "application/dicom")


def _times(subject: SubmissionSubject) -> Iterator[tuple[SubmissionSet | DocumentEntry, str, str]]:
    lot = subject.submission.set
    if lot and lot.submission_time:
        yield lot, "submissionTime", lot.submission_time
    for entry in subject.submission.entries:
        for attribute, name in _TIMES.items():
            text = getattr(entry, attribute)
            if text:
                yield entry, name, text


def _hit(item: SubmissionSet | DocumentEntry, name: str, found: str, expected: str) -> Hit:
    return at_entry(item, name, found, expected) if isinstance(item, DocumentEntry) else at_lot(name, found, expected)


@_BOOK.rule(
    "XDS-META-015",
    ("Une date s'écrit en chiffres, sans fuseau, et existe.", "A time is digits, without zone, and exists."),
    ("Écrire l'instant en UTC : AAAAMMJJhhmmss.", "Write the instant in UTC: YYYYMMDDhhmmss."),
    at="DTM",
)
def _time_form(subject: SubmissionSubject) -> Iterator[Hit]:
    for item, name, text in _times(subject):
        if not text.isdigit() or read_time(text) is None:
            yield _hit(item, name, text, "AAAAMMJJhhmmss")


@_BOOK.rule(
    "XDS-META-016",
    (
        "Les dates d'envoi et de création sont données à la seconde.",
        "The times of submission and of creation are given to the second.",
    ),
    ("Écrire AAAAMMJJhhmmss.", "Write YYYYMMDDhhmmss."),
    at="DTM",
    severity="warning",
)
def _to_the_second(subject: SubmissionSubject) -> Iterator[Hit]:
    for item, name, text in _times(subject):
        if name in ("submissionTime", "creationTime") and text.isdigit() and len(text) != 14:
            yield _hit(item, name, text, "AAAAMMJJhhmmss")


@_BOOK.rule(
    "XDS-META-017",
    (
        "Les identifiants du lot et du système source sont des OID.",
        "The identifiers of the lot and of the source system are OIDs.",
    ),
    ("Écrire un OID de 64 caractères au plus.", "Write an OID of at most 64 characters."),
    at="SubmissionSet/uniqueId, sourceId",
)
def _lot_oids(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    for name, text in (("uniqueId", lot.unique_id), ("sourceId", lot.source_id)) if lot else ():
        if text and not oid(text):
            yield at_lot(name, text, "OID")


@_BOOK.rule(
    "XDS-META-018",
    (
        "L'identifiant unique d'un document est un OID seul, sans extension ni UUID.",
        "The uniqueId of a document is a plain OID, without extension and no UUID.",
    ),
    (
        "Donner au CDA un id fait d'un OID sans extension, et le recopier.",
        "Give the CDA an id that is an OID without extension, and copy it.",
    ),
    at="DocumentEntry/uniqueId",
    always=True,
)
def _plain_oid(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.unique_id and not oid(entry.unique_id):
            yield at_entry(entry, "uniqueId", entry.unique_id, "OID")


def _patients(subject: SubmissionSubject) -> Iterator[tuple[SubmissionSet | DocumentEntry, str]]:
    lot = subject.submission.set
    for item in (*([lot] if lot else ()), *subject.submission.entries):
        if item.patient_id:
            yield item, item.patient_id


@_BOOK.rule(
    "XDS-META-019",
    (
        "Le patient est désigné par son INS : matricule^^^&OID&ISO^NH.",
        "The patient is named by the INS: matricule^^^&OID&ISO^NH.",
    ),
    (
        "Écrire le matricule de 15 caractères, un OID d'INS et le type NH.",
        "Write the 15-character matricule, an INS OID and the type NH.",
    ),
    at="patientId",
)
def _patient_form(subject: SubmissionSubject) -> Iterator[Hit]:
    for item, text in _patients(subject):
        try:
            cx = Cx.parse(text)
        except MalformedIdentifier:
            yield _hit(item, "patientId", text, "INS^^^&OID&ISO^NH")
            continue
        if cx.authority.oid not in OIDS or cx.type != "NH" or len(cx.value) != 15:
            yield _hit(item, "patientId", text, "INS^^^&OID&ISO^NH")


@_BOOK.rule(
    "XDS-META-020",
    ("La clé du matricule INS est juste.", "The key of the INS matricule is right."),
    ("Reprendre le matricule rendu par INSi.", "Take the matricule that INSi returned."),
    at="patientId",
    severity="warning",
    certainty="deduced",
)
def _patient_key(subject: SubmissionSubject) -> Iterator[Hit]:
    for item, text in _patients(subject):
        try:
            ins = Ins.parse_cx(text)
        except (MalformedIdentifier, MalformedIns):
            continue
        if not ins.verifies:
            yield _hit(item, "patientId", text, "clé")


@_BOOK.rule(
    "XDS-META-021",
    (
        "Le patient est désigné sans date de fin de validité (composante 7), usage ancien.",
        "The patient is named without an expiry date (component 7), an old usage.",
    ),
    ("Retirer ce qui suit NH.", "Remove what follows NH."),
    at="patientId",
    severity="info",
)
def _old_patient(subject: SubmissionSubject) -> Iterator[Hit]:
    for item, text in _patients(subject):
        if text.count("^") > 4:
            yield _hit(item, "patientId", text, "INS^^^&OID&ISO^NH")


@_BOOK.rule(
    "XDS-META-022",
    (
        "Le patient chez la source est un numéro local (PI) ou son INS (NH).",
        "The source's patient id is a local number (PI) or the INS (NH).",
    ),
    ("Écrire IPP^^^&OID&ISO^PI.", "Write IPP^^^&OID&ISO^PI."),
    at="DocumentEntry/sourcePatientId",
)
def _source_patient_id(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        text = entry.source_patient_id
        if not text:
            continue
        try:
            cx = Cx.parse(text)
        except MalformedIdentifier:
            yield at_entry(entry, "sourcePatientId", text, "IPP^^^&OID&ISO^PI")
            continue
        if cx.type != ("NH" if cx.authority.oid in OIDS else "PI"):
            yield at_entry(entry, "sourcePatientId", text, "PI | NH")


@_BOOK.rule(
    "XDS-META-023",
    (
        "L'identité du patient chez la source s'écrit PID-n|valeur.",
        "The source's patient identity is written PID-n|value.",
    ),
    ("Écrire par exemple PID-7|19790328.", "Write for instance PID-7|19790328."),
    at="DocumentEntry/sourcePatientInfo",
)
def _source_patient_form(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for text in entry.source_patient_info:
            if not re.fullmatch(r"PID-[0-9]+\|.*", text):
                yield at_entry(entry, "sourcePatientInfo", text, "PID-n|valeur")


@_BOOK.rule(
    "XDS-META-024",
    (
        "Une référence (demande, accession, examen) s'écrit identifiant^^^&OID&ISO^type.",
        "A reference (order, accession, study) is written id^^^&OID&ISO^type.",
    ),
    ("Prendre le type dans JDV_J231.", "Take the type from JDV_J231."),
    at="DocumentEntry/referenceIdList",
)
def _references(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for text in entry.reference_ids:
            parts = text.split("^")
            if len(parts) < 5 or not parts[0] or parts[4] not in _REFERENCE_TYPES:
                yield at_entry(entry, "referenceIdList", text, "id^^^&OID&ISO^urn:ihe:iti:xds:2013:…")


@_BOOK.rule(
    "XDS-META-025",
    (
        "Le type MIME est celui du document partagé, pas du fichier qu'il enveloppe.",
        "The MIME type is that of the shared document, not of the file that it wraps.",
    ),
    ("Écrire text/xml pour un CDA.", "Write text/xml for a CDA."),
    at="DocumentEntry/mimeType",
)
def _mime_type(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.mime_type and entry.mime_type not in _MIME_TYPES:
            yield at_entry(entry, "mimeType", entry.mime_type, "text/xml")


@_BOOK.rule(
    "XDS-META-026",
    (
        "La langue d'un document est fr-FR ; celle de la signature, art.",
        "The language of a document is fr-FR; that of the signature, art.",
    ),
    ("Corriger languageCode.", "Correct languageCode."),
    at="DocumentEntry/languageCode",
)
def _language(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        expected = "art" if entry.signature else "fr-FR"
        if entry.language and entry.language != expected:
            yield at_entry(entry, "languageCode", entry.language, expected)


@_BOOK.rule(
    "XDS-META-027",
    ("Un document est de type stable.", "A document is of the stable kind."),
    (f"Écrire objectType {DOCUMENT_ENTRY_TYPE}.", f"Write objectType {DOCUMENT_ENTRY_TYPE}."),
    at="DocumentEntry/objectType",
)
def _object_type(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.object_type != DOCUMENT_ENTRY_TYPE:
            yield at_entry(entry, "objectType", entry.object_type, DOCUMENT_ENTRY_TYPE)


RULES = _BOOK.rules
