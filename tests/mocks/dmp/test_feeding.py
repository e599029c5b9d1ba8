"""TD2.1 over real sockets: what the DMP takes, what it refuses and with which code, and what it then holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from banc_standards.vihf import names as vihf

from .hospital import DOCTOR, HOSPITAL, Bench, Hospital, fresh_oid, hospital_of, sha1


def test_a_structured_letter_is_taken(hospital: Hospital) -> None:
    document = hospital.document()
    lot = hospital.lot(document)
    assert hospital.send(lot).errors == []
    entry = hospital.bench.last("dmp.TD2.1")
    assert (entry["outcome"], entry["code"]) == ("accepted", None)
    assert [finding for finding in entry["findings"] if finding["severity"] != "info"] == []
    assert entry["facts"]["documents"] == [f"urn:oid:{lot.entry.unique_id}"]
    assert lot.submission.set is not None
    assert entry["facts"]["submission_set"] == lot.submission.set.unique_id
    assert (entry["facts"]["ins"], entry["facts"]["ins_oid"]) == (hospital.ins.value, hospital.ins.oid)


def test_what_was_taken_is_held_with_its_bytes(hospital: Hospital) -> None:
    document = hospital.document()
    lot = hospital.lot(document)
    hospital.send(lot)
    [held] = hospital.bench.documents()
    assert held["unique_id"] == lot.entry.unique_id
    assert (held["ins"], held["type_code"], held["size"]) == (hospital.ins.value, "11490-0", len(document))
    assert held["status"].endswith(":Approved")
    blob = hospital.bench.control.get(f"/control/v1/blobs/{held['blob']}")
    assert blob.content == document


def test_a_pdf_letter_is_taken(hospital: Hospital) -> None:
    assert hospital.feed(hospital.pdf_document()).errors == []


def test_a_reset_forgets_it(hospital: Hospital) -> None:
    hospital.feed()
    hospital.bench.tell("POST", "reset")
    assert hospital.bench.documents() == []


def test_a_card_feeds_in_the_direct_mode(hospital: Hospital) -> None:
    bench = hospital.bench
    card = Hospital(bench, bench.credential("CPS_AUTH", DOCTOR), bench.credential("CPS_SIGN", DOCTOR), hospital.patient)
    card.mode = vihf.DIRECT
    lot = card.lot(card.document())
    assert card.send(lot, authn_class=vihf.SMARTCARD_CLASS).errors == []


def test_the_strengthened_mode_does_not_feed(hospital: Hospital) -> None:
    hospital.mode = vihf.AIR
    answer = hospital.send(hospital.lot(hospital.document()), authn_decl=vihf.SIMPLE_AIR_DECLARATION)
    assert (answer.fault.subcode, answer.rule) == ("DMPAccessDeniedByRightsService", "DMP-002")


def test_opposition_is_the_software_s_to_obey(bench: Bench) -> None:
    assert hospital_of(bench, "PAT-30").feed().errors == []


@pytest.mark.parametrize(("patient", "code"), [("PAT-29", "DMPClosed"), ("PAT-32", "XDSUnknownPatientId")])
@pytest.mark.parametrize("mode", ["bench", "lenient"])
def test_without_an_open_record_nothing_is_taken(
    patient: str, code: str, mode: str, request: pytest.FixtureRequest
) -> None:
    bench = request.getfixturevalue(mode)
    assert hospital_of(bench, patient).feed().codes == [code]
    entry = bench.last("dmp.TD2.1")
    assert (entry["outcome"], entry["code"]) == ("refused", code)
    assert bench.documents() == []


# -- duplicates and replacement ------------------------------------------------------------------------------------


def test_a_set_identifier_serves_once(hospital: Hospital) -> None:
    unique_id = fresh_oid()
    assert hospital.feed(unique_id=unique_id).errors == []
    assert hospital.feed(unique_id=unique_id).codes == ["XDSDuplicateUniqueIdInRegistry"]
    assert len(hospital.bench.documents()) == 1


def test_the_same_document_again_is_taken_and_noted(hospital: Hospital) -> None:
    document = hospital.document()
    hospital.feed(document)
    assert hospital.feed(document).errors == []
    assert "DMP-REG-006" in hospital.bench.rules("dmp.TD2.1")
    assert len(hospital.bench.documents()) == 1


def test_the_same_identifier_for_other_bytes_is_refused(hospital: Hospital) -> None:
    letter = hospital.letter()
    hospital.feed(hospital.document(id=letter.id, created=letter.created, reason="Motif A."))
    assert hospital.feed(hospital.document(id=letter.id, created=letter.created, reason="Motif long.")).codes == [
        "XDSNonIdenticalSize"
    ]


def test_the_same_identifier_and_size_for_other_bytes_is_refused(hospital: Hospital) -> None:
    letter = hospital.letter(reason="Motif A.")
    other = replace(letter, reason="Motif B.")
    hospital.feed(hospital.document(**vars_of(letter)))
    assert hospital.feed(hospital.document(**vars_of(other))).codes == ["XDSNonIdenticalHash"]


def vars_of(letter: object) -> dict[str, object]:
    return {name: getattr(letter, name) for name in ("id", "set_id", "created", "stay", "reason")}


def test_a_replacement_deprecates_the_former_version(hospital: Hospital) -> None:
    first = hospital.letter()
    hospital.feed(hospital.document(**vars_of(first)))
    [held] = hospital.bench.documents()
    second = hospital.document(set_id=first.set_id, version=2, replaces=first.id)
    assert hospital.feed(second, replaces=held["entry_uuid"]).errors == []
    statuses = sorted(document["status"].rpartition(":")[2] for document in hospital.bench.documents())
    assert statuses == ["Approved", "Deprecated"]


def test_a_replaced_version_cannot_be_replaced_again(hospital: Hospital) -> None:
    first = hospital.letter()
    hospital.feed(hospital.document(**vars_of(first)))
    [held] = hospital.bench.documents()
    hospital.feed(hospital.document(set_id=first.set_id, version=2, replaces=first.id), replaces=held["entry_uuid"])
    again = hospital.document(set_id=first.set_id, version=2, replaces=first.id)
    assert hospital.feed(again, replaces=held["entry_uuid"]).codes == ["XDSRegistryDeprecatedDocumentError"]


def test_an_unknown_version_cannot_be_replaced(hospital: Hospital) -> None:
    document = hospital.document(version=2, replaces=fresh_oid())
    answer = hospital.feed(document, replaces="urn:uuid:11111111-2222-4333-8444-555555555555")
    assert answer.codes == ["UnresolvedReferenceException"]


# -- metadata, documents, signature --------------------------------------------------------------------------------


def test_a_wrong_hash_is_refused(hospital: Hospital) -> None:
    answer = hospital.send(hospital.lot(hospital.document()).with_entry(hash="0" * 40))
    assert answer.codes == ["XDSRepositoryMetadataError"]


def test_a_wrong_size_is_refused(hospital: Hospital) -> None:
    answer = hospital.send(hospital.lot(hospital.document()).with_entry(size="1"))
    assert answer.codes == ["XDSRepositoryMetadataError"]


def test_another_patient_in_the_metadata_is_refused(hospital: Hospital) -> None:
    other = hospital_of(hospital.bench, "PAT-02").ins.cx()
    answer = hospital.send(hospital.lot(hospital.document()).with_entry(patient_id=other))
    assert "XDSPatientIdDoesNotMatch" in answer.codes


def test_a_document_of_another_patient_is_refused(hospital: Hospital) -> None:
    foreign = hospital_of(hospital.bench, "PAT-02").document()
    lot = hospital.lot(foreign).with_entry(patient_id=hospital.ins.cx())
    answer = hospital.send(lot)
    assert answer.codes == ["InvalidDocumentContent"]
    assert "XDS-CDA-002" in answer.errors[0][1]
    assert hospital.bench.documents() == []


def test_a_missing_part_is_refused(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    kept = {name: content for name, content in lot.contents.items() if name != lot.entry.id}
    assert "XDSMissingDocument" in hospital.send(replace(lot, contents=kept)).codes


def test_an_author_of_another_structure_is_refused(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    elsewhere = tuple(replace(author, institutions=()) for author in lot.entry.authors)
    answer = hospital.send(lot.with_entry(authors=elsewhere).with_set(authors=elsewhere))
    assert answer.codes == ["XDSRegistryMetadataError"]
    assert "Aucun AuthorInstitution ne correspond à l'utilisateur du VIHF" in answer.errors[0][1]


def test_a_document_that_is_no_cda_is_refused(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    content = b"<html/>"
    altered = replace(lot, contents={**lot.contents, lot.entry.id: content})
    answer = hospital.send(altered.with_entry(hash=sha1(content), size=str(len(content))))
    assert "InvalidDocumentContent" in answer.codes


def test_a_lot_whose_signature_covers_other_bytes_is_refused(hospital: Hospital) -> None:
    first, second = hospital.lot(hospital.document()), hospital.lot(hospital.document())
    [signature] = first.submission.signatures
    [other] = second.submission.signatures
    contents = {**first.contents, signature.id: second.contents[other.id]}
    content = contents[signature.id]
    entries = (first.entry, replace(signature, hash=sha1(content), size=str(len(content))))
    answer = hospital.send(replace(first, submission=replace(first.submission, entries=entries), contents=contents))
    assert {"XDS-SIG-006", "XDS-SIG-007"} <= hospital.bench.rules("dmp.TD2.1")
    assert set(answer.codes) == {"XDSRegistryMetadataError"}


def test_a_lot_signed_by_a_foreign_certificate_is_refused(hospital: Hospital) -> None:
    signer = hospital.bench.credential("SIGN", HOSPITAL, "foreign_ca")
    answer = hospital.send(hospital.lot(hospital.document(), signer=signer))
    assert answer.codes == ["DMPInvalidCertificate"]
    assert hospital.bench.documents() == []


# -- what holds when several speak at once, or send real files -----------------------------------------------------


def test_of_ten_identical_sets_at_once_one_is_taken(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    packed = [hospital.packed(lot) for _ in range(10)]
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda sent: hospital.post("repository", sent[1], sent[0]), packed))
    codes = sorted(answer.codes for answer in answers)
    assert codes == [[], *[["XDSDuplicateUniqueIdInRegistry"]] * 9]
    assert len(hospital.bench.documents()) == 1


def test_two_sessions_do_not_see_each_other(hospital: Hospital, tolerated: Hospital) -> None:
    unique_id = fresh_oid()
    assert hospital.feed(unique_id=unique_id).errors == []
    assert tolerated.feed(unique_id=unique_id).errors == []
    assert len(hospital.bench.documents()) == len(tolerated.bench.documents()) == 1
    assert len(hospital.bench.exchanges("dmp.TD2.1")) == 1


EXAMPLES = Path(__file__).parents[3].parent / "shared" / "data" / "cda" / "examples"
PUBLISHED = ("LDL-SES_2022.01.xml", "DOC_NON_STRUCTURE_CDA-R2-N1.xml", "VSM_1.4_2022.01.xml", "VAC_2023.01.xml")


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the public examples are not beside the repository")
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_document_gets_a_verdict(lenient: Bench, name: str) -> None:
    hospital = hospital_of(lenient, "PAT-03")
    lot = hospital.lot((EXAMPLES / name).read_bytes())
    answer = hospital.send(lot.with_entry(patient_id=hospital.ins.cx()))
    assert answer.status == 200
    entry = lenient.last("dmp.TD2.1")
    assert entry["outcome"] == ("refused" if answer.errors else "accepted")
    assert entry["findings"]


def test_the_content_of_documents_is_let_through_when_told_to(hospital: Hospital) -> None:
    document = hospital.document()
    broken = document.replace(b'<realmCode code="FR"/>', b"")
    assert broken != document
    assert "InvalidDocumentContent" in hospital.feed(broken).codes

    hospital.bench.tell("PUT", "switches", {"dmp.document_rules": False})

    assert hospital.feed(broken).errors == []
    assert hospital.bench.rules("dmp.TD2.1") == set()
