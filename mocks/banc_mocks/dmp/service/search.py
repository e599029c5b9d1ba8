"""TD3.1: what the DMP finds, and for whom. Signatures of lots never show; deleted documents only where asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import authorization_on, state_of
from banc_mocks.dmp.service.refusal import armed_errors, refuse, refused_by, registry_errors
from banc_mocks.dmp.state import Records, StoredDocument
from banc_mocks.sandbox.call import Call
from banc_standards.dmp import errors, registry_rules, search_rules
from banc_standards.dmp.registry_rules import RegistrySubject
from banc_standards.dmp.search_rules import SearchSubject
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry, RegistryError
from banc_standards.xds.names import DELETED
from banc_standards.xds.query.model import StoredQuery
from banc_standards.xds.query.names import (
    AUTHOR,
    CODED,
    ENTRY_UUID,
    FIND_DOCUMENTS,
    LEAF_CLASS,
    QUERIES,
    STATUS,
    TIMES,
    UNIQUE_ID,
)
from banc_standards.xds.query.rules import RULES as QUERY_RULES
from banc_standards.xds.query.rules import QuerySubject

_MASKED: Final = "MASQUE_PS"
_HAS_RECORD: Final = next(rule for rule in registry_rules.RULES if rule.id == "DMP-REG-001")


@dataclass(frozen=True, slots=True)
class Found:
    """What TD3.1 answers: references or entries, as the request wanted, or the errors that refuse it."""

    references: tuple[str, ...] = ()
    entries: tuple[DocumentEntry, ...] = ()
    errors: tuple[RegistryError, ...] = ()


def search(call: Call, query: StoredQuery, actor: Actor) -> Found:
    """Judges a stored query and answers it.

    Raises :class:`~banc_mocks.dmp.service.refusal.DmpRefused` when the rights matrix forbids what is wanted.
    """
    call.facts["query"] = QUERIES.get(query.id, query.id)
    asked = query.values(UNIQUE_ID)
    if asked:
        call.facts["documents"] = [f"urn:oid:{unique_id}" for unique_id in asked]
    records = Records(call)
    patient = Ins(actor.assertion.ins or "", actor.assertion.ins_oid or "")
    metadata = query.return_type == LEAF_CLASS
    rights = SearchSubject(actor.assertion, metadata, authorization_on(call, records.patient(patient)))
    refusing = call.judge(search_rules.RULES, rights)
    if refusing:
        raise refused_by(refusing, errors.ACCESS_DENIED)
    refused = armed_errors(call) or registry_errors(call, call.judge(QUERY_RULES, QuerySubject(query, actor.assertion)))
    if not refused:
        memory = RegistrySubject(patient, state_of(call, records, patient), "", False, (), {}, {})
        refused = registry_errors(call, call.judge((_HAS_RECORD,), memory))
    if refused:
        return Found(errors=tuple(refuse(call, refused)))
    documents = [] if call.armed(faults.NO_RESULT.id) else _matching(records, query, actor, patient)
    call.facts["entries"] = [document.entry_uuid for document in documents]
    if not asked:
        call.facts["documents"] = [f"urn:oid:{document.unique_id}" for document in documents]
    if metadata:
        return Found(entries=tuple(records.metadata(document) for document in documents))
    return Found(references=tuple(document.entry_uuid for document in documents))


def _matching(records: Records, query: StoredQuery, actor: Actor, patient: Ins) -> list[StoredDocument]:
    mine = [document for document in records.documents(patient) if _shown(document, actor)]
    if query.id == FIND_DOCUMENTS:
        statuses = query.values(STATUS)
        mine = [document for document in mine if document.status in statuses]
        return [document for document in mine if _fits(records, document, query)]
    wanted = {*query.values(UNIQUE_ID), *query.values(ENTRY_UUID)}
    return [
        document
        for document in mine
        if document.status != DELETED and not wanted.isdisjoint((document.unique_id, document.entry_uuid))
    ]


def _shown(document: StoredDocument, actor: Actor) -> bool:
    """Whether the actor may know of a document: one that is masked shows to its authors only."""
    return _MASKED not in document.visibility or document.held.authored_by(actor.assertion)


def _fits(records: Records, document: StoredDocument, query: StoredQuery) -> bool:
    filters = [item for item in query.parameters if item.name in CODED or item.name == AUTHOR]
    bounds = [(name, query.values(f"{name}From")[:1], query.values(f"{name}To")[:1]) for name in TIMES]
    if not filters and not any(start or end for _, start, end in bounds):
        return True
    entry = records.metadata(document)
    for item in filters:
        having = _authors(entry) if item.name == AUTHOR else _coded(entry, CODED[item.name])
        for group in item.groups:
            if having.isdisjoint(group):
                return False
    return all(_within(getattr(entry, TIMES[name]), start, end) for name, start, end in bounds)


def _coded(entry: DocumentEntry, attribute: str) -> set[str]:
    value = getattr(entry, attribute)
    codes = value if isinstance(value, tuple) else (value,)
    return {f"{code.code}^^{code.system}" for code in codes if code is not None}


def _authors(entry: DocumentEntry) -> set[str]:
    return {text for author in entry.authors for text in author.persons}


def _within(time: str | None, start: Iterable[str], end: Iterable[str]) -> bool:
    """Whether a time lies in ``[start, end[``, an absent bound being none (IHE ITI TF-2 §3.18.4.1.2.3.4)."""
    if not any((*start, *end)):
        return True
    return time is not None and all(bound <= time for bound in start) and all(time < bound for bound in end)
