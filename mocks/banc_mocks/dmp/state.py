"""What the DMP remembers in a session: records by patient, submission sets, documents, signatures.

The records come from the population; what a session changes of them is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from itertools import count
from typing import Any, Final, Protocol

from lxml import etree

from banc_fixtures.patients import Patient
from banc_fixtures.population import population
from banc_standards import xml
from banc_standards.dmp.names import REPOSITORY
from banc_standards.dmp.registry_rules import Held, RecordState
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.read import document_entry
from banc_standards.xds.rim import extrinsic_object

_LISTS: Final = ("visibility", "persons", "institutions")


class Memory(Protocol):
    """Where values are kept: a :class:`~banc_mocks.sandbox.call.Call` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def items(self, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document entry as the registry holds it.

    ``ins`` and ``ins_oid`` name the patient; ``status`` is the availability status URI; ``at`` is session time;
    ``blob`` names the bytes; ``hash`` is their SHA-1 in hexadecimal. ``replaces`` is the entryUUID of the version whose
    place it took; ``series`` and ``document_version`` are the setId and the versionNumber of its CDA; ``persons`` and
    ``institutions`` identify its authors. ``signature`` marks the signature of a lot.
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

    def as_json(self) -> dict[str, Any]:
        """The document as stored, and as the control API lists it."""
        return asdict(self) | {name: list(getattr(self, name)) for name in _LISTS}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> StoredDocument:
        """The document as it was stored."""
        return cls(**(dict(value) | {name: tuple(value.get(name, ())) for name in _LISTS}))

    @property
    def held(self) -> Held:
        """What the registry's rules read of it."""
        patient = Ins(self.ins, self.ins_oid).cx()
        return Held(
            self.unique_id,
            self.entry_uuid,
            self.status,
            patient,
            self.hash,
            self.size,
            self.series,
            self.document_version,
            self.persons,
            self.institutions,
            self.visibility,
        )


class Records:
    """The DMP's memory of one session."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def patient(self, ins: Ins) -> Patient | None:
        """The patient who has, or had, this matricule under this OID."""
        for patient in population().patients:
            owned = (patient.ins, *(former.ins for former in patient.historical))
            if ins in owned:
                return patient
        return None

    def record(self, ins: Ins) -> RecordState:
        """The state of the patient's record: the session's own, else the population's."""
        patient = self.patient(ins)
        state: RecordState = self._memory.get("record", ins.value) or (patient.dmp if patient else "absent")
        return state

    def set_known(self, unique_id: str) -> bool:
        """Whether a submission set of this uniqueId was accepted."""
        return self._memory.get("set", unique_id) is not None

    def document(self, unique_id: str) -> StoredDocument | None:
        """The document, or the signature, of this uniqueId."""
        value = self._memory.get("document", unique_id) or self._memory.get("signature", unique_id)
        return None if value is None else StoredDocument.from_json(value)

    def entry(self, entry_uuid: str) -> StoredDocument | None:
        """The document of this entryUUID; None for the signature of a lot, which nobody may search or change."""
        unique_id = self._memory.get("entry", entry_uuid)
        found = None if unique_id is None else self.document(unique_id)
        return None if found is None or found.signature else found

    def readable(self, unique_id: str) -> StoredDocument | None:
        """The document of this uniqueId; None for the signature of a lot, which nobody reads."""
        found = self.document(unique_id)
        return None if found is None or found.signature else found

    def documents(self, ins: Ins) -> list[StoredDocument]:
        """The documents of one patient, signatures left out, oldest first."""
        every = (value for _, value in self._memory.items("document"))
        return [StoredDocument.from_json(value) for value in every if Ins(value["ins"], value["ins_oid"]) == ins]

    def metadata(self, document: StoredDocument) -> DocumentEntry:
        """The document's entry as the registry gives it: what was submitted, and what the registry added."""
        text = self._memory.get("metadata", document.unique_id, "<ExtrinsicObject/>")
        submitted = document_entry(xml.parse(text.encode()))
        return replace(
            submitted,
            id=document.entry_uuid,
            logical_id=document.logical_id,
            status=document.status,
            version=str(document.version),
            hash=document.hash,
            size=str(document.size),
            repository_unique_id=REPOSITORY,
        )

    def describe(self, document: StoredDocument, entry: DocumentEntry) -> None:
        """Remembers the metadata of a document as they were submitted."""
        element = extrinsic_object(entry, count(1))
        self._memory.put("metadata", document.unique_id, etree.tostring(element, encoding="unicode"))

    def keep_set(self, unique_id: str, value: Mapping[str, Any]) -> None:
        """Remembers an accepted submission set."""
        self._memory.put("set", unique_id, dict(value))

    def keep(self, document: StoredDocument) -> None:
        """Remembers a document as it now is."""
        self._memory.put("signature" if document.signature else "document", document.unique_id, document.as_json())
        self._memory.put("entry", document.entry_uuid, document.unique_id)

    def set_status(self, document: StoredDocument, status: str) -> None:
        """Changes the availability of a document."""
        self.keep(replace(document, status=status))
