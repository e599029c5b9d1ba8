"""Shared documents: the DocumentReference of PDSm and of its simplified publication, and the bytes described."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any, Final

from banc_standards.fhir.codes import LEVELS, MASKS
from banc_standards.fhir.names import CONFIDENTIALITY, IS_ARCHIVED, URI, VISIBILITY
from banc_standards.fhir.primitives import decoded
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.forms import Must, cardinalities, found
from banc_standards.fhir.rules.known import DOCUMENT, SIMPLIFIED
from banc_standards.fhir.subject import Resource, at, codings, extensions, items, text
from banc_standards.identifiers import oid, uuid
from banc_standards.rules import Hit

_BOOK = FhirBook("PDSm 3.1.1, PDSm_ComprehensiveDocumentReference (MHD 4.2)", "DocumentReference", (DOCUMENT,))
_SIMPLE = FhirBook("PDSm 3.1.1, PDSm_SimplifiedPublish (MHD, ITI-105)", "DocumentReference", (SIMPLIFIED,))
_BOTH = FhirBook("PDSm 3.1.1, DocumentReference", "DocumentReference", (DOCUMENT, SIMPLIFIED))
_ANY = FhirBook("FHIR R4 4.0.1, DocumentReference", "DocumentReference")

_SHA1_BYTES: Final = 20

cardinalities(
    _BOTH,
    "FHIR-DOC",
    (
        Must("001", "masterIdentifier", 1, 1),
        Must("002", "type", 1, 1),
        Must("003", "subject", 1, 1),
        Must("004", "date", 1, 1),
        Must("005", "author"),
        Must("006", "content", 1, 1),
        Must("007", "content.attachment.contentType", 1, 1),
        Must("008", "content.attachment.title", 1, 1),
        Must("009", "custodian", 1, 1, "warning"),
        Must("010", "modifierExtension", 0, 0),
    ),
)
cardinalities(
    _BOOK,
    "FHIR-DOC",
    (
        Must("011", "contained"),
        Must("012", "category", 1, 1),
        Must("013", "securityLabel"),
        Must("014", "docStatus", 0, 0),
        Must("015", "content.attachment.url", 1, 1),
        Must("016", "content.attachment.data", 0, 0),
        Must("017", "content.attachment.size", 1, 1),
        Must("018", "content.attachment.hash", 1, 1),
        Must("019", "content.attachment.creation", 1, 1),
        Must("020", "content.attachment.language", 1, 1),
        Must("021", "content.format", 1, 1),
        Must("022", "context", 1, 1),
        Must("023", "context.period", 1, 1),
        Must("024", "context.period.start", 1, 1),
        Must("025", "context.facilityType", 1, 1),
        Must("026", "context.practiceSetting", 1, 1),
        Must("027", "context.sourcePatientInfo", 1, 1),
    ),
)
cardinalities(
    _SIMPLE,
    "FHIR-DOC",
    (
        Must("028", "content.attachment.data", 1, 1),
        Must("029", "content.attachment.url", 0, 0),
    ),
)


@_BOOK.rule(
    "FHIR-DOC-030",
    ("La fiche est current ou superseded.", "The entry is current or superseded."),
    ("Écrire current pour un document déposé.", "Write current for a submitted document."),
    at="status",
)
def _status(resource: Resource) -> Iterator[Hit]:
    status = text(resource.data, "status")
    if status and status not in ("current", "superseded"):
        yield resource.hit("status", found=status, expected="current | superseded")


@_SIMPLE.rule(
    "FHIR-DOC-031",
    ("La fiche d'une publication simplifiée est current.", "The entry of a simplified publication is current."),
    ("Écrire current.", "Write current."),
    at="status",
)
def _current(resource: Resource) -> Iterator[Hit]:
    status = text(resource.data, "status")
    if status and status != "current":
        yield resource.hit("status", found=status, expected="current")


@_BOTH.rule(
    "FHIR-DOC-032",
    (
        "L'identifiant unique du document est un urn:oid ou un urn:uuid, sous urn:ietf:rfc:3986.",
        "The unique identifier of the document is a urn:oid or urn:uuid, under urn:ietf:rfc:3986.",
    ),
    ("Écrire system urn:ietf:rfc:3986 et value urn:oid:….", "Write system urn:ietf:rfc:3986 and value urn:oid:…."),
    at="masterIdentifier",
)
def _unique_id(resource: Resource) -> Iterator[Hit]:
    identifier = at(resource.data, "masterIdentifier")
    if not isinstance(identifier, dict):
        return
    system, value = text(identifier, "system"), text(identifier, "value")
    if system != URI:
        yield resource.hit("masterIdentifier", "system", found=system, expected=URI)
    elif not is_unique_id(value):
        yield resource.hit("masterIdentifier", "value", found=value, expected="urn:oid:… | urn:uuid:…")


def is_unique_id(value: str) -> bool:
    """Whether a text is an OID or UUID as a URI; the case of a UUID is free."""
    if value.startswith("urn:oid:"):
        return oid(value.removeprefix("urn:oid:"))
    return value.startswith("urn:uuid:") and uuid(value.removeprefix("urn:uuid:"))


@_BOOK.rule(
    "FHIR-DOC-033",
    (
        "L'auteur, le validateur et le patient source sont des ressources contenues.",
        "The author, the authenticator and the source patient are contained resources.",
    ),
    (
        "Mettre la ressource dans contained et la désigner par #id.",
        "Put the resource into contained and name it by #id.",
    ),
    at="author, authenticator, context.sourcePatientInfo",
)
def _contained(resource: Resource) -> Iterator[Hit]:
    for path in ("author", "authenticator", "context.sourcePatientInfo"):
        for steps, reference in found(resource.data, path):
            target = text(reference, "reference")
            if target and not target.startswith("#"):
                yield resource.hit(*steps, "reference", found=target, expected="#…")


@_BOTH.rule(
    "FHIR-DOC-034",
    (
        "Un code de visibilité est un de ceux de TRE_A07.",
        "A visibility code is one of those of TRE_A07.",
    ),
    (
        "Écrire MASQUE_PS, INVISIBLE_PATIENT ou INVISIBLE_REPRESENTANTS_LEGAUX.",
        "Write MASQUE_PS, INVISIBLE_PATIENT or INVISIBLE_REPRESENTANTS_LEGAUX.",
    ),
    at="securityLabel",
)
def _visibility(resource: Resource) -> Iterator[Hit]:
    for number, label in items(resource.data, "securityLabel"):
        for place, coding in enumerate(codings(label)):
            if text(coding, "system") == VISIBILITY and text(coding, "code") not in MASKS:
                where = ("securityLabel", number, "coding", place, "code")
                yield resource.hit(*where, found=text(coding, "code"), expected=", ".join(sorted(MASKS)))


@_BOOK.rule(
    "FHIR-DOC-035",
    (
        "Une étiquette et une seule dit le niveau de confidentialité (N, R, V).",
        "One label, and one only, tells the level of confidentiality (N, R, V).",
    ),
    ("Écrire N de v3-Confidentiality.", "Write N of v3-Confidentiality."),
    at="securityLabel",
    severity="warning",
    certainty="deduced",
)
def _level(resource: Resource) -> Iterator[Hit]:
    levels = [
        text(coding, "code")
        for _, label in items(resource.data, "securityLabel")
        for coding in codings(label)
        if text(coding, "system") == CONFIDENTIALITY and text(coding, "code") in LEVELS
    ]
    if len(levels) != 1 and "securityLabel" in resource.data:
        yield resource.hit("securityLabel", found=", ".join(levels), expected="N")


@_BOTH.rule(
    "FHIR-DOC-036",
    (
        "Un remplacement désigne un document et un seul.",
        "A replacement names one document, and one only.",
    ),
    ("Garder un relatesTo, de code replaces.", "Keep one relatesTo, of code replaces."),
    at="relatesTo",
)
def _replaces(resource: Resource) -> Iterator[Hit]:
    relations = items(resource.data, "relatesTo")
    if len(relations) > 1 and any(one.get("code") == "replaces" for _, one in relations):
        yield resource.hit("relatesTo", found=str(len(relations)), expected="1")


@_BOTH.rule(
    "FHIR-DOC-037",
    ("L'extension d'archivage est vraie ou fausse, une fois.", "The archived extension is true or false, once."),
    ("Écrire valueBoolean, une fois.", "Write valueBoolean, once."),
    at="extension[isArchived]",
)
def _archived(resource: Resource) -> Iterator[Hit]:
    found_here = extensions(resource.data, IS_ARCHIVED)
    for place, (number, extension) in enumerate(found_here):
        if place or not isinstance(extension.get("valueBoolean"), bool):
            yield resource.hit("extension", number, expected="valueBoolean")


_TYPES: Final = ("http://loinc.org", "TRE_A05", "TRE-A05", "ASTM", "TRE_A12", "TRE-A12", "JDV_J07", "JDV-J07")


@_BOTH.rule(
    "FHIR-DOC-038",
    (
        "Le type du document vient de LOINC, de TRE_A05 ou d'ASTM.",
        "The type of the document comes from LOINC, TRE_A05 or ASTM.",
    ),
    ("Prendre un code de JDV_J07 (JDV_J66 pour le DMP).", "Take a code of JDV_J07 (JDV_J66 for the DMP)."),
    at="constr-bind-type",
    severity="warning",
    certainty="deduced",
)
def _type(resource: Resource) -> Iterator[Hit]:
    known = codings(resource.data.get("type"))
    if known and not any(name in text(one, "system") for one in known for name in _TYPES):
        yield resource.hit("type", found=text(known[0], "system"), expected="LOINC, TRE_A05, ASTM")


# The bytes, for any DocumentReference: what it says of them is true or false, whatever its profile


def bytes_of(resource: Resource, attachment: dict[str, Any]) -> tuple[bytes, str] | None:
    """The bytes that an attachment describes, with their media type: its own, or those of a Binary of the Bundle.

    None when they are elsewhere or no base 64.
    """
    if isinstance(attachment.get("data"), str):
        content = decoded(attachment["data"])
        return None if content is None else (content, text(attachment, "contentType"))
    binary = binaries(resource).get(text(attachment, "url"))
    if binary is None:
        return None
    content = decoded(text(binary, "data"))
    return None if content is None else (content, text(binary, "contentType"))


def binaries(resource: Resource) -> dict[str, dict[str, Any]]:
    """The Binary resources of the outermost Bundle, by fullUrl and by ``Binary/id``."""
    bundle, memo = resource.subject.root, resource.subject.memo
    if bundle is None or bundle.type != "Bundle":
        return {}
    if "binaries" in memo:
        kept: dict[str, dict[str, Any]] = memo["binaries"]
        return kept
    known: dict[str, dict[str, Any]] = {}
    memo["binaries"] = known
    for _, entry in items(bundle.data, "entry"):
        one = at(entry, "resource")
        if text(one, "resourceType") == "Binary":
            known[text(entry, "fullUrl")] = one
            if text(one, "id"):
                known[f"Binary/{text(one, 'id')}"] = one
    known.pop("", None)
    return known


@_ANY.rule(
    "FHIR-DOC-040",
    (
        "L'empreinte est le SHA-1 des octets, en base 64 (et non en hexadécimal).",
        "The hash is the SHA-1 of the bytes, in base 64 (not in hexadecimal).",
    ),
    ("Coder en base 64 les vingt octets du SHA-1.", "Encode the twenty bytes of the SHA-1 in base 64."),
    at="content.attachment.hash",
)
def _hash(resource: Resource) -> Iterator[Hit]:
    for number, content in items(resource.data, "content"):
        attachment = at(content, "attachment")
        told = text(attachment, "hash")
        if not told or not isinstance(attachment, dict):
            continue
        where = ("content", number, "attachment", "hash")
        there = bytes_of(resource, attachment)
        if there is not None:
            digest = hashlib.sha1(there[0], usedforsecurity=False).digest()
            if decoded(told) != digest:
                yield resource.hit(*where, found=told, expected=base64.b64encode(digest).decode())
        elif len(decoded(told) or b"") != _SHA1_BYTES:
            yield resource.hit(*where, found=told, expected="base64(SHA-1)")


@_ANY.rule(
    "FHIR-DOC-041",
    ("La taille est le nombre d'octets du document.", "The size is the number of bytes of the document."),
    ("Compter les octets avant le codage en base 64.", "Count the bytes before encoding them in base 64."),
    at="content.attachment.size",
)
def _size(resource: Resource) -> Iterator[Hit]:
    for number, content in items(resource.data, "content"):
        attachment = at(content, "attachment")
        if not isinstance(attachment, dict) or not isinstance(attachment.get("size"), int):
            continue
        there = bytes_of(resource, attachment)
        if there is not None and attachment["size"] != len(there[0]):
            yield resource.hit(
                "content", number, "attachment", "size", found=attachment["size"], expected=str(len(there[0]))
            )


@_ANY.rule(
    "FHIR-DOC-042",
    ("La fiche et le Binary disent le même type de média.", "The entry and the Binary tell the same media type."),
    ("Aligner attachment.contentType et Binary.contentType.", "Align attachment.contentType and Binary.contentType."),
    at="content.attachment.contentType",
    severity="warning",
    certainty="deduced",
)
def _media_type(resource: Resource) -> Iterator[Hit]:
    for number, content in items(resource.data, "content"):
        attachment = at(content, "attachment")
        told = text(attachment, "contentType")
        there = bytes_of(resource, attachment) if isinstance(attachment, dict) else None
        if there is not None and told and there[1] and there[1] != told:
            yield resource.hit("content", number, "attachment", "contentType", found=told, expected=there[1])


RULES = (*_BOTH.rules, *_BOOK.rules, *_SIMPLE.rules, *_ANY.rules)
