"""Envelopes, addressing and faults, built and read, and the rules that judge them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from banc_standards.rules import Rule
from banc_standards.soap import build, read, rules
from banc_standards.soap.mtom import ContentType, Package, content_type
from banc_standards.soap.names import SOAP11, SOAP12, WSA

MESSAGE_ID = "urn:uuid:11111111-2222-4333-8444-555555555555"
ACTION = "urn:hl7-org:v3:PRPA_IN201307UV02"


def request(**changes: str) -> bytes:
    headers = build.addressing(**{"action": ACTION, "message_id": MESSAGE_ID, "to": "", **changes})
    return build.serialize(build.envelope(headers=headers, body=etree.Element("{urn:x}op")))


def subject(
    data: bytes, header: str = "application/soap+xml; charset=UTF-8", action: str = ACTION
) -> rules.SoapSubject:
    parsed = content_type(header)
    package = Package(data, {}, parsed.parameters.get("action"), media_type=parsed.media_type)
    return rules.SoapSubject(read.read(data), parsed, package, action)


def broken(checked: rules.SoapSubject) -> set[str]:
    return {rule.id for rule in rules.MESSAGE_RULES for _ in rule.check(checked)}


def test_a_request_is_read_as_it_was_built() -> None:
    message = read.read(request(to="https://dmp.example/patients"))
    assert (message.version, message.action, message.message_id) == ("1.2", ACTION, MESSAGE_ID)
    assert message.to == "https://dmp.example/patients"
    assert message.reply_to == "http://www.w3.org/2005/08/addressing/anonymous"
    assert message.operation == "{urn:x}op"


def test_an_answer_relates_to_its_request() -> None:
    headers = build.answer_addressing(action="a", message_id=MESSAGE_ID, relates_to="urn:uuid:x")
    message = read.message(build.envelope(headers=headers, body=None))
    assert (message.relates_to, message.reply_to, message.body) == ("urn:uuid:x", None, None)


def test_a_fault_is_read_as_it_was_built() -> None:
    detail = etree.Element("{urn:x}detail")
    body = build.fault(code="Sender", subcode="DMPInvalidCertificate", reason="Refusé", detail=detail)
    fault = read.fault(read.message(build.envelope(headers=[], body=body)))
    assert fault is not None
    assert (fault.code, fault.subcode, fault.reason) == ("Sender", "DMPInvalidCertificate", "Refusé")
    assert fault.detail is not None


def test_a_soap_11_fault_is_read() -> None:
    fault_element = "<e:Fault><faultcode>e:Server</faultcode><faultstring>x</faultstring></e:Fault>"
    data = f'<e:Envelope xmlns:e="{SOAP11}"><e:Body>{fault_element}</e:Body></e:Envelope>'
    fault = read.fault(read.read(data.encode()))
    assert fault is not None
    assert (fault.code, fault.reason) == ("Server", "x")


def test_a_body_that_is_no_fault_is_none() -> None:
    assert read.fault(read.read(request())) is None


@pytest.mark.parametrize("data", [b"<a/>", f'<e:Envelope xmlns:e="{SOAP12}"/>'.encode()])
def test_what_is_no_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(read.SoapRefused) as refused:
        read.read(data)
    assert rules.hit(refused.value)[0].id == "SOAP-001"


def test_an_honest_request_breaks_no_rule() -> None:
    assert broken(subject(request())) == set()


def without(name: str) -> bytes:
    root = etree.fromstring(request())
    for element in root.findall(f"{{{SOAP12}}}Header/{{{WSA}}}{name}"):
        element.getparent().remove(element)
    return etree.tostring(root)


@pytest.mark.parametrize("name", ["MessageID", "To", "ReplyTo", "Action"])
def test_each_addressing_header_is_required(name: str) -> None:
    assert broken(subject(without(name))) == {"SOAP-004"}


XDS_DOCUMENT = b'<x:Document xmlns:x="urn:ihe:iti:xds-b:2007" id="d">QUJD</x:Document>'


@pytest.mark.parametrize(
    ("rule", "checked"),
    [
        ("SOAP-002", subject(request().replace(SOAP12.encode(), SOAP11.encode()), "text/xml")),
        ("SOAP-003", subject(request(), "application/octet-stream")),
        ("SOAP-005", subject(request(message_id="uuid:11111111-2222-4333-8444-555555555555"))),
        ("SOAP-006", subject(request(action="urn:wrong"))),
        ("SOAP-007", subject(request(), 'application/soap+xml; action="urn:other"')),
        (
            "SOAP-008",
            subject(request(to="x").replace(b"<wsa:To>", b"<wsa:To/><wsa:To>")),
        ),
        ("SOAP-009", subject(request().replace(b"</soap:Body>", b"<second/></soap:Body>"))),
        ("SOAP-010", subject(request().replace(b"<wsa:ReplyTo", b'<wsa:ReplyTo mustUnderstand="true"'))),
        ("MTOM-008", subject(request().replace(b'<ns0:op xmlns:ns0="urn:x"/>', XDS_DOCUMENT))),
    ],
)
def test_each_rule_finds_its_break(rule: str, checked: rules.SoapSubject) -> None:
    assert broken(checked) == {rule}


def test_the_type_of_the_mtom_root_counts() -> None:
    checked = replace(
        subject(request()),
        content_type=ContentType("multipart/related"),
        package=Package(b"", {}, None, multipart=True, media_type="application/soap+xml"),
    )
    assert broken(checked) == set()


def test_every_rule_is_published_once() -> None:
    ids = [rule.id for rule in rules.RULES]
    assert len(ids) == len(set(ids))
    assert all(isinstance(rule, Rule) and rule.text.fr and rule.text.en for rule in rules.RULES)
