"""Which metadata a submission has, and how many."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, holds
from banc_standards.xds.read import XdsRefused
from banc_standards.xds.rules.subject import SubmissionSubject, at_entry, at_lot

_BOOK = RuleBook(
    "Métadonnées XDS, profil français (CI-SIS, volet Partage de documents ; DMP)", "XDSRegistryMetadataError"
)

MOST_OBJECTS: Final = 1_000
_LOT: Final = {
    "submission_time": "submissionTime",
    "authors": "author",
    "content_type": "contentTypeCode",
    "source_id": "sourceId",
}
_ENTRY: Final = {
    "mime_type": "mimeType",
    "creation_time": "creationTime",
    "language": "languageCode",
    "legal_authenticator": "legalAuthenticator",
    "service_start": "serviceStartTime",
    "source_patient_id": "sourcePatientId",
    "title": "title",
    "authors": "author",
    "class_code": "classCode",
    "type_code": "typeCode",
    "confidentiality": "confidentialityCode",
    "format_code": "formatCode",
    "facility_type": "healthcareFacilityTypeCode",
    "practice_setting": "practiceSettingCode",
}
_BOOK.add(
    "XDS-META-001",
    ("La requête porte un RegistryObjectList.", "The request carries a RegistryObjectList."),
    (
        "Envoyer ProvideAndRegisterDocumentSetRequest/SubmitObjectsRequest/RegistryObjectList.",
        "Send ProvideAndRegisterDocumentSetRequest/SubmitObjectsRequest/RegistryObjectList.",
    ),
    holds,
    at="ITI-41",
    always=True,
)


def refusal(error: XdsRefused) -> Hit:
    """The hit of a request that the reader refused."""
    return Hit("/", found=error.found, expected="RegistryObjectList")


@_BOOK.rule(
    "XDS-META-002",
    ("La requête porte un lot (SubmissionSet) et un seul.", "The request carries exactly one submission set."),
    (
        "Classer un RegistryPackage par urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd.",
        "Classify one RegistryPackage by urn:uuid:a54d6aa5-d40d-43f9-88c5-b4633d873bdd.",
    ),
    at="SubmissionSet",
    always=True,
)
def _one_lot(subject: SubmissionSubject) -> Iterator[Hit]:
    submission = subject.submission
    number = submission.extra_sets + (submission.set is not None)
    if number != 1:
        yield Hit("SubmissionSet", found=str(number), expected="1")


@_BOOK.rule(
    "XDS-META-003",
    ("Le lot contient au moins un document.", "The lot holds at least one document."),
    ("Ajouter un ExtrinsicObject par document.", "Add one ExtrinsicObject per document."),
    at="DocumentEntry",
)
def _some_document(subject: SubmissionSubject) -> Iterator[Hit]:
    if not subject.submission.contents:
        yield Hit("DocumentEntry", found="0", expected="1..*")


@_BOOK.rule(
    "XDS-META-004",
    (
        "La requête ne porte que des objets du DMP.",
        "The request carries only the objects that the DMP uses.",
    ),
    ("Retirer classeurs (Folder) et autres objets.", "Remove folders and other objects."),
    at="RegistryObjectList",
    severity="warning",
    certainty="deduced",
)
def _other_objects(subject: SubmissionSubject) -> Iterator[Hit]:
    for name in subject.submission.others:
        yield Hit("RegistryObjectList", found=name, expected="RegistryPackage, ExtrinsicObject, Association")


@_BOOK.rule(
    "XDS-META-006",
    (
        f"La requête porte {MOST_OBJECTS} objets au plus.",
        f"The request carries at most {MOST_OBJECTS} objects.",
    ),
    ("Envoyer plusieurs lots.", "Send several submissions."),
    at="RegistryObjectList (limite du banc)",
    certainty="deduced",
    always=True,
)
def few_objects(subject: SubmissionSubject) -> Iterator[Hit]:
    """What is wrong with a submission of so many objects that a registry must not even look them up."""
    submission = subject.submission
    number = len(submission.entries) + len(submission.associations) + len(submission.others)
    if number > MOST_OBJECTS:
        yield Hit("RegistryObjectList", found=str(number), expected=f"<= {MOST_OBJECTS}")


@_BOOK.rule(
    "XDS-META-005",
    (
        "Le lot et ses documents disent qui ils sont (uniqueId) et de qui ils parlent (patientId).",
        "The lot and its documents say who they are (uniqueId) and who they are about (patientId).",
    ),
    ("Ajouter l'ExternalIdentifier.", "Add the ExternalIdentifier."),
    at="ExternalIdentifier",
    always=True,
)
def _identified(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    for name, value in (("patientId", lot.patient_id), ("uniqueId", lot.unique_id)) if lot else ():
        if not value:
            yield at_lot(name, "", "1")
    for entry in subject.submission.entries:
        for name, value in (("patientId", entry.patient_id), ("uniqueId", entry.unique_id)):
            if not value:
                yield at_entry(entry, name, "", "1")


@_BOOK.rule(
    "XDS-META-010",
    ("Le lot a toutes ses métadonnées obligatoires.", "The lot has every mandatory attribute."),
    ("Ajouter l'attribut.", "Add the attribute."),
    at="SubmissionSet",
)
def _lot_attributes(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    for attribute, name in _LOT.items() if lot else ():
        if not getattr(lot, attribute):
            yield at_lot(name, "", "1")


@_BOOK.rule(
    "XDS-META-011",
    ("Un document a toutes ses métadonnées obligatoires.", "A document has every mandatory attribute."),
    ("Ajouter l'attribut.", "Add the attribute."),
    at="DocumentEntry",
)
def _entry_attributes(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for attribute, name in _ENTRY.items():
            if not getattr(entry, attribute):
                yield at_entry(entry, name, "", "1")


@_BOOK.rule(
    "XDS-META-012",
    ("Un attribut à valeur unique n'est donné qu'une fois.", "A single-valued attribute is given once."),
    ("N'en garder qu'un.", "Keep one."),
    at="Slot, Classification, ExternalIdentifier",
)
def _repeated(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    for name in lot.repeated if lot else ():
        yield at_lot(name, "2", "0..1")
    for entry in subject.submission.entries:
        for name in entry.repeated:
            yield at_entry(entry, name, "2", "0..1")
    for link in subject.submission.associations:
        for name in link.repeated:
            yield Hit(f"Association[{link.id}]/{name}", found="2", expected="0..1")


@_BOOK.rule(
    "XDS-META-013",
    (
        "Un document déclare son empreinte et sa taille ; absentes, le serveur les calcule.",
        "A document declares its hash and size; when absent the server computes them.",
    ),
    ("Ajouter hash (SHA-1, hexadécimal) et size (octets).", "Add hash (SHA-1, hexadecimal) and size (bytes)."),
    at="DocumentEntry",
    severity="info",
    certainty="uncertain",
)
def _hash_and_size(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for name in ("hash", "size"):
            if getattr(entry, name) is None:
                yield at_entry(entry, name, "", "1")


@_BOOK.rule(
    "XDS-META-014",
    (
        "Un document donne l'identité du patient telle que la source la connaît.",
        "A document gives the patient's identity as the source knows it.",
    ),
    ("Ajouter sourcePatientInfo (PID-5, PID-7, PID-8).", "Add sourcePatientInfo (PID-5, PID-7, PID-8)."),
    at="DocumentEntry/sourcePatientInfo",
    severity="info",
    certainty="uncertain",
)
def _source_patient(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.contents:
        if not entry.source_patient_info:
            yield at_entry(entry, "sourcePatientInfo", "", "1")


RULES = _BOOK.rules
