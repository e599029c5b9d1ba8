"""Bytes that no honest software sends: each gets the DMP's own error, with the rule, and a journal entry."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from lxml import etree

from banc_standards.dmp import names
from banc_standards.soap.names import SOAP11, SOAP12, WSA

from .hospital import Answer, Hospital

Bytes = Callable[[bytes], bytes]


def query(hospital: Hospital) -> bytes:
    return hospital.envelope(names.QUERY_ACTION, hospital.query())


def refused(hospital: Hospital, answer: Answer, code: str, rule: str) -> None:
    """The answer is the DMP's own fault, and the journal has it."""
    assert (answer.fault.subcode, answer.rule) == (code, rule)
    entry = hospital.bench.last()
    assert (entry["outcome"], entry["code"]) == ("refused", code)
    assert rule in {finding["rule"] for finding in entry["findings"]}
    assert entry["response"]["blob"]


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda data: b"", "XML-001"),
        (lambda data: data[: len(data) // 2], "XML-001"),
        (lambda data: b"PRPA_IN201307UV02", "XML-001"),
        (lambda data: data.replace(b"?>", b"?><!DOCTYPE x>", 1), "XML-002"),
        (lambda data: data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', 1), "XML-003"),
        (lambda data: data.replace(b"</soap:Body>", b"&lol;</soap:Body>"), "XML-003"),
        (lambda data: data.replace(b"</soap:Body>", b"<x>" * 90 + b"</x>" * 90 + b"</soap:Body>"), None),
        (lambda data: data.replace(b"</soap:Body>", b"<x>" * 150 + b"</x>" * 150 + b"</soap:Body>"), "XML-005"),
        (lambda data: data.replace(b"</soap:Body>", b"<x/>" * 500_000 + b"</soap:Body>"), "XML-004"),
        (lambda data: data.replace(b"Dossier Exemple", "Dossier Éxemple".encode("cp1252")), "XML-006"),
        (lambda data: b"<html/>", "SOAP-001"),
        (lambda data: data.replace(b"soap:Body", b"soap:Corps"), "SOAP-001"),
        (lambda data: re.sub(rb"<soap:Body>.*</soap:Body>", b"<soap:Body/>", data, flags=re.DOTALL), "SOAP-009"),
    ],
)
def test_hostile_xml_gets_the_rule(hospital: Hospital, spoil: Bytes, rule: str | None) -> None:
    answer = hospital.post("patients", spoil(query(hospital)))
    if rule is None:
        assert answer.message.body is not None
        return
    refused(hospital, answer, "DMPMockInvalidMessage", rule)
    assert answer.status == 400


@pytest.mark.parametrize("name", ["MessageID", "To", "ReplyTo", "Action"])
@pytest.mark.parametrize("mode", ["hospital", "tolerated"])
def test_a_missing_addressing_header_gets_the_documented_sentence(
    name: str, mode: str, request: pytest.FixtureRequest
) -> None:
    hospital: Hospital = request.getfixturevalue(mode)
    root = etree.fromstring(query(hospital))
    [header] = root.findall(f"{{{SOAP12}}}Header/{{{WSA}}}{name}")
    root[0].remove(header)
    answer = hospital.post("patients", etree.tostring(root))
    refused(hospital, answer, "MessageAddressingHeaderRequired", "SOAP-004")
    assert answer.fault.reason == "A required header representing a Message Addressing Property is not present"


def test_a_soap_11_envelope_is_refused_or_noted(hospital: Hospital, tolerated: Hospital) -> None:
    def soap11(sender: Hospital) -> Answer:
        return sender.post("patients", query(sender).replace(SOAP12.encode(), SOAP11.encode()), "text/xml")

    refused(hospital, soap11(hospital), "DMPMockInvalidMessage", "SOAP-002")
    assert soap11(tolerated).existence.found == "OK"
    assert tolerated.bench.rules("dmp.TD0.2") == {"SOAP-002"}


def test_a_wrong_content_type_is_noted(hospital: Hospital) -> None:
    assert hospital.post("patients", query(hospital), "application/octet-stream").existence.found == "OK"
    assert hospital.bench.rules("dmp.TD0.2") == {"SOAP-003"}


def test_a_wrong_action_is_noted(hospital: Hospital) -> None:
    envelope = hospital.envelope("urn:hl7-org:v3:PRPA_IN201308UV02", hospital.query())
    assert hospital.post("patients", envelope).existence.found == "OK"
    assert hospital.bench.rules("dmp.TD0.2") == {"SOAP-006"}


def test_an_oversized_body_is_refused(hospital: Hospital) -> None:
    answer = hospital.post("patients", b" " * (50 * 2**20 + 1))
    assert (answer.status, answer.fault.code) == (413, "Sender")
    assert hospital.bench.last()["outcome"] == "refused"


# -- operations ----------------------------------------------------------------------------------------------------


def call(hospital: Hospital, path: str, body: etree._Element, action: str = "urn:x") -> Answer:
    return hospital.post(path, hospital.envelope(action, body))


def test_an_unknown_operation_is_refused(hospital: Hospital) -> None:
    answer = call(hospital, "patients", etree.Element("{urn:x}anything"))
    refused(hospital, answer, "DMPMockUnknownOperation", "DMP-001")
    assert hospital.bench.last()["operation"] == "dmp.unknown"


def test_an_operation_at_another_path_is_refused(hospital: Hospital) -> None:
    refused(hospital, call(hospital, "registry", hospital.query()), "DMPMockUnknownOperation", "DMP-001")


@pytest.mark.parametrize(
    ("path", "root", "operation"),
    [
        ("patients", "{urn:hl7-org:v3}PRPA_IN201311UV02", "dmp.TD1.1"),
        ("patientsSpecific", "{urn:si-dmp-patients}createPatientAccess", "dmp.TD1.5a"),
        ("patientCertif", "{urn:si-dmp-patients}identityCertification", "dmp.TD0.0"),
    ],
)
def test_withdrawn_transactions_are_denied(hospital: Hospital, path: str, root: str, operation: str) -> None:
    answer = call(hospital, path, etree.Element(root))
    refused(hospital, answer, "DMPAccessDeniedByRightsService", "DMP-002")
    assert hospital.bench.last()["operation"] == operation


def test_what_is_not_simulated_yet_says_so(hospital: Hospital) -> None:
    body = etree.Element("{urn:hl7-org:v3}PRPA_IN201305UV02")
    answer = hospital.post("patientsPDQ", hospital.envelope("urn:x", body, purpose="centre_15"))
    refused(hospital, answer, "DMPMockNotSimulated", "DMP-003")
    assert (answer.status, answer.fault.code) == (500, "Receiver")
    assert hospital.bench.last()["operation"] == "dmp.TD0.5"


def test_a_search_without_ins_is_for_regulation_only(hospital: Hospital) -> None:
    answer = call(hospital, "patientsPDQ", etree.Element("{urn:hl7-org:v3}PRPA_IN201305UV02"))
    refused(hospital, answer, "DMPAccessDeniedByRightsService", "DMP-002")


def test_an_unknown_path_is_journaled(hospital: Hospital) -> None:
    answer = hospital.post("inconnu", query(hospital))
    assert (answer.status, answer.fault.code) == (404, "Sender")
    assert hospital.bench.last()["operation"] == "dmp.unknown"


def test_an_unknown_reason_code_is_refused(hospital: Hospital) -> None:
    body = hospital.query()
    next(body.iter("{*}reasonCode")).set("code", "AUTRE")
    answer = hospital.ask(body)
    assert (answer.existence.acknowledgement, answer.existence.error_code) == ("AE", "DMPMockInvalidMessage")
    assert "DMP-HL7-002" in hospital.bench.rules("dmp.TD0.2")


def test_a_query_without_patient_is_refused(hospital: Hospital) -> None:
    body = hospital.query()
    [patient] = body.iter("{*}patientIdentifier")
    patient.getparent().remove(patient)
    assert hospital.ask(body).existence.acknowledgement == "AE"


# -- MTOM ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        (lambda media_type, data: (media_type, data[:-400]), "MTOM-001"),
        (lambda media_type, data: (media_type, data[: len(data) // 2]), "MTOM-001"),
        (lambda media_type, data: ("multipart/related", data), "MTOM-002"),
        (lambda media_type, data: (media_type.replace("root@lps", "autre@lps"), data), "MTOM-003"),
        (lambda media_type, data: (media_type, data.replace(b"<Sign01@lps>", b"<Doc01@lps>")), "MTOM-004"),
    ],
)
def test_a_spoilt_package_gets_the_rule(
    hospital: Hospital, spoil: Callable[[str, bytes], tuple[str, bytes]], rule: str
) -> None:
    media_type, data = spoil(*hospital.packed(hospital.lot(hospital.document())))
    refused(hospital, hospital.post("repository", data, media_type), "DMPMockInvalidMessage", rule)
    assert hospital.bench.documents() == []


def test_too_many_parts_are_refused(hospital: Hospital) -> None:
    media_type, data = hospital.packed(hospital.lot(hospital.document()))
    delimiter = data[: data.index(b"\r\n")]
    many = b"".join(delimiter + b"\r\nContent-ID: <p%d>\r\n\r\nx\r\n" % number for number in range(60))
    answer = hospital.post("repository", many + data, media_type)
    refused(hospital, answer, "DMPMockInvalidMessage", "MTOM-005")


def test_an_include_of_no_part_is_a_missing_document(hospital: Hospital) -> None:
    media_type, data = hospital.packed(hospital.lot(hospital.document()))
    answer = hospital.post("repository", data.replace(b"cid:Doc01@lps", b"cid:Doc99@lps"), media_type)
    assert answer.codes == ["XDSMissingDocument"]
    assert "MTOM-006" in hospital.bench.rules("dmp.TD2.1")


def test_a_submission_without_objects_is_refused(hospital: Hospital) -> None:
    body = etree.Element("{urn:ihe:iti:xds-b:2007}ProvideAndRegisterDocumentSetRequest")
    assert call(hospital, "repository", body).codes == ["XDSRegistryMetadataError"]


def test_a_client_that_hangs_up_is_journaled_and_leaves_the_dmp_well(hospital: Hospital) -> None:
    url = httpx.URL(f"{hospital.bench.url}/patients")
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.host}\r\nContent-Length: 1000\r\n\r\n<soap:Envelope"
    raw = socket.create_connection((url.host, url.port or 443), timeout=10)
    with hospital.bench.trust(hospital.tls).wrap_socket(raw, server_hostname=url.host) as connection:
        connection.sendall(head.encode())
    assert hospital.ask().existence.found == "OK"
    hung_up = hospital.bench.tell("GET", "exchanges?outcome=refused&wait=5")["exchanges"]
    assert [entry["operation"] for entry in hung_up] == ["dmp.TD0.2"]


def test_a_document_larger_than_the_body_limit_of_other_services_is_taken(hospital: Hospital) -> None:
    document = hospital.document().replace(b"?>", b"?><!--" + b"x" * 2**21 + b"-->", 1)
    lot = hospital.lot(document)
    assert hospital.send(replace(lot)).errors == []
