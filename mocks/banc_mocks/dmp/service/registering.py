"""From the metadata and the bytes of a document to the document that the registry holds."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import replace

from banc_mocks.dmp.state import StoredDocument
from banc_standards.cda.read import Document
from banc_standards.dmp.version_rules import series
from banc_standards.identifiers import Xcn, Xon
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry, SubmissionSet
from banc_standards.xds.names import APPROVED
from banc_standards.xds.rules.people import person, structure


def registered(
    entry: DocumentEntry,
    content: bytes,
    *,
    blob: str,
    patient: Ins,
    lot: SubmissionSet | None,
    at: str,
    replaces: str | None = None,
    cda: Document | None = None,
) -> StoredDocument:
    """A document under a new entryUUID, at a session time: ``blob`` names its bytes, ``cda`` is what they hold when
    they are a clinical document, ``replaces`` the entryUUID of the version whose place it takes.
    """
    logical_id = f"urn:uuid:{uuid.uuid4()}"
    persons, institutions = _authors(entry, lot)
    document = StoredDocument(
        unique_id=entry.unique_id or "",
        entry_uuid=logical_id,
        logical_id=logical_id,
        version=1,
        ins=patient.value,
        ins_oid=patient.oid,
        status=APPROVED,
        at=at,
        blob=blob,
        size=len(content),
        hash=sha1(content),
        submission_set=(lot.unique_id if lot else None) or "",
        type_code=entry.type_code.code if entry.type_code else "",
        class_code=entry.class_code.code if entry.class_code else "",
        format_code=entry.format_code.code if entry.format_code else "",
        title=entry.title or "",
        mime_type=entry.mime_type or "",
        creation_time=entry.creation_time or "",
        visibility=tuple(code.code for code in entry.confidentiality),
        replaces=replaces,
        signature=entry.signature,
        persons=persons,
        institutions=institutions,
    )
    return document if cda is None else replace(document, series=series(cda), document_version=cda.version)


def sha1(content: bytes) -> str:
    """The hash of a document's metadata: SHA-1 of its bytes, in hexadecimal."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _authors(entry: DocumentEntry, lot: SubmissionSet | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who wrote a document or its lot, and for which structures; its legal authenticator is among the persons."""
    authors = (*entry.authors, *(lot.authors if lot else ()))
    people = [person(text) for author in authors for text in author.persons]
    people.append(person(entry.legal_authenticator or ""))
    places = [structure(text) for author in authors for text in author.institutions]
    return _identifiers(people), _identifiers(places)


def _identifiers(found: Iterable[Xcn | Xon | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id for item in found if item))
