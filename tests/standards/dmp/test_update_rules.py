"""Visibility, archiving and authorizations: each rule passes once and finds its break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from banc_standards.dmp import authorization, lists, update_rules
from banc_standards.dmp.authorization import ADD, REMOVE, TREATING, AuthorizationSubject, Wish
from banc_standards.dmp.lists import ListSubject
from banc_standards.dmp.registry_rules import Held
from banc_standards.dmp.update_rules import ARCHIVE_RULES, METADATA_RULES, ArchivingSubject, MetadataSubject
from banc_standards.dmp.version_rules import DeletionSubject
from banc_standards.dmp.visibility import Reader
from banc_standards.ins import Ins
from banc_standards.rules import Rule
from banc_standards.terminology.codes import Code
from banc_standards.terminology.oids import HL7_CONFIDENTIALITY, VISIBILITY
from banc_standards.vihf.build import Code as Role
from banc_standards.vihf.read import Assertion
from banc_standards.xds.build import update_metadata
from banc_standards.xds.model import Association, DocumentEntry, SubmissionSet
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, HAS_MEMBER, UPDATE_STATUS
from banc_standards.xds.read import read

Acting = Callable[..., Assertion]
PATIENT = Ins("279035121518989", "1.2.250.1.213.1.4.10")
SECRETARY = (Role("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),)
NURSE = (Role("60", "1.2.250.1.71.1.2.7"),)
NORMAL = Code("N", HL7_CONFIDENTIALITY)
MASKED, HIDDEN = Code("MASQUE_PS", VISIBILITY), Code("INVISIBLE_PATIENT", VISIBILITY)
ENTRY = DocumentEntry(id="urn:uuid:1", logical_id="urn:uuid:1", title="Lettre", version="1", confidentiality=(NORMAL,))
HELD = Held("1.2.3.4", "urn:uuid:1", APPROVED, PATIENT.cx(), "a" * 40, 100, persons=("899900000011",))
MEMBER = Association(
    id="a", type=HAS_MEMBER, source="Lot01", target="Doc01", set_status="Original", previous_version="1"
)


def broken(rules: tuple[Rule, ...], subject: Any) -> set[str]:
    return {rule.id for rule in rules for _ in rule.check(subject)}


@pytest.fixture
def masking(acting: Acting) -> MetadataSubject:
    sent = replace(ENTRY, id="Doc01", confidentiality=(NORMAL, MASKED))
    return MetadataSubject(sent, MEMBER, HELD, ENTRY, PATIENT, Reader(acting(mode="DIRECTE")))


# -- TD3.3a, TD3.3b ------------------------------------------------------------------------------------------------


def test_an_honest_update_breaks_no_rule(masking: MetadataSubject) -> None:
    assert broken(METADATA_RULES, masking) == set()


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("DMP-UPD-001", {"held": None, "registered": None}),
        ("DMP-UPD-002", {"patient": replace(PATIENT, oid="1.2.250.1.213.1.4.8")}),
        ("DMP-UPD-003", {"link": None}),
        ("DMP-UPD-003", {"link": replace(MEMBER, previous_version="2")}),
        ("DMP-UPD-003", {"link": replace(MEMBER, set_status="Reference")}),
        ("DMP-UPD-004", {"registered": replace(ENTRY, title="Autre")}),
        ("DMP-UPD-004", {"registered": replace(ENTRY, confidentiality=(replace(NORMAL, code="R"),))}),
        ("DMP-UPD-007", {"held": replace(HELD, status=DELETED)}),
        ("DMP-UPD-009", {"repeated": True}),
    ],
)
def test_an_update_that_the_registry_cannot_make_breaks_its_rule(
    rule: str, changes: dict[str, Any], masking: MetadataSubject
) -> None:
    assert broken(METADATA_RULES, replace(masking, **changes)) == {rule}


def test_what_is_visible_is_not_hidden_from_the_patient(masking: MetadataSubject) -> None:
    hiding = replace(masking, sent=replace(masking.sent, confidentiality=(NORMAL, HIDDEN)))
    showing = replace(
        masking,
        sent=replace(masking.sent, confidentiality=(NORMAL,)),
        registered=replace(ENTRY, confidentiality=(NORMAL, HIDDEN)),
    )
    assert broken(METADATA_RULES, hiding) == {"DMP-UPD-005"}
    assert broken(METADATA_RULES, showing) == set()


@pytest.mark.parametrize(
    ("changes", "treating", "unmask", "refused"),
    [
        ({}, False, True, False),
        ({"name_id": "899900000099"}, False, True, True),
        ({"name_id": "899900000099"}, True, True, False),
        ({"name_id": "899900000099"}, False, False, False),
        ({"roles": SECRETARY}, False, False, True),
    ],
)
def test_anybody_masks_and_few_unmask(
    changes: dict[str, Any], treating: bool, unmask: bool, refused: bool, masking: MetadataSubject, acting: Acting
) -> None:
    subject = replace(masking, reader=Reader(acting(mode="DIRECTE", **changes), treating=treating))
    if unmask:
        sent, former = replace(masking.sent, confidentiality=(NORMAL,)), masking.sent.confidentiality
        subject = replace(subject, sent=sent, registered=replace(ENTRY, confidentiality=former))
    assert broken(METADATA_RULES, subject) == ({"DMP-UPD-006"} if refused else set())


def test_an_update_of_metadata_is_read_back() -> None:
    body = update_metadata(SubmissionSet(id="Lot01"), ENTRY)
    submission = read(etree.fromstring(etree.tostring(body)))
    [entry] = submission.entries
    assert replace(entry, id=ENTRY.id, object_type=None) == ENTRY
    assert submission.associations == (replace(MEMBER, id="assoc1"),)


# -- TD3.3d --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "treating", "refused"),
    [
        ({}, False, False),
        ({"name_id": "899900000099"}, False, True),
        ({"name_id": "899900000099"}, True, False),
        ({"name_id": "899900000099", "purpose": "centre_15"}, False, False),
        ({"name_id": "899900000099", "mode": "INDIRECTE_RENFORCEE"}, False, False),
        ({"name_id": "899900000099", "mode": "INDIRECTE_RENFORCEE", "roles": NURSE}, False, True),
        ({"purpose": "centre_15", "roles": NURSE}, False, True),
        ({"roles": SECRETARY}, False, True),
    ],
)
def test_archiving_is_for_authors_and_few_others(
    changes: dict[str, Any], treating: bool, refused: bool, acting: Acting
) -> None:
    vihf = acting(**({"mode": "DIRECTE"} | changes))
    link = Association(id="a", type=UPDATE_STATUS, source="Lot01", target="urn:uuid:1", new_status=ARCHIVED)
    subject = ArchivingSubject(DeletionSubject(PATIENT, ((link, HELD),), vihf), Reader(vihf, treating=treating))
    assert broken(ARCHIVE_RULES, subject) == ({"DMP-UPD-008"} if refused else set())


@pytest.mark.parametrize(("purpose", "treating", "refused"), [("centre_15", False, True), ("normal", True, False)])
def test_a_document_of_the_patient_is_archived_by_the_treating_doctor_alone(
    purpose: str, treating: bool, refused: bool, acting: Acting
) -> None:
    vihf = acting(mode="DIRECTE", purpose=purpose)
    link = Association(id="a", type=UPDATE_STATUS, source="Lot01", target="urn:uuid:1", new_status=ARCHIVED)
    asked = DeletionSubject(PATIENT, ((link, replace(HELD, by_patient=True)),), vihf)
    found = broken(ARCHIVE_RULES, ArchivingSubject(asked, Reader(vihf, treating=treating)))
    assert found == ({"DMP-UPD-008"} if refused else set())


# -- TD0.3 ---------------------------------------------------------------------------------------------------------


def test_a_wish_and_its_outcome_are_read_back() -> None:
    for wish in (Wish(ADD), Wish(REMOVE, TREATING)):
        assert authorization.wish(etree.fromstring(etree.tostring(authorization.set_authorization(wish)))) == wish
    answer = etree.fromstring(etree.tostring(authorization.outcome("DMPOk", "fait")))
    assert authorization.told(answer) == ("DMPOk", "fait")


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (None, {}),
        (None, {"wish": Wish(REMOVE), "standing": "INTERDIT"}),
        ("DMP-AUT-001", {"wish": Wish("")}),
        ("DMP-AUT-001", {"wish": Wish(ADD, "PATRON")}),
        ("DMP-AUT-002", {"record": "closed"}),
        ("DMP-AUT-003", {"standing": "INTERDIT"}),
    ],
)
def test_a_wish_is_judged(rule: str | None, changes: dict[str, Any], acting: Acting) -> None:
    subject = replace(AuthorizationSubject(Wish(ADD, TREATING), acting(mode="DIRECTE"), "INEXISTANTE"), **changes)
    assert broken(authorization.RULES, subject) == ({rule} if rule else set())


@pytest.mark.parametrize("roles", [NURSE, (Role("10", "1.2.250.1.213.1.6.1.4"),)])
def test_only_a_doctor_is_a_treating_doctor(roles: tuple[Role, ...], acting: Acting) -> None:
    subject = AuthorizationSubject(Wish(ADD, TREATING), acting(mode="DIRECTE", roles=roles), "VALIDE")
    assert broken(authorization.RULES, subject) == {"DMP-AUT-004"}


@pytest.mark.parametrize(("action", "rules"), [(ADD, set()), (REMOVE, {"DMP-AUT-005"})])
def test_a_secretary_removes_no_authorization(action: str, rules: set[str], acting: Acting) -> None:
    subject = AuthorizationSubject(Wish(action), acting(mode="DIRECTE", roles=SECRETARY), "VALIDE")
    assert broken(authorization.RULES, subject) == rules


@pytest.mark.parametrize(("roles", "rules"), [(SECRETARY, {"DMP-LST-004"}), (NURSE, set())])
def test_a_secretary_reads_no_list_of_rights(roles: tuple[Role, ...], rules: set[str], acting: Acting) -> None:
    assert broken(lists.RULES, ListSubject(mode="TOUTE", vihf=acting(roles=roles))) == rules


def test_what_a_small_service_says_twice_is_no_known_word() -> None:
    wish = authorization.set_authorization(Wish(ADD))
    wish.append(etree.fromstring(etree.tostring(wish[0]).replace(b"AJOUT", b"SUPPRESSION")))
    assert authorization.wish(wish) == Wish("AJOUT, SUPPRESSION")
    asked = lists.authorization_list("ACTIVE")
    asked.append(etree.fromstring(etree.tostring(asked[0])))
    assert lists.asked_mode(asked) == "ACTIVE, ACTIVE"


@pytest.mark.parametrize("start", ["20260230000000", "20261301000000", "00000000000000", "20261122250000"])
def test_a_list_since_a_time_that_does_not_exist_is_refused(start: str) -> None:
    assert broken(lists.RULES, ListSubject(since=lists.Since(start, "LASTDOC"))) == {"DMP-LST-001"}


def test_every_rule_is_tested_here() -> None:
    assert {rule.id for rule in update_rules.RULES} == {f"DMP-UPD-00{n}" for n in range(1, 10)}
    assert {rule.id for rule in authorization.RULES} == {f"DMP-AUT-00{n}" for n in range(1, 6)}
