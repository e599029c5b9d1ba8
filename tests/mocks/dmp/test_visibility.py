"""TD3.3a, TD3.3b and TD3.3d over real sockets: who sees a document after its visibility or its status changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import VISIBILITY
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code as Role
from banc_standards.xds import build as xds
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED
from banc_standards.xds.query import build

from .hospital import Answer, Hospital

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
SECRETARY = (Role("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),)


def filed(hospital: Hospital, *visibility: str) -> str:
    """A letter is in the record; its uniqueId."""
    lot = hospital.lot(hospital.document(), visibility=visibility)
    assert hospital.send(lot).errors == []
    return lot.entry.unique_id or ""


def seen_as(entry: DocumentEntry, *codes: str) -> DocumentEntry:
    """The same entry with these visibility codes."""
    own = tuple(code for code in entry.confidentiality if code.system != VISIBILITY)
    return replace(entry, confidentiality=(*own, *(value_set("J08").get(code, VISIBILITY) for code in codes)))


def update(who: Hospital, entry: DocumentEntry, **changed: Any) -> Answer:
    return who.update(xds.update_metadata(who.set(), entry), **CARD, **changed)


def found(who: Hospital, *statuses: str) -> list[DocumentEntry]:
    query = build.find_documents(patient=who.ins.cx(), statuses=statuses or (APPROVED,))
    return list(who.search(query, **CARD).found.entries)


# -- TD3.3a --------------------------------------------------------------------------------------------------------


def test_a_colleague_masks_and_no_longer_sees(hospital: Hospital, doctor: Hospital, colleague: Hospital) -> None:
    unique_id = filed(hospital)
    before = colleague.found(unique_id, **CARD)

    answer = update(colleague, seen_as(before, "MASQUE_PS"))

    assert answer.errors == []
    assert answer.message.action == "urn:ihe:iti:2010:UpdateDocumentSet-Response"
    assert found(colleague, APPROVED, DEPRECATED) == []
    assert [error.code for error in colleague.retrieve(unique_id, **CARD).retrieved.errors] == [
        "XDSDocumentUniqueIdError"
    ]
    entry = colleague.bench.last("dmp.TD3.3a")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])
    assert entry["facts"]["documents"] == [f"urn:oid:{unique_id}"]
    assert entry["facts"]["visibility"] == ["MASQUE_PS"]

    after = doctor.found(unique_id, **CARD)
    assert (after.version, after.logical_id) == ("2", before.logical_id)
    assert after.id != before.id
    assert {code.code for code in after.confidentiality} == {"N", "MASQUE_PS"}
    assert doctor.retrieve(unique_id, **CARD).retrieved.documents[0].unique_id == unique_id


def test_the_former_version_of_the_metadata_is_deprecated(hospital: Hospital, doctor: Hospital) -> None:
    unique_id = filed(hospital)
    before = doctor.found(unique_id, **CARD)
    assert update(doctor, seen_as(before, "MASQUE_PS")).errors == []

    assert [(entry.id, entry.version) for entry in found(doctor, DEPRECATED)] == [(before.id, "1")]
    assert len(doctor.bench.documents()) == 1
    assert [entry.version for entry in found(doctor)] == ["2"]


def test_an_author_unmasks(hospital: Hospital, doctor: Hospital, colleague: Hospital) -> None:
    unique_id = filed(hospital, "MASQUE_PS")
    assert found(colleague) == []
    assert update(doctor, seen_as(doctor.found(unique_id, **CARD))).errors == []
    assert [entry.unique_id for entry in found(colleague)] == [unique_id]


def test_the_treating_doctor_sees_and_unmasks(hospital: Hospital, colleague: Hospital) -> None:
    unique_id = filed(hospital, "MASQUE_PS")
    assert colleague.authorize(role="MEDECIN_TRAITANT", **CARD)[0] == "DMPOk"
    assert update(colleague, seen_as(colleague.found(unique_id, **CARD))).errors == []
    assert colleague.authorize("SUPPRESSION", "MEDECIN_TRAITANT", **CARD)[0] == "DMPOk"
    assert colleague.bench.last("dmp.TD3.3a")["outcome"] == "accepted"


def test_a_replaced_entry_uuid_is_found_by_its_logical_id(hospital: Hospital, doctor: Hospital) -> None:
    unique_id = filed(hospital)
    for codes in (("MASQUE_PS",), (), ("MASQUE_PS",)):
        assert update(doctor, seen_as(doctor.found(unique_id, **CARD), *codes)).errors == []
    assert doctor.found(unique_id, **CARD).version == "4"
    assert len(found(doctor, DEPRECATED)) == 3


def wrong_version(entry: DocumentEntry) -> DocumentEntry:
    return replace(entry, version="7")


@pytest.mark.parametrize(
    ("change", "code", "rule"),
    [
        (wrong_version, "XDSMetadataVersionError", "DMP-UPD-003"),
        (lambda entry: replace(entry, title="Autre titre"), "XDSMetadataUpdateError", "DMP-UPD-004"),
        (lambda entry: replace(entry, hash=None), "XDSMetadataUpdateError", "DMP-UPD-004"),
        (lambda entry: seen_as(entry, "INVISIBLE_PATIENT"), "XDSMetadataUpdateError", "DMP-UPD-005"),
        (lambda entry: replace(entry, logical_id=entry.unique_id), "UnresolvedReferenceException", "DMP-UPD-001"),
        (
            lambda entry: replace(entry, confidentiality=(Code("N", "1.2.3", "normal"),)),
            "XDSRegistryMetadataError",
            "XDS-CODE-006",
        ),
    ],
)
def test_an_update_that_the_registry_cannot_make_is_refused(
    hospital: Hospital, doctor: Hospital, change: Callable[[DocumentEntry], DocumentEntry], code: str, rule: str
) -> None:
    unique_id = filed(hospital)
    masked = seen_as(doctor.found(unique_id, **CARD), "MASQUE_PS")

    answer = update(doctor, change(masked))

    assert answer.codes[0] == code
    assert rule in doctor.bench.rules("dmp.TD3.3a")
    assert doctor.found(unique_id, **CARD).version == "1"


def test_masking_needs_a_professional_in_normal_use(hospital: Hospital, doctor: Hospital) -> None:
    masked = seen_as(doctor.found(filed(hospital), **CARD), "MASQUE_PS")
    assert update(doctor, masked, purpose="bris_de_glace").rule == "DMP-002"
    body = xds.update_metadata(hospital.set(), masked)
    assert hospital.update(body).rule == "DMP-002"
    assert update(doctor, masked, roles=SECRETARY).codes == ["DMPAccessDeniedByRightsService"]
    assert "DMP-UPD-006" in doctor.bench.rules("dmp.TD3.3a")


# -- TD3.3b --------------------------------------------------------------------------------------------------------


def test_a_document_is_made_visible_to_the_patient(hospital: Hospital, colleague: Hospital) -> None:
    unique_id = filed(hospital, "INVISIBLE_PATIENT")
    hidden = colleague.found(unique_id, **CARD)
    assert update(colleague, seen_as(hidden)).errors == []
    entry = colleague.bench.last("dmp.TD3.3b")
    assert (entry["outcome"], entry["facts"]["visibility"]) == ("accepted", [])
    assert {code.code for code in colleague.found(unique_id, **CARD).confidentiality} == {"N"}


# -- TD3.3d --------------------------------------------------------------------------------------------------------


def test_an_author_archives_and_takes_out_of_the_archives(hospital: Hospital, doctor: Hospital) -> None:
    entry = doctor.found(filed(hospital), **CARD)

    assert doctor.change(entry.id, new=ARCHIVED, **CARD).errors == []

    assert found(doctor) == []
    assert [(one.id, one.status) for one in found(doctor, ARCHIVED)] == [(entry.id, ARCHIVED)]
    assert doctor.retrieve(entry.unique_id or "", **CARD).retrieved.errors == ()
    assert doctor.change(entry.id, original=ARCHIVED, new=APPROVED, **CARD).errors == []
    assert [one.id for one in found(doctor)] == [entry.id]
    assert doctor.bench.last("dmp.TD3.3d")["facts"]["new_status"] == APPROVED


def test_what_is_archived_is_deleted_all_the_same(hospital: Hospital, doctor: Hospital) -> None:
    entry = doctor.found(filed(hospital), **CARD)
    assert doctor.change(entry.id, new=ARCHIVED, **CARD).errors == []
    assert hospital.change(entry.id, original=ARCHIVED, new=DELETED).errors == []


def test_a_colleague_archives_only_in_an_emergency(hospital: Hospital, doctor: Hospital, colleague: Hospital) -> None:
    entry = doctor.found(filed(hospital), **CARD)
    assert colleague.change(entry.id, new=ARCHIVED, **CARD).codes == ["DMPAccessDeniedByRightsService"]
    assert "DMP-UPD-008" in colleague.bench.rules("dmp.TD3.3d")
    assert colleague.change(entry.id, new=ARCHIVED, purpose="bris_de_glace", **CARD).errors == []


def test_archiving_the_wrong_status_is_refused(hospital: Hospital, doctor: Hospital) -> None:
    entry = doctor.found(filed(hospital), **CARD)
    assert doctor.change(entry.id, original=ARCHIVED, new=APPROVED, **CARD).codes == ["XDSMetadataUpdateError"]
    assert "DMP-REG-023" in doctor.bench.rules("dmp.TD3.3d")


def test_a_structure_does_not_archive(hospital: Hospital, doctor: Hospital) -> None:
    entry = doctor.found(filed(hospital), **CARD)
    assert hospital.change(entry.id, new=ARCHIVED).rule == "DMP-002"
