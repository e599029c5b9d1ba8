"""TD2.1: what the DMP takes into a record, and why it refuses the rest."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.documents import judge_content, subject_of
from banc_mocks.dmp.service.existence import state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, registry_errors
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.clock import second
from banc_standards.dmp import registry_rules
from banc_standards.dmp.registry_rules import Held, RegistrySubject, Sent
from banc_standards.dmp.version_rules import REPLACEMENT_RULES, ReplacementSubject, series
from banc_standards.identifiers import Xcn, Xon
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry, RegistryError, Submission, SubmissionSet
from banc_standards.xds.names import APPROVED, DEPRECATED, REPLACES
from banc_standards.xds.rules.people import person, structure
from banc_standards.xds.rules.subject import SubmissionSubject

LARGE: Final = 256 * 1024
"""Octets above which a submission is judged on another thread, so that the others do not wait."""


async def feed(call: Call, submission: Submission, parts: Mapping[str, bytes], actor: Actor) -> list[RegistryError]:
    """Takes a submission, or says why not; ``parts`` gives the bytes by the id of their ``xds:Document``.

    Nothing is kept of a submission that has one error. The first error names the exchange's code.
    """
    note(call, submission)
    subject = subject_of(submission, parts, actor)
    refused = armed_errors(call) or await _judged(call, subject, sum(map(len, parts.values())))
    # From here to the end nothing waits: what the registry holds cannot change between its check and the record.
    records = Records(call)
    patient = Ins(actor.assertion.ins or "", actor.assertion.ins_oid or "")
    if not refused:
        memory = _memory(call, records, subject, patient)
        refused = registry_errors(call, call.judge(registry_rules.RULES, memory))
        for former in _replacements(records, subject, actor):
            refused += registry_errors(call, call.judge(REPLACEMENT_RULES, former))
    if refused:
        return refuse(call, refused)
    _register(call, records, subject, patient)
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
    replaced = [link.target for link in submission.associations if link.type == REPLACES]
    if replaced:
        call.facts["replaces"] = replaced
        known = (Records(call).entry(target) for target in replaced)
        call.facts["replaced"] = [f"urn:oid:{document.unique_id}" for document in known if document]


def _memory(call: Call, records: Records, subject: SubmissionSubject, patient: Ins) -> RegistrySubject:
    submission = subject.submission
    lot = submission.set.unique_id if submission.set else None
    sent = tuple(_sent(entry, content) for entry, content in _contents(subject))
    known = {item.unique_id: found for item in sent if (found := records.document(item.unique_id)) is not None}
    targets: dict[str, Held | None] = {}
    for link in submission.associations:
        if link.type == REPLACES:
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
        former = records.entry(link.target) if link.type == REPLACES else None
        if former is not None:
            yield ReplacementSubject(former.held, clinical.get(link.source), actor.assertion)


def _contents(subject: SubmissionSubject) -> Iterator[tuple[DocumentEntry, bytes]]:
    for entry in subject.submission.entries:
        content = subject.content(entry)
        if content is not None:
            yield entry, content


def _sent(entry: DocumentEntry, content: bytes) -> Sent:
    return Sent(entry.unique_id or "", _sha1(content), len(content))


def _sha1(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def _register(call: Call, records: Records, subject: SubmissionSubject, patient: Ins) -> None:
    submission = subject.submission
    lot = submission.set
    set_id = (lot.unique_id if lot else None) or ""
    replaces = {link.source: link.target for link in submission.associations if link.type == REPLACES}
    clinical = {entry.id: document for entry, document in subject.clinical()}
    named = {}
    for entry, content in _contents(subject):
        document = records.document(entry.unique_id or "")
        if document is None:
            document = _document(call, entry, content, patient, set_id, replaces.get(entry.id))
            cda = clinical.get(entry.id)
            if cda is not None:
                document = replace(document, series=series(cda), document_version=cda.version)
            persons, institutions = _authors(entry, lot)
            document = replace(document, persons=persons, institutions=institutions)
            records.keep(document, entry)
        named[entry.id] = document.entry_uuid
    for target in replaces.values():
        old = records.entry(target)
        if old is not None:
            records.set_status(old, DEPRECATED)
    records.keep_lot(submission, patient, named, second(call.now))


def _authors(entry: DocumentEntry, lot: SubmissionSet | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who wrote a document or its lot, and for which structures; its legal authenticator is among the persons."""
    authors = (*entry.authors, *(lot.authors if lot else ()))
    people = [person(text) for author in authors for text in author.persons]
    people.append(person(entry.legal_authenticator or ""))
    places = [structure(text) for author in authors for text in author.institutions]
    return _identifiers(people), _identifiers(places)


def _identifiers(found: Iterable[Xcn | Xon | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.id for item in found if item))


def _document(
    call: Call, entry: DocumentEntry, content: bytes, patient: Ins, set_id: str, replaces: str | None
) -> StoredDocument:
    logical_id = f"urn:uuid:{uuid.uuid4()}"
    return StoredDocument(
        unique_id=entry.unique_id or "",
        entry_uuid=logical_id,
        logical_id=logical_id,
        version=1,
        ins=patient.value,
        ins_oid=patient.oid,
        status=APPROVED,
        at=second(call.now),
        blob=call.keep(content),
        size=len(content),
        hash=_sha1(content),
        submission_set=set_id,
        type_code=entry.type_code.code if entry.type_code else "",
        class_code=entry.class_code.code if entry.class_code else "",
        format_code=entry.format_code.code if entry.format_code else "",
        title=entry.title or "",
        mime_type=entry.mime_type or "",
        creation_time=entry.creation_time or "",
        visibility=tuple(code.code for code in entry.confidentiality),
        replaces=replaces,
        signature=entry.signature,
    )
