"""What the DMP remembers in a session: records by patient, submission sets, documents, signatures.

The records come from the population; what a session changes of them is kept apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from banc_fixtures.patients import Patient
from banc_fixtures.population import population
from banc_standards.dmp.registry_rules import Held, RecordState
from banc_standards.ins import Ins


class Memory(Protocol):
    """Where values are kept: a :class:`~banc_mocks.sandbox.call.Call` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document entry as the registry holds it.

    ``ins`` and ``ins_oid`` name the patient; ``status`` is the availability status URI; ``at`` is session time;
    ``blob`` names the bytes; ``hash`` is their SHA-1 in hexadecimal. ``signature`` marks the signature of a lot.
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

    def as_json(self) -> dict[str, Any]:
        """The document as stored, and as the control API lists it."""
        return asdict(self) | {"visibility": list(self.visibility)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> StoredDocument:
        """The document as it was stored."""
        return cls(**(dict(value) | {"visibility": tuple(value["visibility"])}))

    @property
    def held(self) -> Held:
        """What the registry's rules read of it."""
        patient = Ins(self.ins, self.ins_oid).cx()
        return Held(self.unique_id, self.entry_uuid, self.status, patient, self.hash, self.size)


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
        """The document of this entryUUID."""
        unique_id = self._memory.get("entry", entry_uuid)
        return None if unique_id is None else self.document(unique_id)

    def keep_set(self, unique_id: str, value: Mapping[str, Any]) -> None:
        """Remembers an accepted submission set."""
        self._memory.put("set", unique_id, dict(value))

    def keep(self, document: StoredDocument) -> None:
        """Remembers a document as it now is."""
        self._memory.put("signature" if document.signature else "document", document.unique_id, document.as_json())
        self._memory.put("entry", document.entry_uuid, document.unique_id)

    def deprecate(self, document: StoredDocument, status: str) -> None:
        """Changes the availability of a document."""
        self.keep(replace(document, status=status))
