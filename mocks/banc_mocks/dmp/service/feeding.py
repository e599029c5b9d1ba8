"""TD2.1: what the DMP takes into a record, and why it refuses the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Final

from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.documents import judge_content, subject_of
from banc_mocks.dmp.service.existence import state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, registry_errors
from banc_mocks.dmp.service.registering import registered, sha1
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import second
from banc_standards.dmp import registry_rules
from banc_standards.dmp.registry_rules import Held, RegistrySubject, Sent
from banc_standards.dmp.version_rules import REPLACEMENT_RULES, ReplacementSubject
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry, RegistryError, Submission
from banc_standards.xds.names import DEPRECATED, REPLACEMENTS
from banc_standards.xds.rules.subject import SubmissionSubject

LARGE: Final = 256 * 1024
"""Octets above which a submission is judged on another thread, so that the others do not wait."""


async def feed(call: Call, submission: Submission, parts: Mapping[str, bytes], actor: Actor) -> list[RegistryError]:
    """Takes a submission, or says why not; ``parts`` gives the bytes by the id of their ``xds:Document``.

    Nothing is kept of a submission that has one error. The first error names the exchange's code.
    """
    note(call, submission)
    subject = subject_of(call, submission, parts, actor)
    refused = armed_errors(call) or await _judged(call, subject, sum(map(len, parts.values())))
    # From here to the end nothing waits: what the registry holds cannot change between its check and the record.
    records = Records(call)
    patient = records.owner(actor.assertion)
    known: Mapping[str, StoredDocument] = {}
    if not refused:
        known = records.documents({entry.unique_id or "" for entry, _ in _contents(subject)})
        memory = _memory(call, records, subject, patient, known)
        refused = registry_errors(call, call.judge(registry_rules.RULES, memory))
        for former in _replacements(records, subject, actor):
            refused += registry_errors(call, call.judge(REPLACEMENT_RULES, former))
    if refused:
        return refuse(call, refused)
    _register(call, records, subject, patient, known)
    return []


async def _judged(call: Call, subject: SubmissionSubject, size: int) -> list[RegistryError]:
    if size > LARGE:
        return await asyncio.to_thread(judge_content, call, subject)
    return judge_content(call, subject)


def note(call: Call, submission: Submission) -> None:
    """The facts of a submission (CONTRACTS §6): its set, its documents without the signature, what they replace.

    ``replaces`` holds the entryUUIDs as sent, ``replaced`` the documents that the registry knows under them.
    """
    if submission.set is not None and submission.set.unique_id:
        call.facts["submission_set"] = submission.set.unique_id
    call.facts["documents"] = [f"urn:oid:{entry.unique_id}" for entry in submission.contents if entry.unique_id]
    replaced = [link.target for link in submission.associations if link.type in REPLACEMENTS]
    if replaced:
        call.facts["replaces"] = replaced
        known = (Records(call).entry(target) for target in replaced)
        call.facts["replaced"] = [f"urn:oid:{document.unique_id}" for document in known if document]


def _memory(
    call: Call, records: Records, subject: SubmissionSubject, patient: Ins, known: Mapping[str, StoredDocument]
) -> RegistrySubject:
    submission = subject.submission
    lot = submission.set.unique_id if submission.set else None
    sent = tuple(_sent(entry, content) for entry, content in _contents(subject))
    targets: dict[str, Held | None] = {}
    for link in submission.associations:
        if link.type in REPLACEMENTS:
            found = records.entry(link.target)
            targets[link.target] = found.held if found else None
    return RegistrySubject(
        patient=patient,
        record=state_of(call, records, patient),
        set_id=lot or "",
        set_known=lot is not None and records.set_known(lot),
        sent=sent,
        known={unique_id: document.held for unique_id, document in known.items()},
        targets=targets,
    )


def _replacements(records: Records, subject: SubmissionSubject, actor: Actor) -> Iterator[ReplacementSubject]:
    clinical = {entry.id: document for entry, document in subject.clinical()}
    for link in subject.submission.associations:
        former = records.entry(link.target) if link.type in REPLACEMENTS else None
        if former is not None:
            yield ReplacementSubject(former.held, clinical.get(link.source), actor.assertion)


def _contents(subject: SubmissionSubject) -> Iterator[tuple[DocumentEntry, bytes]]:
    for entry in subject.submission.entries:
        content = subject.content(entry)
        if content is not None:
            yield entry, content


def _sent(entry: DocumentEntry, content: bytes) -> Sent:
    return Sent(entry.unique_id or "", sha1(content), len(content))


def _register(
    call: Call, records: Records, subject: SubmissionSubject, patient: Ins, known: Mapping[str, StoredDocument]
) -> None:
    submission = subject.submission
    lot = submission.set
    replaces = {link.source: link.target for link in submission.associations if link.type in REPLACEMENTS}
    clinical = {entry.id: document for entry, document in subject.clinical()}
    held, named = dict(known), {}
    for entry, content in _contents(subject):
        document = held.get(entry.unique_id or "")
        if document is None:
            document = registered(
                entry,
                content,
                blob=call.keep(content),
                patient=patient,
                lot=lot,
                at=second(call.now),
                replaces=replaces.get(entry.id),
                cda=clinical.get(entry.id),
            )
            records.keep(document, entry)
            held[document.unique_id] = document
        named[entry.id] = document.entry_uuid
    for target in replaces.values():
        old = records.entry(target)
        if old is not None:
            records.set_status(old, DEPRECATED)
    records.keep_lot(submission, patient, named, second(call.now))
