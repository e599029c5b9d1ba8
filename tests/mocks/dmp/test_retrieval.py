"""TD3.2 over real sockets: the bytes that were fed come back, to whom the matrix lets read them."""

from __future__ import annotations

import email
import hashlib
from email.message import Message
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.cda.read import read
from banc_standards.dmp.names import REPOSITORY
from banc_standards.soap import mtom
from banc_standards.soap.read import SoapRefused
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code
from banc_standards.xds.names import APPROVED, DEPRECATED, PARTIAL_SUCCESS, SUCCESS
from banc_standards.xds.query import build
from banc_standards.xds.query.names import LEAF_CLASS
from banc_standards.xds.retrieve import RETRIEVE, DocumentRequest, retrieve_documents

from .hospital import Bench, Hospital, fresh_oid, hospital_of

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
SECRETARY = (Code("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),)


def filed(hospital: Hospital, **options: Any) -> tuple[str, bytes]:
    """A letter is in the record: its uniqueId and its bytes."""
    document = hospital.document()
    lot = hospital.lot(document, **options)
    assert hospital.send(lot).errors == []
    return lot.entry.unique_id or "", document


def with_card(bench: Bench, who: str, patient: str = "PAT-01") -> Hospital:
    """A professional with a card, in the direct mode."""
    card = Hospital(
        bench, bench.credential("CPS_AUTH", who), bench.credential("CPS_SIGN", who), population().patient(patient)
    )
    card.mode = vihf.DIRECT
    return card


def test_the_bytes_that_were_fed_come_back(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)

    answer = doctor.retrieve(unique_id, **CARD)

    [given] = answer.retrieved.documents
    [entry] = doctor.search(build.get_documents(unique_ids=[unique_id], return_type=LEAF_CLASS), **CARD).found.entries
    assert answer.retrieved.status == SUCCESS
    assert (given.repository, given.unique_id, given.mime_type) == (REPOSITORY, unique_id, "text/xml")
    assert given.content == document
    assert (hashlib.sha1(given.content).hexdigest(), str(len(given.content))) == (entry.hash, entry.size)
    assert answer.message.action == "urn:ihe:iti:2007:RetrieveDocumentSetResponse"
    exchange = hospital.bench.last("dmp.TD3.2")
    assert (exchange["outcome"], exchange["findings"]) == ("accepted", [])
    assert exchange["facts"]["documents"] == [f"urn:oid:{unique_id}"]
    assert (exchange["facts"]["ins"], exchange["facts"]["professional"]) == (doctor.ins.value, doctor.vihf().name_id)


def test_a_mime_parser_reads_the_answer(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)

    answer = doctor.retrieve(unique_id, **CARD)

    head = f"Content-Type: {answer.media_type}\r\n\r\n".encode()
    parsed: Message = email.message_from_bytes(head + answer.body)
    root, part = parsed.get_payload()
    assert parsed.get_param("start") == root["Content-ID"]
    assert f"cid:{part['Content-ID'].strip('<>').replace(':', '%3A')}".encode() in root.get_payload(decode=True)
    assert part.get_payload(decode=True).replace(b"\r\n", b"\n") == document.replace(b"\r\n", b"\n")


def test_several_documents_come_in_one_answer(hospital: Hospital, doctor: Hospital) -> None:
    fed = dict(filed(hospital) for _ in range(3))

    answer = doctor.retrieve(*fed, **CARD)

    assert {document.unique_id: document.content for document in answer.retrieved.documents} == fed
    assert answer.retrieved.errors == ()
    parts = mtom.unpack(answer.media_type, answer.body).parts
    assert len(parts) == 3
    assert set(hospital.bench.last("dmp.TD3.2")["facts"]["documents"]) == {f"urn:oid:{one}" for one in fed}


def test_what_cannot_be_read_does_not_keep_the_rest_from_being_read(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    unknown = fresh_oid()

    found = doctor.retrieve(unknown, unique_id, **CARD).retrieved

    assert found.status == PARTIAL_SUCCESS
    assert [one.content for one in found.documents] == [document]
    assert [(error.code, error.location) for error in found.errors] == [("XDSDocumentUniqueIdError", unknown)]
    entry = hospital.bench.last("dmp.TD3.2")
    assert (entry["outcome"], entry["code"]) == ("accepted", "XDSDocumentUniqueIdError")
    assert entry["facts"]["requested"] == [f"urn:oid:{unknown}", f"urn:oid:{unique_id}"]
    assert entry["facts"]["documents"] == [f"urn:oid:{unique_id}"]


def refused(doctor: Hospital, *unique_ids: str, rule: str, code: str = "XDSDocumentUniqueIdError", **more: Any) -> None:
    answer = doctor.retrieve(*unique_ids, **CARD, **more)
    found = answer.retrieved
    assert answer.media_type.startswith("multipart/related")
    assert (found.documents, [error.code for error in found.errors]) == ((), [code])
    assert found.status.endswith(":Failure")
    assert rule in found.errors[0].context
    entry = doctor.bench.last("dmp.TD3.2")
    assert (entry["outcome"], entry["code"], entry["facts"].get("documents", [])) == ("refused", code, [])
    assert rule in {finding["rule"] for finding in entry["findings"]}


def test_an_unknown_document_is_an_error(doctor: Hospital) -> None:
    refused(doctor, fresh_oid(), rule="DMP-RET-005")


def test_an_entry_uuid_is_no_unique_id(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    refused(doctor, hospital.entry_uuid(unique_id), rule="DMP-RET-004")


def test_another_repository_is_unknown(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    refused(doctor, unique_id, repository="1.2.3.4", rule="DMP-RET-003", code="XDSUnknownRepositoryId")


def test_the_document_of_another_patient_stays_unknown(hospital: Hospital) -> None:
    unique_id, _ = filed(hospital_of(hospital.bench, "PAT-02"))
    refused(with_card(hospital.bench, "P01"), unique_id, rule="DMP-RET-005")


def test_the_signature_of_a_lot_is_not_read(hospital: Hospital, doctor: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    hospital.send(lot)
    refused(doctor, lot.submission.signatures[0].unique_id or "", rule="DMP-RET-005")


def test_a_deleted_document_is_no_longer_read_unless_a_switch_says_so(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    assert hospital.change(hospital.entry_uuid(unique_id)).errors == []
    refused(doctor, unique_id, rule="DMP-RET-006")

    doctor.bench.tell("PUT", "switches", {"dmp.deleted_readable": True})

    assert [one.content for one in doctor.retrieve(unique_id, **CARD).retrieved.documents] == [document]


def test_a_replaced_document_is_still_read(hospital: Hospital, doctor: Hospital) -> None:
    first, document = filed(hospital)
    second = hospital.document(set_id=read(document).set_id.root, version=2, replaces=first)
    assert hospital.feed(second, replaces=hospital.entry_uuid(first)).errors == []

    assert {held["status"] for held in hospital.bench.documents()} == {DEPRECATED, APPROVED}
    assert [one.content for one in doctor.retrieve(first, **CARD).retrieved.documents] == [document]


def test_a_request_without_document_is_an_error(doctor: Hospital) -> None:
    refused(doctor, rule="DMP-RET-001", code="XDSRepositoryError")


def test_a_record_that_does_not_exist_is_not_read(hospital: Hospital) -> None:
    refused(with_card(hospital.bench, "P01", "PAT-32"), fresh_oid(), rule="DMP-REG-001", code="XDSUnknownPatientId")


def test_a_document_asked_for_twice_comes_once(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    assert len(doctor.retrieve(unique_id, unique_id, **CARD).retrieved.documents) == 1
    assert doctor.bench.rules("dmp.TD3.2") == {"DMP-RET-002"}


def test_a_message_that_is_replayed_is_answered_and_noted(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    body = retrieve_documents([DocumentRequest(REPOSITORY, unique_id)])
    message = doctor.envelope(RETRIEVE, body, **CARD)

    first, second = (doctor.post("repository", message) for _ in range(2))

    assert first.retrieved == second.retrieved
    before, after = doctor.bench.exchanges("dmp.TD3.2")
    assert (before["findings"], {finding["rule"] for finding in after["findings"]}) == ([], {"DMP-008"})
    assert before["facts"]["message_id"] == after["facts"]["message_id"]


# -- who reads -----------------------------------------------------------------------------------------------------


def test_a_structure_does_not_read_and_the_fault_is_multipart_too(hospital: Hospital) -> None:
    unique_id, _ = filed(hospital)
    answer = hospital.retrieve(unique_id)
    assert answer.media_type.startswith("multipart/related")
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-002")


def test_a_secretary_does_not_read(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    answer = doctor.retrieve(unique_id, roles=SECRETARY, **CARD)
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-006")


def test_without_authorization_nothing_is_read_except_in_an_emergency(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    doctor.bench.tell("PUT", "switches", {"dmp.authorization": "INEXISTANTE"})
    answer = doctor.retrieve(unique_id, **CARD)
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-005")
    [given] = doctor.retrieve(unique_id, purpose="bris_de_glace", **CARD).retrieved.documents
    assert given.content == document


def test_a_masked_document_is_read_by_its_authors_or_in_an_emergency(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital, visibility=("MASQUE_PS",))
    other = with_card(hospital.bench, "P02")
    asking = CARD | {"name_id": population().professional("P02").idnat}

    assert len(doctor.retrieve(unique_id, **CARD).retrieved.documents) == 1
    assert [error.code for error in other.retrieve(unique_id, **asking).retrieved.errors] == [
        "XDSDocumentUniqueIdError"
    ]
    assert "DMP-RET-007" in other.bench.rules("dmp.TD3.2")
    assert len(other.retrieve(unique_id, purpose="bris_de_glace", **asking).retrieved.documents) == 1
    other.bench.tell("PUT", "switches", {"dmp.emergency_opposed": True})
    assert other.retrieve(unique_id, purpose="bris_de_glace", **asking).retrieved.documents == ()


def test_what_the_patient_does_not_see_professionals_read(hospital: Hospital) -> None:
    unique_id, _ = filed(hospital, visibility=("INVISIBLE_PATIENT",))
    other = with_card(hospital.bench, "P02")
    asking = CARD | {"name_id": population().professional("P02").idnat}
    assert len(other.retrieve(unique_id, **asking).retrieved.documents) == 1


def test_without_a_client_certificate_nothing_is_read(doctor: Hospital) -> None:
    doctor.tls = None
    answer = doctor.retrieve(fresh_oid(), **CARD)
    assert (answer.fault.subcode, answer.rule) == ("DMPInvalidCertificate", "TLS-001")


def test_search_then_read(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    [entry] = doctor.search(build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED]), **CARD).found.entries
    [given] = doctor.retrieve(entry.unique_id or "", **CARD).retrieved.documents
    assert entry.unique_id == unique_id
    assert (entry.hash, entry.size) == (hashlib.sha1(given.content).hexdigest(), str(len(given.content)))
    assert given.content == document


# -- faults --------------------------------------------------------------------------------------------------------


def test_a_document_can_be_told_to_change(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    doctor.bench.arm("dmp.altered_document", times=1)
    [given] = doctor.retrieve(unique_id, **CARD).retrieved.documents
    assert len(given.content) == len(document)
    assert given.content != document
    assert doctor.bench.last("dmp.TD3.2")["fault"] == "dmp.altered_document"


def test_the_last_document_can_be_told_to_miss(hospital: Hospital, doctor: Hospital) -> None:
    (first, _), (second, _) = filed(hospital), filed(hospital)
    doctor.bench.arm("dmp.partial_success", times=1, match={"documents": f"urn:oid:{second}"})
    found = doctor.retrieve(first, second, **CARD).retrieved
    assert (found.status, [one.unique_id for one in found.documents]) == (PARTIAL_SUCCESS, [first])


def test_a_part_can_be_told_to_miss(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    doctor.bench.arm("dmp.missing_part", times=1)
    answer = doctor.retrieve(unique_id, **CARD)
    with pytest.raises(SoapRefused, match="xop:Include"):
        _ = answer.retrieved


def test_a_document_can_be_told_to_come_inline(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, document = filed(hospital)
    doctor.bench.arm("dmp.inline_document", times=1)
    answer = doctor.retrieve(unique_id, **CARD)
    assert answer.media_type.startswith("application/soap+xml")
    assert [one.content for one in answer.retrieved.documents] == [document]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("dmp.repository_busy", "XDSRepositoryBusy"),
        ("dmp.registry_error", "XDSRegistryError"),
        ("dmp.unknown_code", "DMPCodeInconnuDuLogiciel"),
        ("dmp.not_found", "XDSUnknownPatientId"),
    ],
)
def test_reading_can_be_told_to_fail(hospital: Hospital, doctor: Hospital, fault: str, code: str) -> None:
    unique_id, _ = filed(hospital)
    doctor.bench.arm(fault, times=1)
    assert [error.code for error in doctor.retrieve(unique_id, **CARD).retrieved.errors] == [code]
    assert doctor.retrieve(unique_id, **CARD).retrieved.status == SUCCESS


def test_a_truncated_answer_is_cut_in_its_parts(hospital: Hospital, doctor: Hospital) -> None:
    unique_id, _ = filed(hospital)
    doctor.bench.arm("dmp.truncated", times=1)
    with pytest.raises(SoapRefused):
        _ = doctor.retrieve(unique_id, **CARD).retrieved
