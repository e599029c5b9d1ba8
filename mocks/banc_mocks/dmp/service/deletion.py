"""TD3.3c and TD3.3d: what the DMP lets be deleted or archived. A deleted document stays, with the status Deleted."""

from __future__ import annotations

from typing import Final

from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import reader_of, state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, registry_errors
from banc_mocks.dmp.state import Records
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import second
from banc_standards.dmp import registry_rules
from banc_standards.dmp.registry_rules import RegistrySubject
from banc_standards.dmp.update_rules import ARCHIVE_RULES, ArchivingSubject
from banc_standards.dmp.version_rules import DELETION_RULES, DeletionSubject
from banc_standards.dmp.visibility import Reader
from banc_standards.ins import Ins
from banc_standards.xds.model import RegistryError, Submission
from banc_standards.xds.names import DELETED, UPDATE_STATUS
from banc_standards.xds.rules import UPDATE_RULES
from banc_standards.xds.rules.subject import SubmissionSubject

_ON_ARCHIVING: Final = tuple(rule for rule in DELETION_RULES if rule.id != "DMP-REG-024")
_OF_ANY_LOT: Final = tuple(rule for rule in registry_rules.RULES if rule.id in ("DMP-REG-001", "DMP-REG-003"))
"""A record, and a new lot; whether a closed record refuses a deletion is not known, so it does not."""


def delete(call: Call, submission: Submission, actor: Actor) -> list[RegistryError]:
    """Changes the availability of documents, or says why not: all of them, or none."""
    records = Records(call)
    _note(call, records, submission)
    patient = records.owner(actor.assertion)
    sent = SubmissionSubject(submission, vihf=actor.assertion, signing_certificate=actor.certificate)
    refused = armed_errors(call) or registry_errors(call, call.judge(UPDATE_RULES, sent))
    if not refused:
        refused = registry_errors(call, call.judge(_OF_ANY_LOT, _lot(call, records, submission, patient)))
        reader = reader_of(call, actor.assertion, patient)
        deleted, archived = _asked(records, submission, actor, patient, reader)
        refused += registry_errors(call, call.judge(DELETION_RULES, deleted))
        archiving = ArchivingSubject(archived, reader)
        refused += registry_errors(call, call.judge(_ON_ARCHIVING, archived))
        refused += registry_errors(call, call.judge(ARCHIVE_RULES, archiving) if archived.targets else [])
    if refused:
        return refuse(call, refused)
    for link in submission.associations:
        document = records.entry(link.target) if link.type == UPDATE_STATUS else None
        if document is not None and link.new_status:
            records.set_status(document, link.new_status)
    records.keep_lot(submission, patient, {}, second(call.now))
    return []


def _note(call: Call, records: Records, submission: Submission) -> None:
    """The facts: the lot, the entryUUIDs that it names, the documents that the registry knows under them, the status
    wanted."""
    links = [link for link in submission.associations if link.type == UPDATE_STATUS]
    if submission.set is not None and submission.set.unique_id:
        call.facts["submission_set"] = submission.set.unique_id
    call.facts["entries"] = [link.target for link in links]
    known = (records.entry(link.target) for link in links)
    call.facts["documents"] = [f"urn:oid:{document.unique_id}" for document in known if document]
    if links:
        call.facts["new_status"] = links[0].new_status


def _lot(call: Call, records: Records, submission: Submission, patient: Ins) -> RegistrySubject:
    lot = submission.set.unique_id if submission.set else None
    return RegistrySubject(
        patient=patient,
        record=state_of(call, records, patient),
        set_id=lot or "",
        set_known=lot is not None and records.set_known(lot),
        sent=(),
        known={},
        targets={},
    )


def _asked(
    records: Records, submission: Submission, actor: Actor, patient: Ins, reader: Reader
) -> tuple[DeletionSubject, DeletionSubject]:
    """What a lot deletes, and what it archives or takes out of the archives."""
    links = (link for link in submission.associations if link.type == UPDATE_STATUS)
    found = ((link, records.entry(link.target)) for link in links)
    targets = [(link, document.held if document else None) for link, document in found]
    deleted = tuple(target for target in targets if target[0].new_status == DELETED)
    archived = tuple(target for target in targets if target[0].new_status != DELETED)
    asks = (actor.assertion, reader.treating)
    return DeletionSubject(patient, deleted, *asks), DeletionSubject(patient, archived, *asks)
