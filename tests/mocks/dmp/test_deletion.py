"""TD3.3c over real sockets: a structure deletes its own documents, once, by their entryUUID."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_fixtures.population import population
from banc_standards.cda.read import read
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code
from banc_standards.xds import build as xds
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED
from banc_standards.xds.query import build

from .hospital import HOSPITAL, Bench, Hospital, hospital_of


@pytest.fixture
def filed(hospital: Hospital) -> str:
    """The entryUUID of a letter of the hospital."""
    lot = hospital.lot(hospital.document())
    assert hospital.send(lot).errors == []
    return hospital.entry_uuid(lot.entry.unique_id or "")


def status(bench: Bench) -> list[str]:
    return [document["status"].rpartition(":")[2] for document in bench.documents()]


def test_a_structure_deletes_its_letter(hospital: Hospital, filed: str) -> None:
    answer = hospital.change(filed)

    assert answer.errors == []
    assert answer.message.action == "urn:ihe:iti:2010:UpdateDocumentSet-Response"
    [held] = hospital.bench.documents()
    assert (held["status"], held["entry_uuid"]) == (DELETED, filed)
    entry = hospital.bench.last("dmp.TD3.3c")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])
    assert entry["facts"]["documents"] == [f"urn:oid:{held['unique_id']}"]
    assert entry["facts"]["entries"] == [filed]
    assert entry["facts"]["new_status"] == DELETED


def test_what_is_deleted_is_no_longer_found(hospital: Hospital, filed: str) -> None:
    hospital.change(filed)
    assert hospital.search(build.get_documents(entry_uuids=[filed])).found.references == ()


def test_nothing_is_deleted_twice(hospital: Hospital, filed: str) -> None:
    assert hospital.change(filed).errors == []
    assert hospital.change(filed).codes == ["XDSMetadataUpdateError"]
    assert "DMP-REG-023" in hospital.bench.rules("dmp.TD3.3c")
    assert hospital.change(filed, original=DELETED).codes == ["XDSMetadataUpdateError"]
    assert "XDS-UPD-006" in hospital.bench.rules("dmp.TD3.3c")


def test_what_is_deleted_is_not_replaced(hospital: Hospital, filed: str) -> None:
    hospital.change(filed)
    [held] = hospital.bench.documents()
    new = hospital.document(set_id=held_series(hospital), version=2, replaces=held["unique_id"])
    assert hospital.feed(new, replaces=filed).codes == ["XDSRegistryMetadataError"]


def held_series(hospital: Hospital) -> str:
    [held] = hospital.bench.documents()
    return read(hospital.bench.control.get(f"/control/v1/blobs/{held['blob']}").content).set_id.root


def test_a_lot_identifier_serves_once(hospital: Hospital, filed: str) -> None:
    lot = hospital.set()
    first = xds.update_statuses(lot, [filed], original=APPROVED, new=DELETED)
    hospital.feed(unique_id=lot.unique_id)
    assert hospital.update(first).codes == ["XDSDuplicateUniqueIdInRegistry"]
    assert status(hospital.bench) == ["Approved", "Approved"]


def test_the_lot_of_a_deletion_serves_once_too(hospital: Hospital, filed: str) -> None:
    lot = hospital.set()
    assert hospital.update(xds.update_statuses(lot, [filed], original=APPROVED, new=DELETED)).errors == []
    assert hospital.feed(unique_id=lot.unique_id).codes == ["XDSDuplicateUniqueIdInRegistry"]


@pytest.mark.parametrize("mode", ["hospital", "tolerated"])
def test_a_unique_id_is_no_target(mode: str, request: pytest.FixtureRequest) -> None:
    sender: Hospital = request.getfixturevalue(mode)
    lot = sender.lot(sender.document())
    sender.send(lot)
    answer = sender.change(lot.entry.unique_id or "")
    assert answer.codes == ["XDSMetadataUpdateError" if mode == "hospital" else "UnresolvedReferenceException"]
    assert "XDS-UPD-004" in sender.bench.rules("dmp.TD3.3c")
    assert status(sender.bench) == ["Approved"]


def test_an_unknown_entry_is_no_target(hospital: Hospital) -> None:
    answer = hospital.change("urn:uuid:11111111-2222-4333-8444-555555555555")
    assert answer.codes == ["UnresolvedReferenceException"]


def test_the_original_status_must_be_the_present_one(hospital: Hospital, filed: str) -> None:
    assert hospital.change(filed, original=ARCHIVED).codes == ["XDSMetadataUpdateError"]
    assert status(hospital.bench) == ["Approved"]


def test_of_two_entries_none_is_deleted_when_one_cannot_be(hospital: Hospital, filed: str) -> None:
    unknown = "urn:uuid:11111111-2222-4333-8444-555555555555"
    body = xds.update_statuses(hospital.set(), [filed, unknown], original=APPROVED, new=DELETED)
    assert hospital.update(body).codes == ["UnresolvedReferenceException"]
    assert status(hospital.bench) == ["Approved"]


def test_the_document_of_another_patient_is_not_deleted(hospital: Hospital, filed: str) -> None:
    other = hospital_of(hospital.bench, "PAT-02")
    assert other.change(filed).codes == ["XDSPatientIdDoesNotMatch"]


def test_the_document_of_another_structure_is_not_deleted(hospital: Hospital, filed: str) -> None:
    bench = hospital.bench
    elsewhere = population().structure("S02")
    assert elsewhere.struct_idnat != population().structure(HOSPITAL).struct_idnat
    other = Hospital(bench, bench.credential("AUTH_CLI", "S02"), bench.credential("SIGN", "S02"), hospital.patient)
    author = replace(
        hospital.set().authors[0],
        institutions=(f"{elsewhere.name}^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^{elsewhere.struct_idnat}",),
    )
    lot = hospital.set(authors=(author,))
    body = xds.update_statuses(lot, [filed], original=APPROVED, new=DELETED)
    acting = {"structure": elsewhere.struct_idnat, "sector": f"{elsewhere.sector}^{vihf.SECTOR_SYSTEM}"}
    assert other.update(body, **acting).codes == ["DMPAccessDeniedByRightsService"]
    assert "DMP-REG-024" in bench.rules("dmp.TD3.3c")
    assert status(bench) == ["Approved"]


def test_the_doctor_who_wrote_it_deletes_it_with_a_card(doctor: Hospital, filed: str) -> None:
    assert doctor.change(filed, authn_class=vihf.SMARTCARD_CLASS).errors == []
    assert status(doctor.bench) == ["Deleted"]


def test_a_secretary_deletes_for_the_structure(doctor: Hospital, filed: str) -> None:
    secretary = (Code("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),)
    answer = doctor.change(filed, authn_class=vihf.SMARTCARD_CLASS, roles=secretary)
    assert answer.errors == []


def test_a_request_without_objects_is_refused(hospital: Hospital) -> None:
    body = xds.update_statuses(hospital.set(), [], original=APPROVED, new=DELETED)
    assert hospital.update(body).codes == ["XDSMetadataUpdateError"]
    body.clear()
    assert hospital.update(body).codes == ["XDSRegistryMetadataError"]


def test_a_deletion_survives_its_lost_answer(hospital: Hospital, filed: str) -> None:
    hospital.bench.arm("dmp.lost_answer", times=1)
    assert hospital.change(filed).status == 504
    assert status(hospital.bench) == ["Deleted"]


def test_a_deletion_can_be_told_to_fail(hospital: Hospital, filed: str) -> None:
    hospital.bench.arm("dmp.registry_error", times=1)
    assert hospital.change(filed).codes == ["XDSRegistryError"]
    assert hospital.change(filed).errors == []
