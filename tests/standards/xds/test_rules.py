"""Each submission rule: the clean submission keeps it, one small change breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from banc_standards.rules import Registry, judge
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import VISIBILITY
from banc_standards.vihf.read import Assertion
from banc_standards.xds.model import Association, Author
from banc_standards.xds.names import HAS_MEMBER, REPLACES, SIGNS
from banc_standards.xds.rules import RULES, associations, codes, forms, metadata, parts, people
from banc_standards.xds.rules.subject import SubmissionSubject

BY_ID = Registry(RULES)
Change = Callable[[SubmissionSubject], SubmissionSubject]
MASKED, HIDDEN = (value_set("J08").get(code, VISIBILITY) for code in ("MASQUE_PS", "INVISIBLE_PATIENT"))
INS = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
DOCTOR = "899900000011^DURAND^ALICE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
CLINIC = "CLINIQUE FICTIVE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000001"


def lot(**changes: Any) -> Change:
    """Other values in the lot."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        assert subject.submission.set is not None
        changed = replace(subject.submission.set, **changes)
        return replace(subject, submission=replace(subject.submission, set=changed))

    return change


def entry(number: int = 0, **changes: Any) -> Change:
    """Other values in an entry: 0 is the letter, 1 the signature."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        entries = list(subject.submission.entries)
        entries[number] = replace(entries[number], **changes)
        return replace(subject, submission=replace(subject.submission, entries=tuple(entries)))

    return change


def author(**changes: Any) -> Change:
    """Another author of the letter."""
    base = Author((DOCTOR,), (CLINIC,), (), ("G15_10/SM26^Médecin^1.2.250.1.213.1.1.4.5",))
    return entry(authors=(replace(base, **changes),))


def whole(**changes: Any) -> Change:
    """Other objects in the submission."""
    return lambda subject: replace(subject, submission=replace(subject.submission, **changes))


def link(**changes: Any) -> Change:
    """One more association."""
    base = Association(id="a9", type=REPLACES, source="Doc01", target="urn:uuid:x", set_status="Original")

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        links = (*subject.submission.associations, replace(base, **changes))
        return replace(subject, submission=replace(subject.submission, associations=links))

    return change


def without(kind: str) -> Change:
    """No association of a type."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        links = tuple(item for item in subject.submission.associations if item.type != kind)
        return replace(subject, submission=replace(subject.submission, associations=links))

    return change


def bytes_of(part: str, content: bytes | None, *, name: str | None = None) -> Change:
    """Other bytes of a part, or none; under another id."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        documents = dict(subject.documents)
        documents.pop(part, None)
        if content is not None:
            documents[name or part] = content
        return replace(subject, documents=documents)

    return change


def code(**changes: str) -> Change:
    """Another code in the letter's entry, ``attribute="code|system"``."""
    return entry(**{attribute: Code(*text.split("|")) for attribute, text in changes.items()})


BROKEN: dict[str, Change] = {
    "XDS-META-002": whole(set=None),
    "XDS-META-003": lambda subject: whole(entries=subject.submission.signatures)(subject),
    "XDS-META-004": whole(others=("RegistryPackage Classeur01",)),
    "XDS-META-005": entry(patient_id=None),
    "XDS-META-006": whole(others=("RegistryPackage",) * 1_001),
    "XDS-META-010": lot(source_id=None),
    "XDS-META-011": entry(title=None),
    "XDS-META-012": entry(repeated=("creationTime",)),
    "XDS-META-013": entry(hash=None),
    "XDS-META-014": entry(source_patient_info=()),
    "XDS-META-015": entry(creation_time="20260105163000+0100"),
    "XDS-META-016": lot(submission_time="20260105"),
    "XDS-META-017": lot(source_id="logiciel"),
    "XDS-META-018": entry(unique_id="1.2.250.1.213.99.2.1^A"),
    "XDS-META-019": lot(patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^PI"),
    "XDS-META-020": lot(patient_id=INS.replace("18989", "18900")),
    "XDS-META-021": lot(patient_id=f"{INS}^^20100907"),
    "XDS-META-022": entry(source_patient_id="IPP-42"),
    "XDS-META-023": entry(source_patient_info=("PAT-TROIS",)),
    "XDS-META-024": entry(reference_ids=("42^^^&1.2.3&ISO^urn:autre",)),
    "XDS-META-025": entry(mime_type="application/pdf"),
    "XDS-META-026": entry(1, language="fr-FR"),
    "XDS-META-027": entry(object_type="urn:uuid:34268e47-fdf5-41a6-ba33-82133c465248"),
    "XDS-AUTH-001": author(persons=()),
    "XDS-AUTH-002": author(persons=("899900000011^DURAND",)),
    "XDS-AUTH-003": author(persons=(DOCTOR.replace("IDNPS", "RPPS"),)),
    "XDS-AUTH-004": author(persons=(DOCTOR.replace("899900000011", "99900000011"),)),
    "XDS-AUTH-005": author(institutions=("CLINIQUE FICTIVE",)),
    "XDS-AUTH-006": author(institutions=(CLINIC.replace("1990000001", "990000001"),)),
    "XDS-AUTH-007": author(specialties=("G15_99^X^1.2.250.1.213.1.1.4.5",)),
    "XDS-AUTH-008": author(persons=("279035121518989^A^B^^^^^^&1.2.250.1.213.1.4.10&ISO^D^^^NH",)),
    "XDS-CODE-001": code(type_code="27899-4|2.16.840.1.113883.6.1"),
    "XDS-CODE-002": code(class_code="10|1.2.3"),
    "XDS-CODE-003": code(class_code="11|1.2.250.1.213.1.1.4.1"),
    "XDS-CODE-004": code(format_code="urn:asip:ci-sis:ldl-ses:2017|1.2.3"),
    "XDS-CODE-005": code(format_code="urn:autre|1.2.3"),
    "XDS-CODE-006": entry(confidentiality=(MASKED,)),
    "XDS-CODE-007": entry(confidentiality=(Code("N", "2.16.840.1.113883.5.25"), MASKED, HIDDEN)),
    "XDS-CODE-009": code(facility_type="SA99|1.2.250.1.71.4.2.4"),
    "XDS-CODE-010": lot(content_type=Code("03", "1.2.3")),
    "XDS-CODE-011": entry(events=(Code("HFFA001", ""),)),
    "XDS-CODE-012": entry(1, events=()),
    "XDS-CODE-013": entry(1, confidentiality=(Code("N", "2.16.840.1.113883.5.25"),)),
    "XDS-PART-001": bytes_of("Doc01", None),
    "XDS-PART-002": bytes_of("Doc02", b"x"),
    "XDS-PART-003": lambda subject: bytes_of("Doc01", subject.documents["Doc01"], name="doc01")(subject),
    "XDS-PART-004": bytes_of("Doc01", b""),
    "XDS-PART-005": entry(1, id="Doc01"),
    "XDS-PART-006": entry(hash="0" * 40),
    "XDS-PART-007": entry(size="1"),
    "XDS-PART-008": bytes_of("Doc01", b"%PDF-1.4"),
    "XDS-DUP-001": entry(1, unique_id="1.2.250.1.213.99.2.1"),
    "XDS-PAT-001": entry(patient_id="279035121518989^^^&1.2.250.1.213.1.4.8&ISO^NH"),
    "XDS-PAT-002": lambda subject: lot(patient_id="255069999999934^^^&1.2.250.1.213.1.4.10&ISO^NH")(subject),
    "XDS-ASSOC-001": without(HAS_MEMBER),
    "XDS-ASSOC-002": link(type=HAS_MEMBER, source="Lot01", target="Doc99"),
    "XDS-ASSOC-003": link(type="urn:ihe:iti:2007:AssociationType:APND"),
    "XDS-ASSOC-004": link(set_status=None),
    "XDS-ASSOC-005": link(type="urn:ihe:iti:2010:AssociationType:RPLC"),
    "XDS-ASSOC-006": link(target="1.2.250.1.213.99.2.0"),
    "XDS-SIG-003": without(SIGNS),
}
ELSEWHERE = {"XDS-META-001", "XDS-AUTH-010", "XDS-AUTH-011", "XDS-CODE-008"}


def test_the_clean_submission_keeps_every_rule(subject: SubmissionSubject) -> None:
    assert judge(RULES, subject) == []


@pytest.mark.parametrize("rule_id", BROKEN)
def test_a_change_breaks_the_rule(rule_id: str, subject: SubmissionSubject) -> None:
    broken = BROKEN[rule_id](subject)

    assert list(BY_ID[rule_id].check(broken))


def test_every_metadata_rule_has_its_change() -> None:
    modules = (metadata, forms, people, codes, parts, associations)

    assert {rule.id for module in modules for rule in module.RULES} - ELSEWHERE == set(BROKEN) - {"XDS-SIG-003"}


def test_no_change_makes_a_rule_fail_by_itself(subject: SubmissionSubject) -> None:
    for change in BROKEN.values():
        judge(RULES, change(subject))


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, []),
        ({"structure": "1990000002"}, ["XDS-AUTH-010"]),
        ({"mode": "INDIRECTE_RENFORCEE", "structure": "1990000002"}, ["XDS-AUTH-010"]),
        ({"mode": "DIRECTE"}, []),
        ({"mode": "DIRECTE", "structure": "1990000002"}, []),
        ({"mode": "DIRECTE", "name_id": "899900000012"}, ["XDS-AUTH-011"]),
        ({"name_id": "899900000012"}, []),
        ({"ins_oid": "1.2.250.1.213.1.4.8"}, ["XDS-PAT-002"]),
        ({"confidentiality": "V"}, ["XDS-CODE-008"]),
    ],
)
def test_the_sender_is_an_author_for_this_patient(
    changes: dict[str, str], broken: list[str], subject: SubmissionSubject, vihf: Callable[..., Assertion]
) -> None:
    sent = replace(subject, vihf=vihf(**changes))

    assert [finding.rule for finding in judge(RULES, sent)] == broken


def test_both_masks_pass_where_the_dmp_allows_them(subject: SubmissionSubject) -> None:
    masked = BROKEN["XDS-CODE-007"](subject)

    allowed = replace(masked, masked_both_ways=True)

    assert [finding.rule for finding in judge(RULES, masked)] == ["XDS-CODE-007"]
    assert judge(RULES, allowed) == []


def test_what_refuses_says_with_which_code() -> None:
    assert BY_ID["XDS-PART-006"].code == BY_ID["XDS-PART-007"].code == "XDSRepositoryMetadataError"
    assert BY_ID["XDS-PART-001"].code == "XDSMissingDocument"
    assert BY_ID["XDS-PART-002"].code == "XDSMissingDocumentMetadata"
    assert BY_ID["XDS-PAT-001"].code == BY_ID["XDS-PAT-002"].code == "XDSPatientIdDoesNotMatch"
    assert BY_ID["XDS-DUP-001"].code == "XDSRegistryDuplicateUniqueIdInMessage"
    assert all(rule.code for rule in RULES)


def test_every_sentence_ends_in_both_languages() -> None:
    for rule in RULES:
        for sentence in (rule.text, rule.fix):
            assert sentence.fr.endswith((".", "…")), rule.id
            assert sentence.en.endswith((".", "…")), rule.id
