"""The metadata against the CDA: one changed value breaks the rule of that value, and no other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.model import DischargeLetter
from banc_standards.rules import judge
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import FACILITY_TYPES, LOINC, PRACTICE_SETTINGS
from banc_standards.xds.build import entry_from_cda
from banc_standards.xds.model import Association, Author
from banc_standards.xds.names import REPLACES
from banc_standards.xds.rules.matching import RULES
from banc_standards.xds.rules.subject import SubmissionSubject

OTHER = "899900000099^AUTRE^ANNE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
DOCTOR = "899900000011^DURAND^ALICE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
OTHER_CLINIC = "AUTRE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000009"


def _with(subject: SubmissionSubject, **changes: Any) -> SubmissionSubject:
    first, *others = subject.submission.entries
    entries = (replace(first, **changes), *others)
    return replace(subject, submission=replace(subject.submission, entries=entries))


DIFFERENT: dict[str, dict[str, Any]] = {
    "XDS-CDA-001": {"unique_id": "1.2.250.1.213.99.2.9"},
    "XDS-CDA-002": {"patient_id": "255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH"},
    "XDS-CDA-003": {"type_code": Code("34112-3", LOINC)},
    "XDS-CDA-004": {"title": "Autre titre"},
    "XDS-CDA-005": {"creation_time": "20260105163000"},
    "XDS-CDA-006": {"service_start": "20260102080000"},
    "XDS-CDA-007": {"language": "en-US"},
    "XDS-CDA-008": {"confidentiality": (value_set("J08").get("R"),)},
    "XDS-CDA-009": {"authors": (Author((OTHER,)),)},
    "XDS-CDA-010": {"authors": (Author((DOCTOR,), (OTHER_CLINIC,)),)},
    "XDS-CDA-011": {"authors": (Author((DOCTOR,), specialties=("G15_21^Pharmacien^x",)),)},
    "XDS-CDA-012": {"legal_authenticator": OTHER},
    "XDS-CDA-013": {"facility_type": Code("SA07", FACILITY_TYPES)},
    "XDS-CDA-014": {"practice_setting": Code("AMBULATOIRE", PRACTICE_SETTINGS)},
    "XDS-CDA-015": {"source_patient_id": "IPP-43^^^&1.2.250.1.213.99.1&ISO^PI"},
    "XDS-CDA-016": {"source_patient_info": ("PID-7|19790329",)},
    "XDS-CDA-017": {"format_code": value_set("J60").get("urn:ihe:iti:xds-sd:pdf:2008")},
}


@pytest.mark.parametrize("rule_id", DIFFERENT)
def test_a_different_value_breaks_its_own_rule(rule_id: str, subject: SubmissionSubject) -> None:
    different = _with(subject, **DIFFERENT[rule_id])

    assert {finding.rule for finding in judge(RULES, different)} == {rule_id}


def test_every_matching_rule_is_tried() -> None:
    assert {rule.id for rule in RULES} == {*DIFFERENT, "XDS-CDA-018", "XDS-CDA-019"}


def test_an_extension_in_the_id_is_refused(letter: DischargeLetter, subject: SubmissionSubject, cda: bytes) -> None:
    extended = cda.replace(b'<id root="1.2.250.1.213.99.2.1"/>', b'<id root="1.2.250.1.213.99.2.1" extension="A"/>')

    found = judge(RULES, replace(subject, documents={**subject.documents, "Doc01": extended}))

    assert [(finding.rule, finding.found) for finding in found] == [("XDS-CDA-001", "1.2.250.1.213.99.2.1^A")]


def test_an_association_without_related_document_is_an_error(subject: SubmissionSubject) -> None:
    link = Association(id="a9", type=REPLACES, source="Doc01", target="urn:uuid:x", set_status="Original")
    links = (*subject.submission.associations, link)

    found = judge(RULES, replace(subject, submission=replace(subject.submission, associations=links)))

    assert [(finding.rule, finding.severity) for finding in found] == [("XDS-CDA-018", "error")]


def test_a_related_document_without_association_warns(letter: DischargeLetter, subject: SubmissionSubject) -> None:
    second = discharge_letter(replace(letter, version=2, replaces="1.2.250.1.213.99.2.0"))

    found = judge(RULES, replace(subject, documents={**subject.documents, "Doc01": second}))

    assert [(finding.rule, finding.severity) for finding in found] == [("XDS-CDA-019", "warning")]


@pytest.mark.parametrize(
    ("low", "start", "broken"),
    [
        (b"20260102", "20260101230000", False),
        (b"20260102", "20260102", False),
        (b"20260102", "20260110120000", True),
        (b"20260102080000", "20260102080000", False),
        (b"20260102080000", "20250102080000", False),
        (b"202601020800+0100", "20260102070000", False),
    ],
    ids=["local midnight", "same day", "another day", "no zone", "no zone, not compared", "to the minute"],
)
def test_times_are_compared_as_instants(
    low: bytes, start: str, broken: bool, subject: SubmissionSubject, cda: bytes
) -> None:
    dated = cda.replace(b"20260102080000+0100", low)
    different = replace(_with(subject, service_start=start), documents={**subject.documents, "Doc01": dated})

    assert ("XDS-CDA-006" in {finding.rule for finding in judge(RULES, different)}) is broken


def test_the_metadata_of_a_new_document_are_its_own(letter: DischargeLetter, subject: SubmissionSubject) -> None:
    other = discharge_letter(replace(letter, title="Autre titre", id="1.2.250.1.213.99.2.2"))
    first = replace(entry_from_cda(other), id="Doc01")
    entries = (first, *subject.submission.signatures)
    renewed = replace(
        subject,
        submission=replace(subject.submission, entries=entries),
        documents={**subject.documents, "Doc01": other},
    )

    assert judge(RULES, renewed) == []
