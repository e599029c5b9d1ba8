"""The operations of the DMP: from a received message to the body of its answer."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from lxml import etree

from banc_mocks.dmp import faults
from banc_mocks.dmp.service import admission, deletion, existence, feeding, listing, masking, retrieval, search
from banc_mocks.dmp.service import authorization as authorizing
from banc_mocks.dmp.service.admission import Actor
from banc_mocks.dmp.service.refusal import DmpRefused, broken
from banc_mocks.dmp.wire import answers, reception
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply
from banc_standards.dmp import authorization, build, lists, read, transactions
from banc_standards.dmp.build import Identifier
from banc_standards.dmp.transactions import Transaction
from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule
from banc_standards.soap import mtom
from banc_standards.soap import rules as soap_rules
from banc_standards.soap.mtom import Package
from banc_standards.soap.read import SoapRefused
from banc_standards.xds import build as xds
from banc_standards.xds import read as xds_read
from banc_standards.xds import retrieve
from banc_standards.xds.model import RegistryError
from banc_standards.xds.query import build as query_build
from banc_standards.xds.query import read as query_read
from banc_standards.xds.rules import RULES as XDS_RULES
from banc_standards.xds.rules.metadata import few_objects
from banc_standards.xds.rules.metadata import refusal as unreadable_objects
from banc_standards.xds.rules.subject import SubmissionSubject

NO_OBJECTS = next(rule for rule in XDS_RULES if rule.id == "XDS-META-001")
TOO_MANY_OBJECTS = next(rule for rule in XDS_RULES if rule.id == "XDS-META-006")


async def exchange(call: Call, path: str) -> Reply:
    """One SOAP exchange at ``path`` below the base: certificate, envelope, token, VIHF, rights, operation.

    Raises :class:`DmpRefused`, which the service answers as a SOAP Fault.
    """
    admission.check_client(call)
    parts = reception.package(call)
    message = reception.message(call, parts)
    transaction = reception.transaction(call, path, message)
    admission.check_message(call, reception.subject(call, message, parts, transaction))
    if transaction is None or message.body is None:
        raise reception.unknown(call, path, message)
    claims = admission.check_token(call)
    actor = admission.admit(call, message, transaction)
    admission.check_person(call, actor, claims)
    admission.authorize(call, transaction, actor)
    _told_to_fail(call)
    parts_out: Mapping[str, bytes] | None = None
    objects: Sequence[bytes] = ()
    if transaction is transactions.FEED:
        body = await provide_and_register(call, message.body, parts, actor)
    elif transaction is transactions.SEARCH:
        body, objects = await stored_query(call, message.body, actor)
    elif transaction is transactions.RETRIEVE:
        body, parts_out = await retrieve_documents(call, message.body, actor)
    elif transaction in (transactions.DELETE, transactions.ARCHIVE, transactions.MASK):
        body = update(call, message.body, actor, transaction)
    elif transaction is transactions.AUTHORIZE:
        body = authorization.outcome(*authorizing.authorize(call, authorization.wish(message.body), actor))
    elif transaction is transactions.LIST_RECORDS:
        body = lists.patients(*listing.records_of(call, lists.asked_since(message.body), actor))
    elif transaction is transactions.LIST_HOLDERS:
        body = lists.authorizations(*listing.holders_of(call, lists.asked_mode(message.body), actor))
    else:
        body = find_record(call, message.body, actor)
    return answers.answer(call, transaction.answer, body, parts_out, objects)


def _told_to_fail(call: Call) -> None:
    lie = call.armed(faults.SOAP_FAULT.id)
    if lie is not None:
        reason = faults.said(lie, "reason")
        text = Sentence(reason, reason) if reason else None
        raise DmpRefused(faults.said(lie, "code"), text, receiver=bool(lie.parameters["receiver"]))


def find_record(call: Call, body: etree._Element, actor: Actor) -> etree._Element:
    """TD0.2 and TD1.3a: PRPA_IN201307UV02 in, PRPA_IN201308UV02 out."""
    asked = read.query(body)
    outcome = existence.existence(call, asked, actor.assertion)
    return build.answer(
        message_id=Identifier(str(uuid.uuid4())),
        when=call.now,
        receiver=asked.sender,
        request_id=asked.message_id,
        query_id=asked.query_id,
        reason=asked.reason,
        record=outcome.record,
        refusal=outcome.refusal,
    )


async def provide_and_register(call: Call, body: etree._Element, parts: Package, actor: Actor) -> etree._Element:
    """TD2.1: ProvideAndRegisterDocumentSetRequest in, RegistryResponse out."""
    try:
        submission = xds_read.read(body)
        contents = {
            identifier: mtom.resolve(element, parts) for identifier, element in xds_read.document_parts(body).items()
        }
    except xds_read.XdsRefused as refused:
        return _unreadable(call, NO_OBJECTS, unreadable_objects(refused), NO_OBJECTS.code)
    except SoapRefused as refused:
        rule, hit = soap_rules.hit(refused)
        return _unreadable(call, rule, hit, "XDSMissingDocument")
    for hit in few_objects(SubmissionSubject(submission)):
        return _unreadable(call, TOO_MANY_OBJECTS, hit, TOO_MANY_OBJECTS.code)
    return xds.registry_response(await feeding.feed(call, submission, contents, actor))


async def stored_query(call: Call, body: etree._Element, actor: Actor) -> tuple[etree._Element, list[bytes]]:
    """TD3.1: AdhocQueryRequest in, AdhocQueryResponse out, and the objects that stand inside it as they are stored."""
    found = await search.search(call, query_read.query(body), actor)
    if not found.whole or found.errors:
        return query_build.answer(references=[one.id for one in found.objects], errors=found.errors), []
    answered = query_build.answer(total=len(found.objects))
    return answered, [one.metadata for one in found.objects]


async def retrieve_documents(
    call: Call, body: etree._Element, actor: Actor
) -> tuple[etree._Element, Mapping[str, bytes] | None]:
    """TD3.2: RetrieveDocumentSetRequest in, RetrieveDocumentSetResponse and the parts that it points at out."""
    handed = await retrieval.retrieve(call, retrieve.requests(body), actor)
    return answers.documents(call, handed.documents, handed.errors)


def update(call: Call, body: etree._Element, actor: Actor, transaction: Transaction) -> etree._Element:
    """TD3.3a to TD3.3d: SubmitObjectsRequest in, RegistryResponse out."""
    try:
        submission = xds_read.read(body)
    except xds_read.XdsRefused as refused:
        return _unreadable(call, NO_OBJECTS, unreadable_objects(refused), NO_OBJECTS.code)
    for hit in few_objects(SubmissionSubject(submission)):
        return _unreadable(call, TOO_MANY_OBJECTS, hit, TOO_MANY_OBJECTS.code)
    if transaction is transactions.MASK:
        return xds.registry_response(masking.change(call, submission, actor))
    return xds.registry_response(deletion.delete(call, submission, actor))


def _unreadable(call: Call, rule: Rule, hit: Hit, code: str) -> etree._Element:
    call.find(rule, hit)
    call.outcome = "refused"
    call.code = code
    context = f"{broken(rule).of(call.sandbox.config.lang)} : {hit.found}"
    return xds.registry_response([RegistryError(code, context, hit.location)])
