"""A document entry as the registry holds it, and the columns that its searches filter on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from itertools import count
from typing import Any, Final
from uuid import UUID

from lxml import etree

from banc_standards.dmp.registry_rules import PATIENT_CLASS, PATIENT_TYPES, Held
from banc_standards.dmp.visibility import MASKED
from banc_standards.ins import Ins
from banc_standards.terminology.codes import Code
from banc_standards.xds.model import Association, Author, DocumentEntry, SubmissionSet
from banc_standards.xds.rim import association, extrinsic_object, registry_package

_LISTS: Final = ("visibility", "persons", "institutions")


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document entry as the registry holds it.

    ``ins`` and ``ins_oid`` name the patient; ``status`` is the availability status URI; ``at`` is session time;
    ``blob`` names the bytes; ``hash`` is their SHA-1 in hexadecimal. ``replaces`` is the entryUUID of the version whose
    place it took; ``series`` and ``document_version`` are the setId and the versionNumber of its CDA; ``persons`` and
    ``institutions`` identify its authors. ``signature`` marks the signature of a lot. ``version`` counts the versions
    of its metadata: the last one is ``current``, and ``visibility`` is that of the current one in all of them.
    """

    unique_id: str
    entry_uuid: str
    logical_id: str
    version: int
    ins: str
    ins_oid: str
    status: str
    at: str
    blob: str
    size: int
    hash: str
    submission_set: str
    type_code: str
    class_code: str
    format_code: str
    title: str
    mime_type: str
    creation_time: str
    visibility: tuple[str, ...] = ()
    replaces: str | None = None
    signature: bool = False
    series: str = ""
    document_version: int | None = None
    persons: tuple[str, ...] = ()
    institutions: tuple[str, ...] = ()
    current: bool = True

    def as_json(self) -> dict[str, Any]:
        """The document as stored, and as the control API lists it."""
        return {name: getattr(self, name) for name in _FIELDS} | {name: list(getattr(self, name)) for name in _LISTS}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> StoredDocument:
        """The document as it was stored."""
        return cls(**(dict(value) | {name: tuple(value.get(name, ())) for name in _LISTS}))

    @property
    def patient(self) -> Ins:
        """Whose document it is."""
        return Ins(self.ins, self.ins_oid)

    @property
    def held(self) -> Held:
        """What the registry's rules read of it."""
        return Held(
            self.unique_id,
            self.entry_uuid,
            self.status,
            self.patient.cx(),
            self.hash,
            self.size,
            self.series,
            self.document_version,
            self.persons,
            self.institutions,
            self.visibility,
            self.logical_id,
            self.version,
            self.class_code == PATIENT_CLASS or self.type_code.startswith(PATIENT_TYPES),
        )


_FIELDS: Final = tuple(field.name for field in fields(StoredDocument))


def entry_columns(document: StoredDocument, entry: DocumentEntry) -> dict[str, Any]:
    """The columns of ``tables.entries`` for a document whose metadata are these."""
    return {
        "patient": document.patient.cx(),
        "status": document.status,
        "current": document.current,
        "signature": document.signature,
        "masked": MASKED in document.visibility,
        "unique_id": document.unique_id,
        "logical_id": document.logical_id,
        "submission_set": document.submission_set,
        "class_code": _code(entry.class_code),
        "type_code": _code(entry.type_code),
        "practice_setting": _code(entry.practice_setting),
        "facility_type": _code(entry.facility_type),
        "format_code": _code(entry.format_code),
        "creation_time": entry.creation_time,
        "service_start": entry.service_start,
        "service_stop": entry.service_stop,
        "events": lines(_code(code) for code in entry.events),
        "confidentiality": lines(_code(code) for code in entry.confidentiality),
        "reference_ids": lines(entry.reference_ids),
        "authors": authors(entry.authors),
        "metadata": _text(_entry(entry)),
    }


def set_columns(lot: SubmissionSet, patient: Ins) -> dict[str, Any]:
    """The columns of ``tables.sets`` for a lot of this patient, as the registry names it."""
    return {
        "patient": patient.cx(),
        "status": lot.status or "",
        "entry_uuid": lot.id,
        "submission_time": lot.submission_time,
        "source_id": lot.source_id,
        "content_type": _code(lot.content_type),
        "authors": authors(lot.authors),
        "metadata": _text(registry_package(lot, count(_number(lot.id)))),
    }


def link_columns(link: Association, patient: Ins) -> dict[str, Any]:
    """The columns of ``tables.links`` for an association between objects that the registry has named."""
    return {
        "patient": patient.cx(),
        "source": link.source,
        "target": link.target,
        "metadata": _text(association(link)),
    }


def lines(items: Iterable[str | None]) -> str:
    """A list as one text with a line end around each item, so that a search finds a whole item."""
    found = [item for item in items if item]
    return "\n".join(("", *found, "")) if found else ""


def authors(found: Iterable[Author]) -> str:
    """The persons of some authors as such a text."""
    return lines(text for author in found for text in author.persons)


def _code(code: Code | None) -> str | None:
    return None if code is None else f"{code.code}^^{code.system}"


def _number(name: str) -> int:
    """Where the ids of an object's parts begin, so that those of two objects of one answer differ."""
    return UUID(name.removeprefix("urn:uuid:")).int >> 72 << 8


def _entry(entry: DocumentEntry) -> etree._Element:
    element = extrinsic_object(entry, count(_number(entry.id)))
    element.set("isOpaque", "false")  # as the published answers of TD3.1 say it
    return element


def _text(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode")
