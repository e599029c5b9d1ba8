"""VIHF tokens: an assertion alone, or those of a SOAP envelope; verified where they are signed, judged in any case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from lxml import etree

from banc_harness.validate.envelopes import Broken, Opened, open_message, refused, told
from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Verdict
from banc_standards.soap.names import DS, SAML, SOAP12, WSSE
from banc_standards.vihf import rules
from banc_standards.vihf.read import Assertion, moment, read
from banc_standards.vihf.rules.alone import COHERENCE_RULES, VALID_CERTIFICATE, certificate_hits, not_an_assertion
from banc_standards.vihf.rules.subject import VihfSubject
from banc_standards.vihf.verify import Refused, signed_assertion

_NO_PATIENT: Final = frozenset({"patientList", "PRPA_IN201305UV02"})


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on the token of a file; an envelope that holds several gives one each."""
    found = open_message(data)
    if isinstance(found, tuple):
        yield from refused("vihf", data, path, asked, found)
        return
    if found.root.tag == f"{{{SAML}}}Assertion":
        yield told("vihf", data, path, asked, broken(_wrapped(found.root)), _mode(found.root))
        return
    assertions = found.assertions or list(found.root.iter(f"{{{SAML}}}Assertion"))
    if not assertions:
        yield told("vihf", data, path, asked, [not_an_assertion(str(found.root.tag))])
        return
    yield told("vihf", data, path, asked, of_message(found), _mode(assertions[0]))


def of_message(found: Opened) -> Iterable[Broken]:
    """What the token of an envelope breaks."""
    body = etree.QName(found.body).localname
    return broken(found.root, resource_required=body not in _NO_PATIENT)


def broken(envelope: etree._Element, *, resource_required: bool = True) -> Iterator[Broken]:
    """Every break of the one assertion of an envelope, judged at the moment that it says it was issued.

    Its attributes are judged even where its signature does not hold: the verdict is lost, the advice is not.
    """
    first = next(envelope.iter(f"{{{SAML}}}Assertion"), None)
    if first is None:
        yield not_an_assertion(str(envelope.tag))
        return
    now = moment(first.get("IssueInstant")) or datetime.now(UTC)
    tree, certificate = first, None
    try:
        tree, certificate = signed_assertion(envelope, now=now, trusted=_anyone, sha1=True)
    except Refused as error:
        yield rules.hit(error)
    else:
        for hit in certificate_hits(certificate, now):
            yield VALID_CERTIFICATE, hit
    subject = VihfSubject(
        assertion=read(tree),
        now=now,
        signing_certificate=certificate,
        algorithms=_algorithms(first),
        resource_required=resource_required,
    )
    for rule in (*rules.TOKEN_RULES, *COHERENCE_RULES):
        for hit in rule.check(subject):
            yield rule, hit


def claimed(opened: Opened) -> Assertion | None:
    """What the only assertion of a message says, believed as it stands: whether it holds is told apart."""
    found = opened.assertions
    return read(found[0]) if len(found) == 1 else None


def _anyone(_certificate: x509.Certificate, _now: datetime) -> None:
    """A file alone says nothing of which authority its reader trusts."""


def _wrapped(assertion: etree._Element) -> etree._Element:
    envelope = etree.Element(f"{{{SOAP12}}}Envelope")
    header = etree.SubElement(envelope, f"{{{SOAP12}}}Header")
    etree.SubElement(header, f"{{{WSSE}}}Security").append(assertion)
    return envelope


def _algorithms(assertion: etree._Element) -> frozenset[str]:
    elements = assertion.iter(f"{{{DS}}}SignatureMethod", f"{{{DS}}}DigestMethod")
    return frozenset(element.get("Algorithm") or "" for element in elements)


def _mode(assertion: etree._Element) -> str:
    return (read(assertion).mode or "")[:40]
