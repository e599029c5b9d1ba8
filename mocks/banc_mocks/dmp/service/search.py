"""TD3.1: what the DMP finds, and for whom. Signatures of lots show only to their authors who ask for them by id;
deleted documents only where asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.existence import GET_ALL as ANSWERS_GET_ALL
from banc_mocks.dmp.service.existence import (
    MOST_RESULTS,
    SIGNATURE_BY_ID,
    authorization_on,
    is_blocked,
    reader_of,
    state_of,
)
from banc_mocks.dmp.service.refusal import armed_errors, refuse, refused_by, registry_errors
from banc_mocks.dmp.state import FoundObject, Records, Search
from banc_mocks.dmp.state.search import ends
from banc_mocks.sandbox.call import Call
from banc_standards.dmp import errors, registry_rules, search_rules
from banc_standards.dmp.registry_rules import RegistrySubject
from banc_standards.dmp.search_rules import ResultSubject, SearchSubject
from banc_standards.dmp.visibility import may_read
from banc_standards.ins import Ins
from banc_standards.xds.model import RegistryError
from banc_standards.xds.query.model import StoredQuery
from banc_standards.xds.query.names import (
    FIND_SUBMISSION_SETS,
    GET_ALL,
    GET_ASSOCIATIONS,
    GET_DOCUMENTS,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    LEAF_CLASS,
    QUERIES,
    SERVED,
    UNIQUE_ID,
)
from banc_standards.xds.query.rules import RULES as QUERY_RULES
from banc_standards.xds.query.rules import QuerySubject

_HAS_RECORD: Final = next(rule for rule in registry_rules.RULES if rule.id == "DMP-REG-001")


@dataclass(frozen=True, slots=True)
class Found:
    """What TD3.1 answers: references or objects, as the request wanted, or the errors that refuse it."""

    objects: tuple[FoundObject, ...] = ()
    whole: bool = False
    errors: tuple[RegistryError, ...] = ()


async def search(call: Call, query: StoredQuery, actor: Actor) -> Found:
    """Judges a stored query and answers it.

    Raises :class:`~banc_mocks.dmp.service.refusal.DmpRefused` when the rights matrix forbids what is wanted.
    """
    call.facts["query"] = QUERIES.get(query.id, query.id)
    asked = query.values(UNIQUE_ID)
    if asked:
        call.facts["documents"] = [f"urn:oid:{unique_id}" for unique_id in asked]
    records = Records(call)
    patient = records.owner(actor.assertion)
    whole = query.return_type == LEAF_CLASS
    rights = SearchSubject(
        actor.assertion,
        whole,
        authorization_on(call, records, actor.assertion, patient),
        is_blocked(call, actor.assertion),
    )
    refusing = call.judge(search_rules.RIGHTS, rights)
    if refusing:
        raise refused_by(refusing, errors.ACCESS_DENIED)
    served = (*SERVED, GET_ALL) if call.session.switch(ANSWERS_GET_ALL.name) else SERVED
    subject = QuerySubject(query, actor.assertion, served)
    refused = armed_errors(call) or registry_errors(call, call.judge(QUERY_RULES, subject))
    if not refused:
        memory = RegistrySubject(patient, state_of(call, records, patient), "", False, (), {}, {})
        refused = registry_errors(call, call.judge((_HAS_RECORD,), memory))
    found: Sequence[FoundObject] = ()
    if not refused and call.armed(faults.NO_RESULT.id) is None:
        most = int(call.session.switch(MOST_RESULTS.name)) if whole else None
        found = await _matching(call, query, actor, patient, whole=whole, most=most)
        many = ResultSubject(len(found), most)
        refused = registry_errors(call, call.judge(search_rules.RESULTS, many))
    if refused:
        return Found(errors=tuple(refuse(call, refused)))
    call.facts["entries"] = [one.id for one in found]
    if not asked:
        call.facts["documents"] = [f"urn:oid:{one.unique_id}" for one in found if one.unique_id]
    return Found(tuple(found), whole)


async def _matching(
    call: Call, query: StoredQuery, actor: Actor, patient: Ins, *, whole: bool, most: int | None
) -> list[FoundObject]:
    reader = reader_of(call, actor.assertion, patient)
    looking = Search(call, patient, lambda document: may_read(document.held, reader), whole=whole, most=most)
    if query.id == FIND_SUBMISSION_SETS:
        return await looking.find_sets(query)
    if query.id == GET_ASSOCIATIONS:
        return await looking.get_associations(ends(query))
    if query.id == GET_ALL:
        everything = await looking.find_documents(query) + await looking.find_sets(query)
        return everything + await looking.get_associations([one.id for one in everything])
    if query.id not in (GET_DOCUMENTS, GET_DOCUMENTS_AND_ASSOCIATIONS):
        return await looking.find_documents(query)
    found = await looking.get_documents(query, signatures=bool(call.session.switch(SIGNATURE_BY_ID.name)))
    if query.id == GET_DOCUMENTS_AND_ASSOCIATIONS:
        found += await looking.get_associations([one.id for one in found])
    return found
