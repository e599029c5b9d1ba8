"""What reaches the DMP: MTOM package, SOAP message, and which transaction they make."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from banc_mocks.dmp.service.refusal import DmpRefused
from banc_mocks.sandbox.call import Call
from banc_standards import xml_rules
from banc_standards.dmp import errors, transactions
from banc_standards.dmp.read import query, update
from banc_standards.dmp.rules import UNKNOWN_OPERATION
from banc_standards.dmp.transactions import Transaction
from banc_standards.rules import Hit, Rule
from banc_standards.soap import mtom, read, rules
from banc_standards.soap.mtom import Package
from banc_standards.soap.read import Message, SoapRefused
from banc_standards.xml import Limits, XmlRefused

_SINGLE_BYTE: Final = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252"})
_DECLARED: Final = re.compile(rb"""(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff|<\?xml\s[^>]*\sencoding\s*=)""")
ENVELOPE_LIMITS: Final = Limits(max_bytes=50 * 2**20, max_depth=100, max_nodes=50_000)
"""An envelope may hold a document in base64 where MTOM is not used, so its size is that of the whole body. Fifty
documents, as many as a package holds, have some 8,000 nodes of metadata."""


def package(call: Call) -> Package:
    """The MTOM package of a request. Raises :class:`DmpRefused` (rules MTOM-001 to MTOM-005)."""
    try:
        return mtom.unpack(call.headers.get("Content-Type", ""), call.body)
    except SoapRefused as refused:
        raise refusal(call, *rules.hit(refused)) from None


def message(call: Call, received: Package) -> Message:
    """The SOAP message of a package. Raises :class:`DmpRefused` (rules XML-… and SOAP-001)."""
    try:
        parsed = read.read(_readable(call, received), limits=ENVELOPE_LIMITS)
    except XmlRefused as refused:
        raise refusal(call, *xml_rules.hit(refused)) from None
    except SoapRefused as refused:
        raise refusal(call, *rules.hit(refused)) from None
    if parsed.body is not None:  # comments and instructions are no part of a text, but would cut it for who reads it
        etree.strip_tags(parsed.body, etree.Comment, etree.PI)
    if parsed.message_id:
        call.facts["message_id"] = parsed.message_id
    return parsed


def _readable(call: Call, received: Package) -> bytes:
    """The envelope in UTF-8 where only the Content-Type tells its encoding (RFC 7303 §3: it may)."""
    told = mtom.content_type(call.headers.get("Content-Type", "")).parameters.get("charset", "").lower()
    if received.multipart or told not in _SINGLE_BYTE or _DECLARED.match(received.root):
        return received.root
    try:
        return received.root.decode(told).encode()
    except UnicodeDecodeError:
        return received.root


def transaction(call: Call, path: str, received: Message) -> Transaction | None:
    """The transaction that path and body root make; the call takes its name. None when there is none."""
    reason = None
    if received.body is not None and received.operation == transactions.TEST_OF_EXISTENCE.root:
        reason = query(received.body).reason
    elif received.body is not None and received.operation == transactions.DELETE.root:
        reason = update(received.body)
    found = transactions.find(path, received.operation, reason)
    call.operation = f"dmp.{found.id}" if found else "dmp.unknown"
    return found


def unknown(call: Call, path: str, received: Message) -> DmpRefused:
    """The refusal of a body that this path does not know, noted in the exchange."""
    known = " | ".join(item.root for item in transactions.TRANSACTIONS if item.path == path)
    call.find(UNKNOWN_OPERATION, Hit("soap:Body", found=received.operation or "", expected=known))
    return DmpRefused(UNKNOWN_OPERATION.code, rule=UNKNOWN_OPERATION)


def subject(call: Call, received: Message, parts: Package, expected: Transaction | None) -> rules.SoapSubject:
    """What the SOAP rules read."""
    announced = mtom.content_type(call.headers.get("Content-Type", ""))
    return rules.SoapSubject(received, announced, parts, expected.action if expected else "")


def refusal(call: Call, rule: Rule, hit: Hit) -> DmpRefused:
    """The refusal of a rule that was judged while reading, noted in the exchange."""
    call.find(rule, hit)
    return DmpRefused(rule.code or errors.INVALID_MESSAGE, rule=rule)
