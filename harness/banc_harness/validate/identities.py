"""INSi: the requests of its operations, its answers and its faults, in SOAP or dumped with HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from banc_harness.validate.envelopes import Broken, Opened, open_message, refused, told
from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Verdict
from banc_standards.insi import names, read
from banc_standards.insi.answer_rules import RULES as ANSWER_RULES
from banc_standards.insi.rules import RULES
from banc_standards.insi.subject import InsiSubject, moment
from banc_standards.rules import Hit
from banc_standards.soap.names import DS, SOAP12_MEDIA_TYPE
from banc_standards.soap.rules import BY_ID as SOAP_RULES
from banc_standards.vihf import rules as vihf_rules
from banc_standards.vihf.verify import Refused, signed_assertion

_REQUESTS: Final = frozenset({f"{{{names.REC_SANS}}}RECSANSVITALE", f"{{{names.REC_VIT}}}RECVITALE"})


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on one message of INSi."""
    found = open_message(data)
    if isinstance(found, tuple):
        yield from refused("insi", data, path, asked, found)
        return
    if found.message is None:
        outside = SOAP_RULES["SOAP-001"], Hit("/", found=str(found.root.tag), expected="soap:Envelope")
        yield told("insi", data, path, asked, [outside])
        return
    request = read.request(found.message, announced=found.dump.content_type.parameters.get("action"))
    asks = found.message.operation in _REQUESTS or request.operation is not None or request.bam is not None
    if asks:
        yield told("insi", data, path, asked, _request(found, request), request.operation or "")
        return
    broken = ((rule, hit) for rule in ANSWER_RULES for hit in rule.check(found.message))
    yield told("insi", data, path, asked, broken, etree.QName(found.body).localname[:40])


def _request(found: Opened, request: read.Request) -> Iterator[Broken]:
    """A request, judged at the moment that it says; its software is taken for the one that it names."""
    first = request.assertions[0] if request.assertions else None
    told = request.bam.time if request.bam is not None else None
    now = moment(told) or moment(first.get("IssueInstant") if first is not None else None) or datetime.now(UTC)
    assertion, signer = None, None
    if first is not None:
        root = first
        if next(found.root.iter(f"{{{DS}}}Signature"), None) is not None:
            try:
                root, signer = signed_assertion(found.root, now=now, trusted=lambda *_: None, sha1=True)
            except Refused as error:
                yield vihf_rules.hit(error)
        signed = signer is not None or next(first.iterchildren(f"{{{DS}}}Signature"), None) is not None
        assertion = read.assertion(root, signed=signed)
    by_http = found.dump.by_http
    idam = request.lps.idam
    subject = InsiSubject(
        request=request,
        now=now,
        media_type=found.dump.package.media_type if by_http else SOAP12_MEDIA_TYPE,
        mutual_tls=first is None,
        signing_certificate=signer,
        assertion=assertion,
        accepted={idam: request.lps.product or ""} if idam else {},
        bearer="authorization" in found.dump.headers,
        bearer_due=by_http,
    )
    for rule in RULES:
        for hit in rule.check(subject):
            yield rule, hit
