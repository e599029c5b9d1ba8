"""XDS: what is sent to a registry or a repository and what it answers, bare, in SOAP, in MTOM or dumped with HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree

from banc_harness.validate.assertions import claimed, of_message
from banc_harness.validate.detect import detect
from banc_harness.validate.envelopes import Broken, Opened, open_message, refused, told
from banc_harness.validate.kinds import KINDS, Asked
from banc_harness.validate.verdict import Verdict
from banc_standards.dmp.transactions import TRANSACTIONS
from banc_standards.rules import Rule
from banc_standards.soap import mtom
from banc_standards.soap import rules as soap_rules
from banc_standards.soap.read import SoapRefused
from banc_standards.soap.rules import SoapSubject
from banc_standards.xds import retrieve
from banc_standards.xds.model import Submission
from banc_standards.xds.names import LCM, RS, UPDATE_STATUS, XDS
from banc_standards.xds.query import read as read_query
from banc_standards.xds.query.names import QUERY
from banc_standards.xds.query.rules import RULES as QUERY_RULES
from banc_standards.xds.query.rules import QuerySubject
from banc_standards.xds.read import XdsRefused, document_parts, read, registry_errors
from banc_standards.xds.rules import METADATA_RULES, RULES, UPDATE_RULES
from banc_standards.xds.rules.answers import (
    FOUND_RULES,
    RESPONSE_RULES,
    RETRIEVE_RULES,
    AnswerSubject,
    FoundSubject,
    RetrieveSubject,
)
from banc_standards.xds.rules.metadata import refusal
from banc_standards.xds.rules.subject import SubmissionSubject

_UPDATE: Final = "urn:ihe:iti:2010:UpdateDocumentSet"
_NO_LIST: Final = next(rule for rule in RULES if rule.id == "XDS-META-001")
_BYTES: Final = ("XDS-PART-001", "XDS-PART-002", "XDS-PART-003")
_MOST_DOCUMENTS: Final = 100
Judged = Iterator[Broken]


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on the message, then one on its token and one on each clinical document that it carries."""
    found = open_message(data)
    if isinstance(found, tuple):
        yield from refused("xds", data, path, asked, found)
        return
    documents, broken = contents(found)
    name = etree.QName(found.body).localname
    message = list(_envelope(found)) if found.message is not None else []
    content = _BODIES.get(str(found.body.tag), _other)(found, documents, asked)
    yield told("xds", data, path, asked, [*message, *broken, *content], name[:40])
    if found.assertions:
        yield told("vihf", data, f"{path}!/saml:Assertion", asked, of_message(found))
    for identifier, content_bytes in list(documents.items())[:_MOST_DOCUMENTS]:
        judge_clinical = KINDS["cda"].judge
        if judge_clinical is not None and detect(content_bytes) == "cda":
            yield from judge_clinical(content_bytes, f"{path}!/Document[{identifier}]", asked)


def contents(found: Opened) -> tuple[dict[str, bytes], list[Broken]]:
    """The bytes of each document of a submission, by its id, and those that stand nowhere."""
    documents: dict[str, bytes] = {}
    broken: list[Broken] = []
    if found.body.tag == f"{XDS}ProvideAndRegisterDocumentSetRequest":
        for identifier, element in document_parts(found.body).items():
            try:
                documents[identifier] = mtom.resolve(element, found.dump.package)
            except SoapRefused as error:
                broken.append(soap_rules.hit(error))
    elif found.body.tag == f"{XDS}RetrieveDocumentSetResponse":
        for item in found.body.findall(f"{XDS}DocumentResponse"):
            held = item.find(f"{XDS}Document")
            identifier = (item.findtext(f"{XDS}DocumentUniqueId") or "").strip()
            try:
                documents[identifier] = b"" if held is None else mtom.resolve(held, found.dump.package)
            except SoapRefused as error:
                broken.append(soap_rules.hit(error))
    return documents, broken


def _envelope(found: Opened) -> Judged:
    """What the SOAP message breaks; of its transport only what the file shows is judged."""
    if found.message is None:
        return
    body = str(found.body.tag)
    answer = body.endswith(("Response", "RegistryResponse"))
    known = {one.root: one.action for one in TRANSACTIONS}
    subject = SoapSubject(found.message, found.dump.content_type, found.dump.package, known.get(body, ""))
    for rule in soap_rules.MESSAGE_RULES:
        if rule is soap_rules.CONTENT_TYPE and not found.dump.package.media_type:
            continue
        if rule is soap_rules.REQUIRED_HEADERS and answer:
            continue
        for hit in rule.check(subject):
            yield rule, hit


def _submission(found: Opened, documents: Mapping[str, bytes], asked: Asked) -> Judged:
    content = _read(found)
    if isinstance(content, tuple):
        yield content
        return
    signer = None
    subject = SubmissionSubject(content, documents, vihf=claimed(found), signing_certificate=signer)
    yield from _all(RULES, subject)


def _metadata(found: Opened, _documents: Mapping[str, bytes], asked: Asked) -> Judged:
    """``SubmitObjectsRequest``: a change (ITI-57), the metadata of an archive, or a registration without its bytes."""
    content = _read(found)
    if isinstance(content, tuple):
        yield content
        return
    action = found.message.action if found.message is not None else None
    changes = any(link.type == UPDATE_STATUS for link in content.associations)
    if changes:
        yield from _all(UPDATE_RULES, SubmissionSubject(content, vihf=claimed(found)))
    elif action == _UPDATE:
        yield from _all(METADATA_RULES, SubmissionSubject(content, vihf=claimed(found)))
    elif any(entry.uri for entry in content.entries):
        yield from _beside(content, asked)
    else:
        rules = tuple(rule for rule in RULES if rule.id not in _BYTES and not rule.id.startswith("XDS-SIG-"))
        yield from _all(rules, SubmissionSubject(content, vihf=claimed(found)))


def _beside(content: Submission, asked: Asked) -> Judged:
    """``METADATA.XML`` of an archive that was unpacked: its documents are those that stand beside it."""
    from banc_standards.xdm.read import Archive, Folder
    from banc_standards.xdm.rules import METADATA_RULES as ARCHIVE_METADATA
    from banc_standards.xdm.rules import documents as archive_documents
    from banc_standards.xdm.rules.subject import XdmSubject

    files: dict[str, bytes] = {}
    for entry in content.entries:
        held = asked.beside(entry.uri or "") if asked.beside is not None else None
        if held is not None:
            files[entry.uri or ""] = held
    subject = XdmSubject(Archive({}, (Folder("IHE_XDM/SUBSET01", content, files),)))
    absent = () if files else ("XDM-DOC-002",)
    yield from _all(tuple(rule for rule in archive_documents.RULES if rule.id not in absent), subject)
    for submission in subject.submissions:
        yield from _all(ARCHIVE_METADATA, submission)


def _query(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    yield from _all(QUERY_RULES, QuerySubject(read_query.query(found.body), claimed(found)))


def _found(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    answer = read_query.answer(found.body)
    yield from _all(RESPONSE_RULES, AnswerSubject(answer.status, answer.errors))
    yield from _all(FOUND_RULES, FoundSubject(answer))


def _response(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    subject = AnswerSubject(found.body.get("status", ""), registry_errors(found.body))
    yield from _all(RESPONSE_RULES, subject)


def _asks(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    yield from _all(RETRIEVE_RULES, RetrieveSubject(asked=retrieve.requests(found.body)))


def _gives(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    try:
        answer = retrieve.retrieved(found.body, found.dump.package)
    except SoapRefused:
        return
    yield from _all(RESPONSE_RULES, AnswerSubject(answer.status, answer.errors, bool(answer.documents)))
    yield from _all(RETRIEVE_RULES, RetrieveSubject(given=answer.documents))


def _other(found: Opened, _documents: Mapping[str, bytes], _asked: Asked) -> Judged:
    if found.message is not None and etree.QName(found.body).localname == "Fault":
        return
    content = _read(found)
    yield content if isinstance(content, tuple) else (_NO_LIST, refusal(XdsRefused(str(found.body.tag))))


def _read(found: Opened) -> Submission | Broken:
    try:
        return read(found.body)
    except XdsRefused as error:
        return _NO_LIST, refusal(error)


def _all(rules: tuple[Rule, ...], subject: object) -> Judged:
    for rule in rules:
        for hit in rule.check(subject):
            yield rule, hit


_BODIES: Final[Mapping[str, Callable[[Opened, Mapping[str, bytes], Asked], Judged]]] = {
    f"{XDS}ProvideAndRegisterDocumentSetRequest": _submission,
    f"{LCM}SubmitObjectsRequest": _metadata,
    f"{QUERY}AdhocQueryRequest": _query,
    f"{QUERY}AdhocQueryResponse": _found,
    f"{RS}RegistryResponse": _response,
    f"{XDS}RetrieveDocumentSetRequest": _asks,
    f"{XDS}RetrieveDocumentSetResponse": _gives,
}
