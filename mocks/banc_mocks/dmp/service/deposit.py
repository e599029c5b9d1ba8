"""What stands in a record before anything is exchanged: documents that others filed, as a test needs them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from banc_mocks.dmp.service.registering import registered
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.dmp.state.records import Memory
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.clock import second
from banc_standards.cda.read import read
from banc_standards.errors import BancError, Sentence, UnusableInput
from banc_standards.ins import Ins
from banc_standards.terminology.codes import value_set
from banc_standards.xds.build import entry_from_cda, utc
from banc_standards.xds.model import Association, DocumentEntry, Submission, SubmissionSet
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED, HAS_MEMBER, REPLACES

STATUSES: Final = {"approved": APPROVED, "deprecated": DEPRECATED, "archived": ARCHIVED, "deleted": DELETED}


def deposit(
    memory: Memory,
    content: bytes,
    now: datetime,
    *,
    visibility: Sequence[str] = (),
    status: str = "approved",
    replaces: str = "",
    submitted: datetime | None = None,
) -> StoredDocument:
    """Puts a CDA document into the record of the patient whom it names, as another software would have filed it.

    ``replaces`` is the uniqueId of the document whose place it takes; ``submitted`` dates its lot. Its metadata are
    those of its header. Raises ``UnusableInput`` for what the registry could not hold.
    """
    entry, lot = _described(content, submitted or now, visibility)
    records = Records(memory)
    document = read(content)
    assert document.patient.ins is not None  # the metadata could not be made otherwise
    patient = records.kept_under(document.patient.ins)
    if records.document(entry.unique_id or "") is not None:
        raise _unfit(f"uniqueId {entry.unique_id}", "déjà au registre", "in the registry already")
    former = _former(records, replaces, patient) if replaces else None
    kept = registered(
        entry,
        content,
        blob=digest(content),
        patient=patient,
        lot=lot,
        at=second(now),
        replaces=former.entry_uuid if former else None,
        cda=document,
    )
    kept = replace(kept, status=STATUSES[status])
    records.keep(kept, entry)
    links = [Association(id="a1", type=HAS_MEMBER, source=lot.id, target=entry.id, set_status="Original")]
    if former is not None:
        replacing = Association(id="a2", type=REPLACES, source=entry.id, target=former.entry_uuid)
        links.append(replace(replacing, set_status="Original"))
        records.set_status(former, DEPRECATED)
    named = {entry.id: kept.entry_uuid}
    records.keep_lot(Submission(set=lot, entries=(entry,), associations=tuple(links)), patient, named, second(now))
    return kept


def _described(content: bytes, when: datetime, visibility: Sequence[str]) -> tuple[DocumentEntry, SubmissionSet]:
    try:
        entry = entry_from_cda(content, visibility=visibility)
    except KeyError as unknown:
        raise _unfit("visibility", f"code inconnu {unknown}", f"unknown code {unknown}") from None
    except BancError as unfit:
        raise _unfit("document", unfit.text.fr, unfit.text.en) from None
    number = uuid.uuid4().int
    lot = SubmissionSet(
        id="Lot01",
        unique_id=f"2.25.{number}",
        source_id="1.2.250.1.999.6.1",
        patient_id=entry.patient_id,
        submission_time=utc(when),
        authors=entry.authors,
        content_type=value_set("J59").get("07"),
    )
    return entry, lot


def _former(records: Records, unique_id: str, patient: Ins) -> StoredDocument:
    found = records.readable(unique_id.removeprefix("urn:oid:"))
    if found is None or found.patient != patient:
        raise _unfit("replaces", f"{unique_id} n'est pas au registre", f"{unique_id} is not in the registry")
    return found


def _unfit(where: str, fr: str, en: str) -> UnusableInput:
    return UnusableInput(
        "DOCUMENT-001",
        Sentence(f"document refusé, {where} : {fr}", f"unfit document, {where}: {en}"),
        Sentence(
            "un CDA R2 complet, dont l'en-tête porte l'INS du patient, en base64",
            "a whole CDA R2 whose header carries the patient's INS, in base64",
        ),
    )
