"""TD3.3a and TD3.3b: who sees a document changes; its metadata get a new version, under a new entryUUID."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.documents import subject_of
from banc_mocks.dmp.service.existence import reader_of, state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, registry_errors
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import second
from banc_standards.dmp import registry_rules, transactions, update_rules
from banc_standards.dmp.registry_rules import RegistrySubject
from banc_standards.dmp.update_rules import MetadataSubject, visibility
from banc_standards.dmp.visibility import HIDDEN, HIDDEN_FROM_GUARDIANS, may_read
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry, RegistryError, Submission
from banc_standards.xds.names import HAS_MEMBER
from banc_standards.xds.rules import METADATA_RULES

_OF_ANY_LOT: Final = tuple(rule for rule in registry_rules.RULES if rule.id in ("DMP-REG-001", "DMP-REG-003"))
_MADE_VISIBLE: Final = {HIDDEN, HIDDEN_FROM_GUARDIANS}


def change(call: Call, submission: Submission, actor: Actor) -> list[RegistryError]:
    """Changes the visibility of documents, or says why not: of all of them, or of none."""
    records = Records(call)
    patient = records.owner(actor.assertion)
    asked = [_asked(call, records, submission, entry, actor, patient) for entry in submission.entries]
    _note(call, submission, asked)
    sent = subject_of(call, submission, {}, actor)
    refused = armed_errors(call) or registry_errors(call, call.judge(METADATA_RULES, sent))
    if not refused:
        lot = submission.set.unique_id if submission.set else None
        known = lot is not None and records.set_known(lot)
        memory = RegistrySubject(patient, state_of(call, records, patient), lot or "", known, (), {}, {})
        refused = registry_errors(call, call.judge(_OF_ANY_LOT, memory))
        for one in asked:
            refused += registry_errors(call, call.judge(update_rules.METADATA_RULES, one))
    if refused:
        return refuse(call, refused)
    set_id = (submission.set.unique_id if submission.set else None) or ""
    named = {}
    for one in asked:
        document = _held(records, one.sent)
        if document is not None and one.registered is not None:
            entry = replace(one.registered, confidentiality=one.sent.confidentiality)
            named[one.sent.id] = records.new_version(document, entry, set_id).entry_uuid
    call.facts["entries"] = list(named.values())
    records.keep_lot(submission, patient, named, second(call.now))
    return []


def _held(records: Records, sent: DocumentEntry) -> StoredDocument | None:
    return records.logical(sent.logical_id) if sent.logical_id else None


def _asked(
    call: Call, records: Records, submission: Submission, sent: DocumentEntry, actor: Actor, patient: Ins
) -> MetadataSubject:
    reader = reader_of(call, actor.assertion, patient)
    document = _held(records, sent)
    if document is not None and not may_read(document.held, reader):
        document = None
    members = (link for link in submission.associations if link.type == HAS_MEMBER and link.target == sent.id)
    return MetadataSubject(
        sent=sent,
        link=next(members, None),
        held=document.held if document else None,
        registered=records.metadata(document) if document else None,
        patient=patient,
        reader=reader,
        repeated=sum(entry.logical_id == sent.logical_id for entry in submission.entries) > 1,
    )


def _note(call: Call, submission: Submission, asked: list[MetadataSubject]) -> None:
    """The facts: the lot, the documents, the visibility wanted; and which of both transactions it is."""
    if submission.set is not None and submission.set.unique_id:
        call.facts["submission_set"] = submission.set.unique_id
    call.facts["documents"] = [f"urn:oid:{one.held.unique_id}" for one in asked if one.held]
    call.facts["visibility"] = sorted({code for one in asked for code in visibility(one.sent)})
    shown = (visibility(one.registered) - visibility(one.sent) for one in asked if one.registered)
    if any(codes & _MADE_VISIBLE for codes in shown):
        call.operation = f"dmp.{transactions.MAKE_VISIBLE.id}"
