"""TD2.1 with RPLC over real sockets: a new version follows the one that it replaces, or is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.cda.model import DischargeLetter
from banc_standards.vihf import names as vihf
from banc_standards.xds.query import build

from .hospital import Hospital, fresh_oid, hospital_of


class Filed:
    """A letter in the record: the letter, and the entryUUID that the registry gave."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.letter: DischargeLetter = hospital.letter()
        kept = {name: getattr(self.letter, name) for name in ("id", "set_id", "created", "stay")}
        assert hospital.feed(hospital.document(**kept)).errors == []
        self.entry_uuid = hospital.entry_uuid(self.letter.id)

    def next(self, **changed: Any) -> bytes:
        """The second version."""
        honest: dict[str, Any] = {"set_id": self.letter.set_id, "version": 2, "replaces": self.letter.id}
        return self.hospital.document(**(honest | changed))


@pytest.fixture
def filed(hospital: Hospital) -> Filed:
    return Filed(hospital)


def test_the_registry_tells_what_was_replaced(hospital: Hospital, filed: Filed) -> None:
    assert hospital.feed(filed.next(), replaces=filed.entry_uuid).errors == []
    entry = hospital.bench.last("dmp.TD2.1")
    assert [finding for finding in entry["findings"] if finding["severity"] != "info"] == []
    assert entry["facts"]["replaces"] == [filed.entry_uuid]
    assert entry["facts"]["replaced"] == [f"urn:oid:{filed.letter.id}"]


def test_the_new_version_has_an_entry_of_its_own(hospital: Hospital, filed: Filed) -> None:
    hospital.feed(filed.next(), replaces=filed.entry_uuid)
    held = {document["status"].rpartition(":")[2]: document for document in hospital.bench.documents()}
    former, new = held["Deprecated"], held["Approved"]
    assert former["entry_uuid"] == filed.entry_uuid != new["entry_uuid"]
    assert hospital.search(build.get_documents(unique_ids=[new["unique_id"]])).found.references == (new["entry_uuid"],)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"replaces": fresh_oid()}, "DMP-REG-011"),
        ({"set_id": fresh_oid()}, "DMP-REG-012"),
        ({"version": 3}, "DMP-REG-013"),
    ],
)
def test_a_version_that_does_not_follow_is_refused(
    hospital: Hospital, filed: Filed, changed: dict[str, Any], rule: str
) -> None:
    answer = hospital.feed(filed.next(**changed), replaces=filed.entry_uuid)
    assert set(answer.codes) == {"InvalidDocumentContent"}
    assert rule in hospital.bench.rules("dmp.TD2.1")
    assert [document["status"].rpartition(":")[2] for document in hospital.bench.documents()] == ["Approved"]


def test_a_lenient_session_notes_it(tolerated: Hospital) -> None:
    filed = Filed(tolerated)
    assert tolerated.feed(filed.next(version=3), replaces=filed.entry_uuid).errors == []
    assert "DMP-REG-013" in tolerated.bench.rules("dmp.TD2.1")


def test_the_letter_of_another_patient_is_not_replaced(hospital: Hospital, filed: Filed) -> None:
    other = hospital_of(hospital.bench, "PAT-02")
    document = other.document(set_id=filed.letter.set_id, version=2, replaces=filed.letter.id)
    assert other.feed(document, replaces=filed.entry_uuid).codes == ["XDSPatientIdDoesNotMatch"]


def test_a_unique_id_is_no_target(hospital: Hospital, filed: Filed) -> None:
    answer = hospital.feed(filed.next(), replaces=f"urn:oid:{filed.letter.id}")
    assert answer.codes == ["XDSRegistryMetadataError"]
    assert "XDS-ASSOC-006" in hospital.bench.rules("dmp.TD2.1")


def test_a_series_of_versions_has_one_that_stands(hospital: Hospital, filed: Filed) -> None:
    second = hospital.lot(filed.next(), replaces=filed.entry_uuid)
    assert hospital.send(second).errors == []
    unique_id = second.entry.unique_id or ""
    third = filed.next(version=3, replaces=unique_id)
    assert hospital.feed(third, replaces=hospital.entry_uuid(unique_id)).errors == []
    statuses = sorted(document["status"].rpartition(":")[2] for document in hospital.bench.documents())
    assert statuses == ["Approved", "Deprecated", "Deprecated"]


def test_the_legal_authenticator_replaces_too(hospital: Hospital, doctor: Hospital) -> None:
    signer = replace(doctor.letter().author, idnat=population().professional("P02").idnat)
    letter = doctor.letter(author=signer)
    kept = {name: getattr(letter, name) for name in ("id", "set_id", "created", "author")}
    assert hospital.feed(hospital.document(**kept)).errors == []
    new = doctor.document(set_id=letter.set_id, version=2, replaces=letter.id)
    answer = doctor.send(doctor.lot(new, replaces=hospital.entry_uuid(letter.id)), authn_class=vihf.SMARTCARD_CLASS)
    assert answer.errors == []
