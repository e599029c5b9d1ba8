"""TD3.1 over real sockets: what is found, by whom, and what the registry refuses to look for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.soap import build as soap
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import security
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED
from banc_standards.xds.query import build
from banc_standards.xds.query.model import Parameter
from banc_standards.xds.query.names import ENTRY, GET_DOCUMENTS, LEAF_CLASS, OBJECT_REF, UNIQUE_ID

from .hospital import Hospital, fresh_oid, hospital_of

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}


def filed(hospital: Hospital, document: bytes | None = None, **options: Any) -> str:
    """A letter is in the record; its uniqueId."""
    lot = hospital.lot(document or hospital.document(), **options)
    assert hospital.send(lot).errors == []
    return lot.entry.unique_id or ""


def test_a_structure_learns_the_entry_uuid_of_its_letter(hospital: Hospital) -> None:
    unique_id = filed(hospital)

    answer = hospital.search(build.get_documents(unique_ids=[unique_id]))

    [held] = hospital.bench.documents()
    assert answer.errors == []
    assert answer.found.references == (held["entry_uuid"],)
    assert answer.message.action == "urn:ihe:iti:2007:RegistryStoredQueryResponse"
    entry = hospital.bench.last("dmp.TD3.1")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])
    assert entry["facts"]["documents"] == [f"urn:oid:{unique_id}"]
    assert entry["facts"]["entries"] == [held["entry_uuid"]]
    assert (entry["facts"]["ins"], entry["facts"]["query"]) == (hospital.ins.value, "GetDocuments")


def test_what_is_not_there_is_not_found(hospital: Hospital) -> None:
    answer = hospital.search(build.get_documents(unique_ids=[fresh_oid()]))
    assert (answer.errors, answer.found.references) == ([], ())


def test_the_signature_of_a_lot_is_found_by_its_id_alone(hospital: Hospital, colleague: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    hospital.send(lot)
    [signature] = lot.submission.signatures
    query = build.get_documents(unique_ids=[signature.unique_id or ""])
    assert len(hospital.search(query).found.references) == 1
    assert colleague.search(query).found.references == ()
    hospital.bench.tell("PUT", "switches", {"dmp.signature_by_id": False})
    assert hospital.search(query).found.references == ()


def test_the_documents_of_another_patient_are_not_found(hospital: Hospital) -> None:
    unique_id = filed(hospital)
    other = hospital_of(hospital.bench, "PAT-02")
    assert other.search(build.get_documents(unique_ids=[unique_id])).found.references == ()


def test_a_structure_does_not_read_metadata(hospital: Hospital) -> None:
    query = build.get_documents(unique_ids=[filed(hospital)], return_type=LEAF_CLASS)
    answer = hospital.search(query)
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-004")


def test_a_doctor_reads_the_metadata_that_the_registry_completed(hospital: Hospital, doctor: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    hospital.send(lot)
    query = build.get_documents(unique_ids=[lot.entry.unique_id or ""], return_type=LEAF_CLASS)

    [found] = doctor.search(query, **CARD).found.entries

    [held] = hospital.bench.documents()
    assert (found.id, found.logical_id, found.version) == (held["entry_uuid"], held["entry_uuid"], "1")
    assert (found.status, found.repository_unique_id) == (APPROVED, "1.2.250.1.213.4.1.1.1.2")
    assert (found.title, found.type_code, found.authors) == (lot.entry.title, lot.entry.type_code, lot.entry.authors)
    assert (found.hash, found.size) == (lot.entry.hash, lot.entry.size)


def test_a_patient_who_objects_is_not_consulted(doctor: Hospital) -> None:
    doctor.bench.tell("PUT", "switches", {"dmp.authorization": "INTERDIT"})
    query = build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED])
    answer = doctor.search(query, **CARD)
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-005")


def test_a_masked_letter_shows_to_its_authors_only(hospital: Hospital) -> None:
    unique_id = filed(hospital, visibility=("MASQUE_PS",))
    bench = hospital.bench
    other = Hospital(bench, bench.credential("CPS_AUTH", "P02"), bench.credential("CPS_SIGN", "P02"), hospital.patient)
    other.mode = vihf.DIRECT
    query = build.get_documents(unique_ids=[unique_id])

    by_another = other.search(query, name_id=population().professional("P02").idnat, **CARD)

    assert by_another.found.references == ()
    assert len(hospital.search(query).found.references) == 1


# -- FindDocuments -------------------------------------------------------------------------------------------------


def find(hospital: Hospital, *statuses: str, **filters: str) -> tuple[str, ...]:
    more = [
        Parameter(f"{ENTRY}{name}", ((value,),), listed=not name.endswith(("From", "To")))
        for name, value in filters.items()
    ]
    query = build.find_documents(
        patient=hospital.ins.cx(), statuses=statuses or (APPROVED,), return_type=OBJECT_REF, more=more
    )
    answer = hospital.search(query)
    assert answer.errors == []
    return answer.found.references


def test_the_documents_of_a_patient_are_found_by_status(hospital: Hospital) -> None:
    first, second = (hospital.entry_uuid(filed(hospital)) for _ in range(2))
    assert hospital.change(first).errors == []

    assert find(hospital) == (second,)
    assert find(hospital, DELETED) == (first,)
    assert find(hospital, ARCHIVED, DEPRECATED) == ()
    assert find(hospital, APPROVED, DELETED) == (first, second)


def test_the_documents_of_a_patient_come_as_they_were_filed(hospital: Hospital) -> None:
    late = hospital.document()
    early = hospital.document(created=hospital.letter().created - timedelta(minutes=30))
    filed_so = tuple(hospital.entry_uuid(filed(hospital, document)) for document in (late, early))

    assert find(hospital) == filed_so


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"TypeCode": "11490-0^^2.16.840.1.113883.6.1"}, True),
        ({"TypeCode": "34112-3^^2.16.840.1.113883.6.1"}, False),
        ({"ConfidentialityCode": "N^^2.16.840.1.113883.5.25"}, True),
        ({"CreationTimeFrom": "20200101"}, True),
        ({"CreationTimeTo": "20200101"}, False),
        ({"CreationTimeFrom": "20200101", "TypeCode": "34112-3^^2.16.840.1.113883.6.1"}, False),
    ],
)
def test_documents_are_filtered(hospital: Hospital, filters: dict[str, str], found: bool) -> None:
    filed(hospital)
    assert bool(find(hospital, **filters)) is found


# -- refusals ------------------------------------------------------------------------------------------------------


def test_a_record_that_does_not_exist_is_not_searched(hospital: Hospital) -> None:
    absent = hospital_of(hospital.bench, "PAT-32")
    assert absent.search(build.get_documents(unique_ids=[fresh_oid()])).codes == ["XDSUnknownPatientId"]
    entry = hospital.bench.last("dmp.TD3.1")
    assert (entry["outcome"], entry["code"]) == ("refused", "XDSUnknownPatientId")


def raw(id: str, *parameters: Parameter, return_type: str = OBJECT_REF) -> Any:
    return build.query(id, parameters, return_type=return_type)


ASKED = Parameter(UNIQUE_ID, (("1.2.3",),), listed=True)


@pytest.mark.parametrize(
    ("query", "code", "rule"),
    [
        (raw("urn:uuid:0"), "XDSUnknownStoredQuery", "XDS-QRY-001"),
        (raw("urn:uuid:10b545ea-725c-446d-9b95-8aeb444eddf3"), "XDSUnknownStoredQuery", "XDS-QRY-002"),
        (raw(GET_DOCUMENTS), "XDSStoredQueryMissingParam", "XDS-QRY-003"),
        (
            raw(GET_DOCUMENTS, Parameter(UNIQUE_ID, (("1.2",),), True), return_type="Tout"),
            "XDSRegistryError",
            "XDS-QRY-011",
        ),
    ],
)
def test_a_query_that_the_registry_cannot_answer_is_refused(
    hospital: Hospital, query: Any, code: str, rule: str
) -> None:
    answer = hospital.search(query)
    assert answer.codes == [code]
    assert rule in answer.errors[0][1]
    assert hospital.bench.last("dmp.TD3.1")["code"] == code


def test_a_patient_in_parentheses_does_not_match(hospital: Hospital) -> None:
    patient = Parameter(f"{ENTRY}PatientId", ((hospital.ins.cx(),),), listed=True)
    statuses = Parameter(f"{ENTRY}Status", ((APPROVED,),), listed=True)
    query = raw("urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d", patient, statuses)
    assert hospital.search(query).codes == ["XDSPatientIdDoesNotMatch"]


def test_without_a_client_certificate_nothing_is_searched(hospital: Hospital) -> None:
    hospital.tls = None
    answer = hospital.search(build.get_documents(unique_ids=[fresh_oid()]))
    assert (answer.fault.subcode, answer.rule) == ("DMPInvalidCertificate", "TLS-001")


# -- faults --------------------------------------------------------------------------------------------------------


def test_a_search_can_be_told_to_find_nothing(hospital: Hospital) -> None:
    query = build.get_documents(unique_ids=[filed(hospital)])
    hospital.bench.arm("dmp.no_result", times=1)
    assert hospital.search(query).found.references == ()
    assert len(hospital.search(query).found.references) == 1


@pytest.mark.parametrize(
    ("fault", "code"), [("dmp.registry_busy", "XDSRegistryBusy"), ("dmp.not_found", "XDSUnknownPatientId")]
)
def test_a_search_can_be_told_to_fail(hospital: Hospital, fault: str, code: str) -> None:
    hospital.bench.arm(fault, times=1)
    assert hospital.search(build.get_documents(unique_ids=[fresh_oid()])).codes == [code]


def test_a_registry_has_no_busy_repository(hospital: Hospital) -> None:
    hospital.bench.arm("dmp.repository_busy", times=1)
    assert hospital.search(build.get_documents(unique_ids=[fresh_oid()])).codes == []
    assert hospital.feed().codes == ["XDSRepositoryBusy"]


# -- who speaks is judged here as everywhere -----------------------------------------------------------------------


def test_a_search_without_addressing_headers_is_refused(hospital: Hospital) -> None:
    body = build.get_documents(unique_ids=[fresh_oid()])
    data = soap.serialize(soap.envelope(headers=[security(hospital.signed())], body=body))
    answer = hospital.post("registry", data)
    assert answer.fault.subcode == "MessageAddressingHeaderRequired"


def test_a_search_with_a_token_signed_by_the_wrong_certificate_is_refused(hospital: Hospital) -> None:
    hospital.seal = hospital.bench.credential("AUTH_CLI", "S01")
    answer = hospital.search(build.get_documents(unique_ids=[fresh_oid()]))
    assert answer.fault.subcode == "DMPInvalidCertificate"


def test_an_unexpected_action_is_only_a_finding(tolerated: Hospital) -> None:
    body = build.get_documents(unique_ids=[fresh_oid()])
    answer = tolerated.post("registry", tolerated.envelope("urn:ihe:iti:2007:RegistryStoredQuery-b", body))
    assert answer.found.references == ()
    assert tolerated.bench.rules("dmp.TD3.1")
