"""TD3.2: which documents the DMP hands over, and to whom. What is refused does not keep the rest from being read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import DELETED_READABLE, authorization_on, is_blocked, reader_of, state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, refused_by, registry_errors
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.sandbox.call import Call
from banc_standards.dmp import errors, names, registry_rules, retrieval_rules, search_rules
from banc_standards.dmp.registry_rules import RegistrySubject
from banc_standards.dmp.retrieval_rules import AskedSubject, RetrievalSubject
from banc_standards.dmp.search_rules import SearchSubject
from banc_standards.ins import Ins
from banc_standards.xds.model import RegistryError
from banc_standards.xds.names import APPROVED
from banc_standards.xds.retrieve import DocumentRequest, DocumentResponse

_HAS_RECORD: Final = next(rule for rule in registry_rules.RULES if rule.id == "DMP-REG-001")
_AUTHORIZED: Final = next(rule for rule in search_rules.RULES if rule.id == "DMP-005")


@dataclass(frozen=True, slots=True)
class Handed:
    """What TD3.2 answers: the documents that may be read, and an error for each of the others."""

    documents: tuple[DocumentResponse, ...] = ()
    errors: tuple[RegistryError, ...] = ()


async def retrieve(call: Call, asked: Sequence[DocumentRequest], actor: Actor) -> Handed:
    """Judges a request and reads the documents that it may have.

    Raises :class:`~banc_mocks.dmp.service.refusal.DmpRefused` when the reader has no right to this DMP at all.
    """
    named = list(dict.fromkeys(asked))[: retrieval_rules.MOST_DOCUMENTS]
    call.facts["requested"] = [f"urn:oid:{one.unique_id}" for one in named]
    call.facts["documents"] = call.facts["requested"]  # what a fault may be armed for
    handed = Handed()
    try:
        handed = await _hand(call, asked, actor)
    finally:
        call.facts["documents"] = [f"urn:oid:{document.unique_id}" for document in handed.documents]
    return handed


async def _hand(call: Call, asked: Sequence[DocumentRequest], actor: Actor) -> Handed:
    records = Records(call)
    patient = records.owner(actor.assertion)
    rights = SearchSubject(
        actor.assertion,
        True,
        authorization_on(call, records, actor.assertion, patient),
        is_blocked(call, actor.assertion),
    )
    request = RetrievalSubject(tuple(asked), actor.assertion)
    refusing = call.judge(retrieval_rules.READER_RULES, request) or call.judge((_AUTHORIZED,), rights)
    if refusing:
        raise refused_by(refusing, errors.ACCESS_DENIED)
    refused = armed_errors(call) or registry_errors(call, call.judge(retrieval_rules.REQUEST_RULES, request))
    if not refused:
        memory = RegistrySubject(patient, state_of(call, records, patient), "", False, (), {}, {})
        refused = registry_errors(call, call.judge((_HAS_RECORD,), memory))
    if refused:
        return Handed(errors=tuple(refuse(call, refused)))
    return await _read(call, records, tuple(dict.fromkeys(asked)), actor, patient)


async def _read(call: Call, records: Records, wanted: Sequence[DocumentRequest], actor: Actor, patient: Ins) -> Handed:
    reader = reader_of(call, actor.assertion, patient)
    documents: list[DocumentResponse] = []
    refused: list[RegistryError] = []
    total = 0
    withheld = wanted[-1] if call.armed(faults.PARTIAL.id) is not None else None
    for asked in wanted:
        held = records.readable(asked.unique_id)
        subject = AskedSubject(
            asked,
            held.held if held else None,
            patient,
            reader,
            bool(call.session.switch(DELETED_READABLE.name)),
            total + (held.size if held else 0),
        )
        broken = registry_errors(call, call.judge(retrieval_rules.DOCUMENT_RULES, subject))
        if asked == withheld:
            broken.append(RegistryError("XDSDocumentUniqueIdError", asked.unique_id, asked.unique_id))
        if held is None or broken:
            refused += [replace(error, location=asked.unique_id) for error in broken[:1]]
            continue
        documents.append(await _content(call, held))
        total += held.size
        if held.status != APPROVED:
            call.facts.setdefault("obsolete", []).append(f"urn:oid:{held.unique_id}")
    if refused:
        call.code = refused[0].code
        if not documents:
            call.outcome = "refused"
    return Handed(tuple(documents), tuple(refused))


async def _content(call: Call, held: StoredDocument) -> DocumentResponse:
    data = await call.sandbox.store.blob(held.blob)
    if data is None:
        raise LookupError(f"the store lost {held.blob}")
    if call.armed(faults.ALTERED.id) is not None:
        data = data[:-1] + bytes([data[-1] ^ 1]) if data else data
    return DocumentResponse(names.REPOSITORY, held.unique_id, held.mime_type, data)
