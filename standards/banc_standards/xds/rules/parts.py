"""The bytes of a submission: present, whole, what they claim, and of one patient.

What the registry must remember to judge (known uniqueIds, entries to replace) is in ``banc_standards.dmp``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.xds.rules.subject import SubmissionSubject, at_entry, at_lot

_BOOK = RuleBook("IHE ITI TF-2 et TF-3, ITI-41", "XDSRepositoryMetadataError")


@_BOOK.rule(
    "XDS-PART-001",
    ("Chaque entrée a ses octets.", "Every entry has its bytes."),
    ("Ajouter xds:Document de même id que l'ExtrinsicObject.", "Add an xds:Document with the ExtrinsicObject's id."),
    code="XDSMissingDocument",
    always=True,
)
def _missing_part(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if subject.part_of(entry) is None:
            yield at_entry(entry, "Document", "", entry.id)


@_BOOK.rule(
    "XDS-PART-002",
    ("Chaque document transmis a son entrée.", "Every document sent has its entry."),
    ("Ajouter l'ExtrinsicObject de même id.", "Add the ExtrinsicObject with the same id."),
    code="XDSMissingDocumentMetadata",
    always=True,
)
def _missing_entry(subject: SubmissionSubject) -> Iterator[Hit]:
    used = {subject.part_of(entry) for entry in subject.submission.entries}
    for part in subject.documents:
        if part not in used:
            yield Hit(f"Document[{part}]", found=part, expected="ExtrinsicObject")


@_BOOK.rule(
    "XDS-PART-003",
    (
        "L'id d'un document et celui de son entrée sont écrits avec les mêmes majuscules.",
        "The id of a document and that of its entry are written in the same case.",
    ),
    ("Écrire le même id des deux côtés.", "Write the same id on both sides."),
    severity="warning",
)
def _case(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        part = subject.part_of(entry)
        if part is not None and part != entry.id:
            yield at_entry(entry, "Document", part, entry.id)


@_BOOK.rule(
    "XDS-PART-004",
    ("Un document n'est pas vide.", "A document is not empty."),
    ("Envoyer les octets du document.", "Send the bytes of the document."),
    at="DMP EX_GEN-1060",
    code="InvalidDocumentContent",
)
def _empty(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if subject.content(entry) == b"":
            yield at_entry(entry, "Document", "0", "> 0")


@_BOOK.rule(
    "XDS-PART-005",
    ("Chaque id n'est employé qu'une fois dans la requête.", "Every id is used once in the request."),
    ("Numéroter les objets et les documents.", "Number the objects and the documents."),
    code="XDSRegistryMetadataError",
)
def _ids(subject: SubmissionSubject) -> Iterator[Hit]:
    submission = subject.submission
    objects = [entry.id for entry in submission.entries] + [link.id for link in submission.associations]
    if submission.set:
        objects.append(submission.set.id)
    for kind, ids in (("RegistryObjectList", objects), ("Document", submission.documents)):
        for name, number in Counter(ids).items():
            if number > 1 and name:
                yield Hit(f"{kind}[{name}]", found=str(number), expected="1")


@_BOOK.rule(
    "XDS-PART-006",
    (
        "L'empreinte déclarée est celle des octets (SHA-1, hexadécimal).",
        "The hash declared is that of the bytes (SHA-1, hexadecimal).",
    ),
    ("Calculer hash sur les octets envoyés.", "Compute hash over the bytes sent."),
    always=True,
)
def _hash(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        content = subject.content(entry)
        if content is not None and entry.hash is not None:
            computed = hashlib.sha1(content, usedforsecurity=False).hexdigest()
            if entry.hash.lower() != computed:
                yield at_entry(entry, "hash", entry.hash, computed)


@_BOOK.rule(
    "XDS-PART-007",
    ("La taille déclarée est celle des octets.", "The size declared is that of the bytes."),
    ("Compter les octets envoyés.", "Count the bytes sent."),
    always=True,
)
def _size(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        content = subject.content(entry)
        if content is not None and entry.size is not None and entry.size != str(len(content)):
            yield at_entry(entry, "size", entry.size, str(len(content)))


@_BOOK.rule(
    "XDS-PART-008",
    ("Un document est un CDA bien formé.", "A document is a well-formed CDA."),
    (
        "Envoyer un ClinicalDocument, ou application/dicom pour un KOS.",
        "Send a ClinicalDocument, or application/dicom for a KOS.",
    ),
    at="DMP, documents",
    code="InvalidDocumentContent",
    always=True,
)
def _clinical(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.contents:
        error = subject.refused(entry)
        if error is not None:
            yield Hit(f"DocumentEntry[{entry.id}]/Document", found=error.code, expected="CDA R2", line=error.line)


@_BOOK.rule(
    "XDS-DUP-001",
    ("Un uniqueId n'est employé qu'une fois dans la requête.", "A uniqueId is used once in the request."),
    ("Donner à chaque objet son propre OID.", "Give each object its own OID."),
    code="XDSRegistryDuplicateUniqueIdInMessage",
    always=True,
)
def _duplicate(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    seen = {lot.unique_id} if lot else set()
    for entry in subject.submission.entries:
        if entry.unique_id and entry.unique_id in seen:
            yield at_entry(entry, "uniqueId", entry.unique_id, "OID nouveau")
        seen.add(entry.unique_id)


@_BOOK.rule(
    "XDS-PAT-001",
    ("Le lot et ses documents désignent le même patient.", "The lot and its documents name the same patient."),
    ("Écrire le même INS et le même OID partout.", "Write the same INS and OID everywhere."),
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _one_patient(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    if lot is None or not lot.patient_id:
        return
    for entry in subject.submission.entries:
        if entry.patient_id and _patient(entry.patient_id) != _patient(lot.patient_id):
            yield at_entry(entry, "patientId", entry.patient_id, lot.patient_id)


@_BOOK.rule(
    "XDS-PAT-002",
    ("Le patient du lot est celui du VIHF.", "The patient of the lot is that of the VIHF."),
    (
        "Écrire dans resource-id et dans patientId le même INS, le même OID et ^NH.",
        "Write the same INS, OID and ^NH in resource-id and in patientId.",
    ),
    code="XDSPatientIdDoesNotMatch",
    always=True,
)
def _vihf_patient(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    if lot is None or not lot.patient_id or subject.vihf is None:
        return
    named = subject.vihf.resource_id or ""
    if _patient(named) != _patient(lot.patient_id):
        yield at_lot("patientId", lot.patient_id, named)


def _patient(text: str) -> tuple[str, ...]:
    """The components of a CX that say who: number, authority, type; an old expiry date says nothing."""
    return tuple(text.split("^")[:5])


RULES = _BOOK.rules
