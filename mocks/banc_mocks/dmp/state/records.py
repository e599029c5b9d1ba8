"""The DMP's memory of one session: what an exchange looks up by key, and what it changes.

The records come from the population; what a session changes of them is kept apart. Entries, sets and associations stand
in tables of their own. What an exchange that is still under way has put shows too, so that two at once never register
one identifier twice.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from banc_fixtures.patients import Patient
from banc_fixtures.population import population
from banc_mocks.dmp.state.documents import StoredDocument, entry_columns, link_columns, set_columns
from banc_mocks.sandbox.tables import entries, sets
from banc_standards import xml
from banc_standards.dmp.names import AUTHORIZATIONS, REPOSITORY
from banc_standards.dmp.registry_rules import RecordState
from banc_standards.ins import Ins
from banc_standards.vihf.read import Assertion
from banc_standards.xds.model import DocumentEntry, Submission, SubmissionSet
from banc_standards.xds.names import APPROVED, DEPRECATED, REPLACEMENTS, REPLACES
from banc_standards.xds.read import document_entry

if TYPE_CHECKING:
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.working import Working


def _prepared(table: sa.Table, *wanted: sa.Column[Any], where: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """A look-up in one session, built once: building it anew takes twice as long as running it."""
    here = (table.c.session == sa.bindparam("session"), table.c.epoch == sa.bindparam("epoch"))
    return sa.select(*wanted).where(where, *here)


_SET = _prepared(sets, sets.c.key, where=sets.c.key == sa.bindparam("key"))
_ENTRY = _prepared(entries, entries.c.value, where=entries.c.key == sa.bindparam("key"))
_METADATA = _prepared(entries, entries.c.metadata, where=entries.c.key == sa.bindparam("key"))
_VERSIONS = _prepared(entries, entries.c.key, where=entries.c.logical_id == sa.bindparam("logical_id"))
_CURRENT = _prepared(
    entries,
    entries.c.key,
    entries.c.value,
    where=sa.and_(entries.c.unique_id.in_(sa.bindparam("unique_ids", expanding=True)), entries.c.current),
)


class Memory(Protocol):
    """Where the DMP's memory of one session is read and changed: an exchange under way, or what prepares a test."""

    @property
    def sandbox(self) -> Sandbox: ...

    @property
    def working(self) -> Working: ...

    def get(self, kind: str, key: str, default: Any = None) -> Any: ...

    def items(self, kind: str) -> list[tuple[str, Any]]: ...

    def put(self, kind: str, key: str, value: Any, columns: Mapping[str, Any] | None = None) -> None: ...


class Records:
    """What the DMP holds in the session of a call."""

    def __init__(self, call: Memory) -> None:
        self._call = call

    def patient(self, ins: Ins) -> Patient | None:
        """The patient who has, or had, this matricule under this OID."""
        for patient in population().patients:
            owned = (patient.ins, *(former.ins for former in patient.historical))
            if ins in owned:
                return patient
        return None

    def owner(self, vihf: Assertion) -> Ins:
        """Under which INS the DMP keeps the record of a token's patient: the present one, whichever the token names."""
        return self.kept_under(Ins(vihf.ins or "", vihf.ins_oid or ""))

    def kept_under(self, ins: Ins) -> Ins:
        """The INS that a patient has now; the one that was given when nobody has or had it."""
        patient = self.patient(ins)
        return ins if patient is None or patient.ins is None else patient.ins

    def record(self, ins: Ins) -> RecordState:
        """The state of the patient's record: the session's own, else the population's."""
        patient = self.patient(ins)
        state: RecordState = self._call.get("record", ins.value) or (patient.dmp if patient else "absent")
        return state

    # -- look-ups --------------------------------------------------------------------------------------------------

    def set_known(self, unique_id: str) -> bool:
        """Whether a submission set of this uniqueId was accepted."""
        known = self._call.get("set", unique_id) is not None
        return known or bool(self._look(_SET, key=unique_id))

    def document(self, unique_id: str) -> StoredDocument | None:
        """The document, or the signature, of this uniqueId, in the current version of its metadata."""
        return self.documents({unique_id}).get(unique_id)

    def documents(self, unique_ids: Set[str]) -> dict[str, StoredDocument]:
        """Those of these uniqueIds that the registry holds, each in the current version of its metadata."""
        under_way = dict(self._call.items("entry"))
        held = self._look(_CURRENT, unique_ids=list(unique_ids))
        values = [json.loads(row.value) for row in held if row.key not in under_way]
        values += [one for one in under_way.values() if one["unique_id"] in unique_ids and one["current"]]
        return {value["unique_id"]: StoredDocument.from_json(value) for value in values}

    def entry(self, entry_uuid: str) -> StoredDocument | None:
        """The document of this entryUUID; None for the signature of a lot, which nobody may search or change."""
        value = self._call.get("entry", entry_uuid)
        if value is None:
            rows = self._look(_ENTRY, key=entry_uuid)
            value = json.loads(rows[0].value) if rows else None
        found = None if value is None else StoredDocument.from_json(value)
        return None if found is None or found.signature else found

    def logical(self, logical_id: str) -> StoredDocument | None:
        """The document of this logical id, in the current version of its metadata."""
        first = self.entry(logical_id)  # the first version gave the document its logical id
        return None if first is None else self.readable(first.unique_id)

    def readable(self, unique_id: str) -> StoredDocument | None:
        """The document of this uniqueId; None for the signature of a lot, which nobody reads."""
        found = self.document(unique_id)
        return None if found is None or found.signature else found

    def metadata(self, document: StoredDocument) -> DocumentEntry:
        """The document's entry as the registry gives it. Raises ``LookupError`` for one that was not kept."""
        under_way = self._call.working.columns("dmp", "entry", document.entry_uuid)
        if under_way is not None:
            return document_entry(xml.parse(under_way["metadata"].encode()))
        rows = self._look(_METADATA, key=document.entry_uuid)
        if not rows:
            raise LookupError(document.entry_uuid)
        return document_entry(xml.parse(rows[0].metadata.encode()))

    def _look(self, prepared: sa.Select[Any], **values: Any) -> list[Any]:
        world = self._call.working
        return self._call.sandbox.store.look(prepared.params(session=world.session, epoch=world.epoch, **values))

    def authorization(self, ins: Ins, *holders: str | None) -> str | None:
        """The access authorization that TD0.3 gave a professional, or their structure; None when it gave none."""
        known = (self._call.get("authorization", _right(ins, holder)) for holder in holders if holder)
        return next((str(value["state"]) for value in known if value is not None), None)

    def authorizations(self) -> list[tuple[Ins, str, str]]:
        """The valid authorizations that TD0.3 gave: on whose record, to whom, when (UTC, ``YYYYMMDDhhmmss``)."""
        found = []
        for key, value in self._call.items("authorization"):
            number, oid, holder = key.split(" ", 2)
            if value["state"] == AUTHORIZATIONS[0]:
                at = "".join(character for character in value["at"] if character.isdigit())[:14]
                found.append((Ins(number, oid), holder, at))
        return found

    def treating(self, ins: Ins) -> str | None:
        """The treating doctor whom TD0.3 declared."""
        value = self._call.get("treating", ins.value)
        return None if value is None else str(value)

    # -- changes ---------------------------------------------------------------------------------------------------

    def keep_lot(self, submission: Submission, patient: Ins, named: Mapping[str, str], at: str) -> None:
        """Remembers an accepted submission set and its associations, at a session time.

        ``named`` gives the entryUUID of each entry by its symbolic id; other ends of an association name what the
        registry held already.
        """
        lot = submission.set or SubmissionSet(id="")
        kept = replace(lot, id=fresh(), status=APPROVED)
        names = {**named, lot.id: kept.id}
        value = {
            "ins": patient.value,
            "ins_oid": patient.oid,
            "source_id": lot.source_id,
            "submission_time": lot.submission_time,
            "at": at,
            "entries": list(named.values()),
        }
        self._call.put("set", lot.unique_id or "", value, set_columns(kept, patient))
        for link in submission.associations:
            ends = replace(
                link,
                id=fresh(),
                type=REPLACES if link.type in REPLACEMENTS else link.type,
                source=names.get(link.source, link.source),
                target=names.get(link.target, link.target),
            )
            told = {"type": ends.type, "source": ends.source, "target": ends.target}
            self._call.put("link", ends.id, told, link_columns(ends, patient))

    def keep(self, document: StoredDocument, entry: DocumentEntry) -> None:
        """Remembers a document, with its metadata, as it now is."""
        named = replace(
            entry,
            id=document.entry_uuid,
            logical_id=document.logical_id,
            status=document.status,
            version=str(document.version),
            hash=document.hash,
            size=str(document.size),
            repository_unique_id=REPOSITORY,
        )
        self._call.put("entry", document.entry_uuid, document.as_json(), entry_columns(document, named))

    def new_version(self, document: StoredDocument, entry: DocumentEntry, submission_set: str) -> StoredDocument:
        """Remembers new metadata of a document under a new entryUUID; the visibility of the former ones follows."""
        seen = tuple(code.code for code in entry.confidentiality)
        version = document.version + 1
        after = replace(document, entry_uuid=fresh(), version=version, visibility=seen, submission_set=submission_set)
        for row in self._look(_VERSIONS, logical_id=document.logical_id):
            former = self.entry(row.key)
            if former is not None:
                was = DEPRECATED if former.current else former.status
                self.keep(replace(former, visibility=seen, current=False, status=was), self.metadata(former))
        self.keep(after, entry)
        return after

    def authorize(self, ins: Ins, holder: str, state: str, at: str) -> None:
        """Gives or takes the access authorization of a professional or a structure, at a session time."""
        self._call.put("authorization", _right(ins, holder), {"state": state, "at": at})

    def set_treating(self, ins: Ins, holder: str | None) -> None:
        """Declares the treating doctor, or that there is none."""
        self._call.put("treating", ins.value, holder)

    def set_status(self, document: StoredDocument, status: str) -> None:
        """Changes the availability of a document."""
        self.keep(replace(document, status=status), self.metadata(document))


def fresh() -> str:
    """A new name for an object of the registry."""
    return f"urn:uuid:{uuid.uuid4()}"


def _right(ins: Ins, holder: str) -> str:
    return f"{ins.value} {ins.oid} {holder}"
