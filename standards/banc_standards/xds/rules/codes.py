"""Which codes the metadata carry, and how a document is made visible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.documents import (
    SIGNATURE_CLASS,
    SIGNATURE_FORMAT,
    SIGNATURE_PURPOSE,
    SIGNATURE_TYPE,
    class_of,
)
from banc_standards.terminology.oids import ACTIVITY_TYPES, FACILITY_TYPES, HL7_CONFIDENTIALITY, NON_PROFESSIONAL
from banc_standards.xds.rules.subject import SubmissionSubject, at_entry, at_lot

_BOOK = RuleBook("Métadonnées XDS, profil français, jeux de valeurs du DMP", "XDSRegistryMetadataError")

MASKED: Final = "MASQUE_PS"
HIDDEN: Final = "INVISIBLE_PATIENT"
HIDDEN_FROM_GUARDIANS: Final = "INVISIBLE_REPRESENTANTS_LEGAUX"
_CONTENT_TYPE_SYSTEMS: Final = (ACTIVITY_TYPES, FACILITY_TYPES, NON_PROFESSIONAL)


def _show(code: Code) -> str:
    return f"{code.code} ({code.system})"


@_BOOK.rule(
    "XDS-CODE-001",
    ("Le type d'un document est de JDV_J07, avec son système.", "A document's type is of JDV_J07, with its system."),
    ("Prendre code et système dans JDV_J07.", "Take code and system from JDV_J07."),
    at="DocumentEntry/typeCode",
)
def _type(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.type_code and entry.type_code not in value_set("J07"):
            yield at_entry(entry, "typeCode", _show(entry.type_code), "JDV J07")


@_BOOK.rule(
    "XDS-CODE-002",
    ("La classe d'un document est de JDV_J57, avec son système.", "A document's class is of JDV_J57, with its system."),
    ("Prendre code et système dans JDV_J57.", "Take code and system from JDV_J57."),
    at="DocumentEntry/classCode",
)
def _class(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.class_code and entry.class_code not in value_set("J57"):
            yield at_entry(entry, "classCode", _show(entry.class_code), "JDV J57")


@_BOOK.rule(
    "XDS-CODE-003",
    (
        "La classe d'un document découle de son type (ASS_X16).",
        "A document's class follows from its type (ASS_X16).",
    ),
    ("Dériver classCode de typeCode.", "Derive classCode from typeCode."),
    at="DocumentEntry/classCode",
    severity="warning",
)
def _class_of_type(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.contents:
        expected = class_of(entry.type_code) if entry.type_code else None
        if expected and entry.class_code and entry.class_code.code != expected.code:
            yield at_entry(entry, "classCode", entry.class_code.code, expected.code)


@_BOOK.rule(
    "XDS-CODE-004",
    ("Un format connu porte son propre système.", "A known format carries its own system."),
    ("Prendre code et système dans JDV_J60.", "Take code and system from JDV_J60."),
    at="DocumentEntry/formatCode",
)
def _format_system(subject: SubmissionSubject) -> Iterator[Hit]:
    formats = value_set("J60")
    for entry in subject.submission.entries:
        code = entry.format_code
        if code and code.code in formats.codes and code not in formats:
            yield at_entry(entry, "formatCode", _show(code), formats.get(code.code).system)


@_BOOK.rule(
    "XDS-CODE-005",
    (
        "Le format est l'un de ceux que connaît ce banc ; JDV_J60 en contient d'autres.",
        "The format is one that this bench knows; JDV_J60 holds others.",
    ),
    ("Vérifier le code dans JDV_J60.", "Check the code in JDV_J60."),
    at="DocumentEntry/formatCode",
    severity="info",
    certainty="uncertain",
)
def _unknown_format(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        if entry.format_code and entry.format_code.code not in value_set("J60").codes:
            yield at_entry(entry, "formatCode", _show(entry.format_code), "JDV J60")


@_BOOK.rule(
    "XDS-CODE-006",
    (
        "Un document a une confidentialité N, R ou V et une seule, et au plus une fois chaque visibilité de JDV_J08.",
        "A document has exactly one confidentiality N, R or V, and each visibility of JDV_J08 at most once.",
    ),
    (
        "Écrire N, puis au besoin MASQUE_PS, INVISIBLE_PATIENT ou INVISIBLE_REPRESENTANTS_LEGAUX.",
        "Write N, then if need be MASQUE_PS, INVISIBLE_PATIENT or INVISIBLE_REPRESENTANTS_LEGAUX.",
    ),
    at="DocumentEntry/confidentialityCode",
)
def _confidentiality(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for code, number in Counter(entry.confidentiality).items():
            if code not in value_set("J08"):
                yield at_entry(entry, "confidentialityCode", _show(code), "JDV J08")
            elif number > 1:
                yield at_entry(entry, "confidentialityCode", code.code, "0..1")
        own = [code.code for code in entry.confidentiality if code.system == HL7_CONFIDENTIALITY]
        if entry.confidentiality and len(set(own)) != 1:
            yield at_entry(entry, "confidentialityCode", ", ".join(own), "N | R | V")


@_BOOK.rule(
    "XDS-CODE-007",
    (
        "Un document n'est pas à la fois masqué aux professionnels et invisible au patient.",
        "A document is not both masked from professionals and hidden from the patient.",
    ),
    ("Choisir MASQUE_PS ou INVISIBLE_PATIENT.", "Choose MASQUE_PS or INVISIBLE_PATIENT."),
    at="DMP EX_2.1-1050",
    always=True,
)
def _visible_to_someone(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.contents:
        codes = {code.code for code in entry.confidentiality}
        if not subject.masked_both_ways and {MASKED, HIDDEN} <= codes:
            yield at_entry(entry, "confidentialityCode", f"{MASKED} + {HIDDEN}", f"{MASKED} | {HIDDEN}")


@_BOOK.rule(
    "XDS-CODE-008",
    (
        "Sous connexion secrète, un document de mineur est invisible à ses représentants légaux.",
        "Under a secret connection a minor's document is hidden from the legal guardians.",
    ),
    ("Ajouter INVISIBLE_REPRESENTANTS_LEGAUX.", "Add INVISIBLE_REPRESENTANTS_LEGAUX."),
    at="DMP EX_2.1-1050",
)
def _secret(subject: SubmissionSubject) -> Iterator[Hit]:
    if subject.vihf is None or not subject.vihf.secret_connection:
        return
    for entry in subject.submission.contents:
        codes = [code.code for code in entry.confidentiality]
        if HIDDEN_FROM_GUARDIANS not in codes:
            yield at_entry(entry, "confidentialityCode", ", ".join(codes), HIDDEN_FROM_GUARDIANS)


@_BOOK.rule(
    "XDS-CODE-009",
    (
        "Le secteur d'activité est de JDV_J02, le cadre d'exercice de JDV_J04.",
        "The facility type is of JDV_J02, the practice setting of JDV_J04.",
    ),
    ("Prendre code et système dans le jeu de valeurs.", "Take code and system from the value set."),
    at="DocumentEntry/healthcareFacilityTypeCode, practiceSettingCode",
)
def _places(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        for name, code, values in (
            ("healthcareFacilityTypeCode", entry.facility_type, "J02"),
            ("practiceSettingCode", entry.practice_setting, "J04"),
        ):
            if code and code not in value_set(values):
                yield at_entry(entry, name, _show(code), f"JDV {values}")


@_BOOK.rule(
    "XDS-CODE-010",
    (
        "L'activité du lot est un type d'activité, un secteur d'activité ou EXP_PATIENT (JDV_J59).",
        "The lot's activity is an activity type, a facility type or EXP_PATIENT (JDV_J59).",
    ),
    (
        f"Écrire par exemple 03 du système {ACTIVITY_TYPES}.",
        f"Write for instance 03 of the system {ACTIVITY_TYPES}.",
    ),
    at="SubmissionSet/contentTypeCode",
)
def _content_type(subject: SubmissionSubject) -> Iterator[Hit]:
    code = subject.submission.set.content_type if subject.submission.set else None
    if code is None:
        return
    known = code.system in _CONTENT_TYPE_SYSTEMS
    if not known or (code.system == FACILITY_TYPES and code not in value_set("J02")):
        yield at_lot("contentTypeCode", _show(code), "JDV J59")


@_BOOK.rule(
    "XDS-CODE-011",
    ("Chaque code porte son système.", "Every code carries its system."),
    ("Ajouter le Slot codingScheme.", "Add the Slot codingScheme."),
    at="Classification",
)
def _systems(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.entries:
        singles = {
            "classCode": entry.class_code,
            "typeCode": entry.type_code,
            "formatCode": entry.format_code,
            "healthcareFacilityTypeCode": entry.facility_type,
            "practiceSettingCode": entry.practice_setting,
        }
        codes = [*singles.items(), *(("eventCodeList", code) for code in entry.events)]
        for name, code in codes:
            if code and not (code.code and code.system):
                yield at_entry(entry, name, _show(code), "code + codingScheme")


@_BOOK.rule(
    "XDS-CODE-012",
    (
        "L'entrée de la signature porte la classe, le type, le format et l'événement d'une signature de lot.",
        "The signature's entry carries the class, type, format and event of a lot signature.",
    ),
    (
        "Écrire la classe urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1, le type E1762 et l'événement 1.2.840.10065.1.12.1.14.",
        "Write the class urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1, the type E1762 and the event 1.2.840.10065.1.12.1.14.",
    ),
    at="DMP TD2.1, signature",
)
def _signature_codes(subject: SubmissionSubject) -> Iterator[Hit]:
    detached = Code("urn:ihe:iti:dsg:detached:2014", "URN")
    for entry in subject.submission.signatures:
        if entry.class_code != SIGNATURE_CLASS:
            yield at_entry(entry, "classCode", _show(entry.class_code or Code("", "")), _show(SIGNATURE_CLASS))
        if entry.type_code != SIGNATURE_TYPE:
            yield at_entry(entry, "typeCode", _show(entry.type_code or Code("", "")), _show(SIGNATURE_TYPE))
        if entry.format_code and entry.format_code not in (SIGNATURE_FORMAT, detached):
            yield at_entry(entry, "formatCode", _show(entry.format_code), _show(SIGNATURE_FORMAT))
        if SIGNATURE_PURPOSE not in entry.events:
            yield at_entry(entry, "eventCodeList", ", ".join(map(_show, entry.events)), _show(SIGNATURE_PURPOSE))


@_BOOK.rule(
    "XDS-CODE-013",
    (
        "La signature d'un lot est masquée aux professionnels et au patient.",
        "The signature of a lot is hidden from professionals and from the patient.",
    ),
    ("Écrire N, MASQUE_PS et INVISIBLE_PATIENT.", "Write N, MASQUE_PS and INVISIBLE_PATIENT."),
    at="DMP TD2.1, signature",
    severity="warning",
)
def _signature_hidden(subject: SubmissionSubject) -> Iterator[Hit]:
    for entry in subject.submission.signatures:
        codes = {code.code for code in entry.confidentiality}
        if codes != {"N", MASKED, HIDDEN}:
            yield at_entry(entry, "confidentialityCode", ", ".join(sorted(codes)), f"N, {MASKED}, {HIDDEN}")


RULES = _BOOK.rules
