"""The metadata of a submission, as the wire carries them: texts stay as written, what is missing is None.

The same classes hold what a builder writes and what a reader found, so that rules judge exactly what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from banc_standards.terminology.codes import Code
from banc_standards.terminology.documents import SIGNATURE_CLASS, SIGNATURE_TYPE


@dataclass(frozen=True, slots=True)
class Author:
    """An author: XCN persons (one expected), XON institutions, role labels, ``code^label^system`` specialties."""

    persons: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """The metadata of one document (``ExtrinsicObject``).

    ``id`` is the symbolic id of the submission, or the entryUUID that the registry gave. Times are UTC texts
    ``YYYYMMDDhhmmss``; ``hash`` is SHA-1 in hexadecimal, ``size`` a count of bytes. ``uri`` names the file of an XDM
    archive and ``action`` what becomes of the document there (C replaces, D deletes). ``repeated`` names the attributes
    that came more than once although they may not.
    """

    id: str
    unique_id: str | None = None
    patient_id: str | None = None
    mime_type: str | None = None
    object_type: str | None = None
    title: str | None = None
    comments: str | None = None
    creation_time: str | None = None
    language: str | None = None
    service_start: str | None = None
    service_stop: str | None = None
    hash: str | None = None
    size: str | None = None
    legal_authenticator: str | None = None
    source_patient_id: str | None = None
    source_patient_info: tuple[str, ...] = ()
    reference_ids: tuple[str, ...] = ()
    authors: tuple[Author, ...] = ()
    class_code: Code | None = None
    type_code: Code | None = None
    format_code: Code | None = None
    facility_type: Code | None = None
    practice_setting: Code | None = None
    confidentiality: tuple[Code, ...] = ()
    events: tuple[Code, ...] = ()
    logical_id: str | None = None
    status: str | None = None
    version: str | None = None
    repository_unique_id: str | None = None
    uri: str | None = None
    action: str | None = None
    repeated: tuple[str, ...] = ()

    @property
    def signature(self) -> bool:
        """Whether this is the entry of the lot's signature, by its class or its type."""
        return self.class_code == SIGNATURE_CLASS or self.type_code == SIGNATURE_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionSet:
    """The metadata of the lot (``RegistryPackage``)."""

    id: str
    unique_id: str | None = None
    source_id: str | None = None
    patient_id: str | None = None
    submission_time: str | None = None
    title: str | None = None
    comments: str | None = None
    authors: tuple[Author, ...] = ()
    content_type: Code | None = None
    status: str | None = None
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A link between two objects of the submission, or to an object that the registry holds already.

    ``repeated`` names its slots that came more than once, or with more than one value: the first is what is read.
    """

    id: str
    type: str
    source: str
    target: str
    set_status: str | None = None
    previous_version: str | None = None
    original_status: str | None = None
    new_status: str | None = None
    repeated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A whole submission; ``documents`` holds the ids of the parts that carry bytes, ``others`` what else was sent."""

    set: SubmissionSet | None
    entries: tuple[DocumentEntry, ...] = ()
    associations: tuple[Association, ...] = ()
    documents: tuple[str, ...] = ()
    extra_sets: int = 0
    others: tuple[str, ...] = ()

    @property
    def contents(self) -> tuple[DocumentEntry, ...]:
        """The entries of documents, without that of the signature."""
        return tuple(entry for entry in self.entries if not entry.signature)

    @property
    def signatures(self) -> tuple[DocumentEntry, ...]:
        """The entries of signatures: one is expected."""
        return tuple(entry for entry in self.entries if entry.signature)


@dataclass(frozen=True, slots=True)
class RegistryError:
    """One error of a registry response: an IHE or DMP code, and the sentence that says what and where."""

    code: str
    context: str
    location: str = ""
    warning: bool = False
