"""What is written is read back the same; what strangers write is read as it is."""

from __future__ import annotations

import string
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.model import DischargeLetter
from banc_standards.cda.pdf import simple_pdf
from banc_standards.terminology.codes import Code
from banc_standards.xds.build import (
    NotShareable,
    entry_from_cda,
    provide_and_register,
    registry_response,
    submission,
)
from banc_standards.xds.model import Author, DocumentEntry, RegistryError, Submission, SubmissionSet
from banc_standards.xds.names import REPLACES, RS, SIGNS, XDS
from banc_standards.xds.read import XdsRefused, document_parts, read
from banc_standards.xds.rules.subject import SubmissionSubject

SAMPLE = Path(__file__).parents[4] / "shared" / "data" / "dmp" / "soap" / "TD2.1_requete.mime"


def _sent(written: Submission) -> Submission:
    contents = {entry.id: f"{entry.id}@example" for entry in written.entries}
    return read(etree.fromstring(etree.tostring(provide_and_register(written, contents))))


def test_a_submission_is_read_back_the_same(subject: SubmissionSubject) -> None:
    assert _sent(subject.submission) == subject.submission


TEXT = st.text(string.ascii_letters + string.digits + " é'-.^&|<\"", min_size=1, max_size=20).map(str.strip)
SAID = TEXT.filter(bool)
MAYBE = st.none() | SAID
CODES = st.builds(Code, SAID, SAID, SAID)
AUTHORS = st.builds(Author, *[st.lists(SAID, max_size=2).map(tuple) for _ in range(4)])
MAYBE_TEXTS = (
    "unique_id",
    "patient_id",
    "mime_type",
    "title",
    "comments",
    "creation_time",
    "language",
    "service_start",
    "service_stop",
    "hash",
    "size",
    "legal_authenticator",
    "source_patient_id",
    "logical_id",
    "status",
    "version",
    "repository_unique_id",
)
MAYBE_CODES = ("class_code", "type_code", "format_code", "facility_type", "practice_setting")
ENTRIES = st.builds(
    DocumentEntry,
    id=SAID,
    object_type=st.just("urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1"),
    authors=st.lists(AUTHORS, max_size=2).map(tuple),
    **dict.fromkeys(MAYBE_TEXTS, MAYBE),
    **dict.fromkeys(MAYBE_CODES, st.none() | CODES),
    **dict.fromkeys(("confidentiality", "events"), st.lists(CODES, max_size=2).map(tuple)),
    **dict.fromkeys(("source_patient_info", "reference_ids"), st.lists(SAID, max_size=2).map(tuple)),
)
LOTS = st.builds(
    SubmissionSet,
    id=SAID,
    **dict.fromkeys(["unique_id", "source_id", "patient_id", "submission_time", "title", "comments", "status"], MAYBE),
    authors=st.lists(AUTHORS, max_size=2).map(tuple),
    content_type=st.none() | CODES,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no defect
@given(LOTS, st.lists(ENTRIES, max_size=3, unique_by=lambda entry: entry.id))
def test_any_metadata_are_read_back_the_same(lot: SubmissionSet, entries: list[DocumentEntry]) -> None:
    written = submission(lot, entries)

    assert _sent(written) == written


def test_metadata_come_from_the_cda(entry: DocumentEntry, cda: bytes) -> None:
    assert (entry.unique_id, entry.title) == (
        "1.2.250.1.213.99.2.1",
        "Lettre de liaison à la sortie de l'établissement de santé",
    )
    assert (entry.creation_time, entry.service_start, entry.service_stop) == (
        "20260105153000",
        "20260102070000",
        "20260105150000",
    )
    assert entry.patient_id == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert entry.source_patient_id == "IPP-42^^^&1.2.250.1.213.99.1&ISO^PI"
    assert entry.source_patient_info == ("PID-5|PAT-TROIS^DOMINIQUE^^^^^L", "PID-7|19790328", "PID-8|F")
    assert entry.class_code == Code("10", "1.2.250.1.213.1.1.4.1")
    assert entry.format_code == Code("urn:asip:ci-sis:ldl-ses:2017", "1.2.250.1.213.1.1.4.2.282")
    assert entry.size == str(len(cda))


def test_the_format_of_a_level_1_letter_is_that_of_its_pdf(letter: DischargeLetter) -> None:
    entry = entry_from_cda(discharge_letter_n1(letter, simple_pdf(["Lettre"])), visibility=["MASQUE_PS"])

    assert entry.format_code == Code("urn:ihe:iti:xds-sd:pdf:2008", "1.3.6.1.4.1.19376.1.2.3")
    assert [code.code for code in entry.confidentiality] == ["N", "MASQUE_PS"]


def test_a_letter_without_ins_is_not_shareable(letter: DischargeLetter) -> None:
    local = discharge_letter(replace(letter, patient=replace(letter.patient, ins=None)))

    with pytest.raises(NotShareable) as refused:
        entry_from_cda(local)

    assert refused.value.missing == "INS"


def test_a_letter_of_another_confidentiality_is_not_shareable(cda: bytes) -> None:
    low = cda.replace(b'<confidentialityCode code="N"', b'<confidentialityCode code="L"')

    with pytest.raises(NotShareable):
        entry_from_cda(low)


def test_a_lot_links_its_members_its_signature_and_what_it_replaces(subject: SubmissionSubject) -> None:
    lot = subject.submission.set
    assert lot is not None

    written = submission(lot, subject.submission.entries, replaces={"Doc01": "urn:uuid:old"})

    links = {(link.type, link.source, link.target) for link in written.associations}
    assert (SIGNS, "Sign01", "Lot01") in links
    assert (REPLACES, "Doc01", "urn:uuid:old") in links
    assert len(links) == 4


def test_a_request_carries_bytes_or_points_at_a_part(subject: SubmissionSubject) -> None:
    request = provide_and_register(subject.submission, {"Doc01": "doc01@example", "Sign01": b"abc"})

    parts = document_parts(request)

    assert parts["Doc01"][0].get("href") == "cid:doc01@example"
    assert parts["Sign01"].text == "YWJj"
    assert request.tag == f"{XDS}ProvideAndRegisterDocumentSetRequest"


def test_a_response_says_success_or_its_errors() -> None:
    fine = registry_response()
    failed = registry_response([RegistryError("XDSMissingDocument", "Doc01")])
    warned = registry_response([RegistryError("XDSMissingDocument", "Doc01", warning=True)])

    assert fine.get("status", "").endswith(":Success")
    assert len(fine) == 0
    assert failed.get("status", "").endswith(":Failure")
    assert [error.get("errorCode") for error in failed.iter(f"{RS}RegistryError")] == ["XDSMissingDocument"]
    assert warned.get("status", "").endswith(":Success")


def test_an_element_without_registry_objects_is_refused() -> None:
    with pytest.raises(XdsRefused) as refused:
        read(etree.fromstring("<a/>"))

    assert refused.value.rule_id == "XDS-META-001"


@pytest.mark.skipif(not SAMPLE.is_file(), reason=f"no DMP sample {SAMPLE}")
def test_the_published_request_is_read() -> None:
    data = SAMPLE.read_bytes()
    start, end = data.index(b"<ns4:Provide"), data.index(b"</ns4:ProvideAndRegisterDocumentSetRequest>")

    found = read(etree.fromstring(data[start:end] + b"</ns4:ProvideAndRegisterDocumentSetRequest>"))

    assert found.set is not None
    assert found.set.content_type == Code("04", "1.2.250.1.213.2.2")
    assert [entry.signature for entry in found.entries] == [False, True]
    assert found.documents == ("documentME2", "Signature01")
    assert len(found.associations) == 3
    assert found.entries[0].repeated == ()


def test_what_comes_twice_is_told(subject: SubmissionSubject) -> None:
    request = provide_and_register(subject.submission, {})
    element = next(request.iter("{*}ExtrinsicObject"))
    slot = element.find("{*}Slot[@name='creationTime']")
    assert slot is not None
    element.insert(0, etree.fromstring(etree.tostring(slot)))

    assert read(request).entries[0].repeated == ("creationTime",)


def test_a_folder_and_a_second_set_are_told(subject: SubmissionSubject) -> None:
    request = provide_and_register(subject.submission, {})
    objects = next(request.iter("{*}RegistryObjectList"))
    package = objects[0]
    objects.append(etree.fromstring(etree.tostring(package)))
    folder = etree.SubElement(objects, package.tag, id="Folder01")

    found = read(request)

    assert folder is not None
    assert found.extra_sets == 1
    assert found.others == ("RegistryPackage Folder01",)
