"""New versions, deletions and searches against the memory of the DMP: each rule passes once and finds its break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from banc_standards.cda.read import Document
from banc_standards.cda.read import read as read_cda
from banc_standards.dmp import search_rules, transactions, version_rules
from banc_standards.dmp.read import update
from banc_standards.dmp.registry_rules import APPROVED, Held
from banc_standards.dmp.search_rules import ResultSubject, SearchSubject
from banc_standards.dmp.version_rules import DELETION_RULES, REPLACEMENT_RULES, DeletionSubject, ReplacementSubject
from banc_standards.ins import Ins
from banc_standards.rules import Rule
from banc_standards.vihf.build import Code
from banc_standards.vihf.read import Assertion
from banc_standards.xds.build import update_statuses
from banc_standards.xds.model import Association, SubmissionSet
from banc_standards.xds.names import ARCHIVED, DELETED, LCM_NS, RIM_NS, UPDATE_STATUS

Acting = Callable[..., Assertion]
PATIENT = Ins("279035121518989", "1.2.250.1.213.1.4.10")
SECRETARY = (Code("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),)
HELD = Held(
    "1.2.3.4",
    "urn:uuid:1",
    APPROVED,
    PATIENT.cx(),
    "a" * 40,
    100,
    set_id="1.2.3",
    version=1,
    persons=("899900000011",),
    institutions=("1990000001",),
)


def broken(rules: tuple[Rule, ...], subject: Any) -> set[str]:
    return {rule.id for rule in rules for _ in rule.check(subject)}


def second(parent: str = "1.2.3.4", series: str = "1.2.3", version: str = "2") -> Document:
    """The header of a new version, as far as the rules read it."""
    return read_cda(
        f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="1.2.3.5"/><setId root="{series}"/>
        <versionNumber value="{version}"/><relatedDocument typeCode="RPLC"><parentDocument><id root="{parent}"/>
        </parentDocument></relatedDocument></ClinicalDocument>""".encode()
    )


# -- replacement ---------------------------------------------------------------------------------------------------


def test_an_honest_new_version_breaks_no_rule(acting: Acting) -> None:
    assert broken(REPLACEMENT_RULES, ReplacementSubject(HELD, second(), acting())) == set()


@pytest.mark.parametrize(
    ("rule", "document"),
    [
        ("DMP-REG-011", second(parent="1.2.3.9")),
        ("DMP-REG-012", second(series="1.2.9")),
        ("DMP-REG-013", second(version="1")),
        ("DMP-REG-013", second(version="3")),
        ("DMP-REG-013", second(version="deux")),
    ],
)
def test_a_new_version_that_does_not_follow_breaks_its_rule(rule: str, document: Document, acting: Acting) -> None:
    assert broken(REPLACEMENT_RULES, ReplacementSubject(HELD, document, acting())) == {rule}


def test_a_former_version_without_series_says_nothing_of_the_new_one(acting: Acting) -> None:
    unnumbered = replace(HELD, set_id="", version=None)
    assert broken(REPLACEMENT_RULES, ReplacementSubject(unnumbered, second(series="1.2.9"), acting())) == set()


def test_what_is_no_cda_is_judged_elsewhere(acting: Acting) -> None:
    assert broken(REPLACEMENT_RULES, ReplacementSubject(HELD, None, acting())) == set()


AUTHORS = [
    ({}, True),
    ({"structure": "1990000002"}, False),
    ({"name_id": "899900000012"}, True),
    ({"mode": "DIRECTE", "structure": "1990000002"}, True),
    ({"mode": "DIRECTE", "name_id": "899900000012"}, False),
    ({"mode": "DIRECTE", "name_id": "3990000001/1", "roles": SECRETARY}, True),
    ({"mode": "DIRECTE", "structure": "1990000002", "roles": SECRETARY}, False),
]


@pytest.mark.parametrize(("changes", "own"), AUTHORS)
def test_only_an_author_replaces(changes: dict[str, Any], own: bool, acting: Acting) -> None:
    found = broken(REPLACEMENT_RULES, ReplacementSubject(HELD, second(), acting(**changes)))
    assert found == (set() if own else {"DMP-REG-014"})


# -- deletion ------------------------------------------------------------------------------------------------------


def deletion(vihf: Assertion, held: Held | None = HELD, original: str = APPROVED) -> DeletionSubject:
    link = Association(
        id="a1", type=UPDATE_STATUS, source="Lot01", target="urn:uuid:1", original_status=original, new_status=DELETED
    )
    return DeletionSubject(PATIENT, ((link, held),), vihf)


def test_an_honest_deletion_breaks_no_rule(acting: Acting) -> None:
    assert broken(DELETION_RULES, deletion(acting())) == set()


@pytest.mark.parametrize(
    ("rule", "held", "original"),
    [
        ("DMP-REG-021", None, APPROVED),
        ("DMP-REG-022", replace(HELD, patient=PATIENT.cx().replace("4.10", "4.8")), APPROVED),
        ("DMP-REG-023", HELD, ARCHIVED),
        ("DMP-REG-023", replace(HELD, status=DELETED), APPROVED),
    ],
)
def test_a_deletion_that_the_registry_cannot_make_breaks_its_rule(
    rule: str, held: Held | None, original: str, acting: Acting
) -> None:
    assert broken(DELETION_RULES, deletion(acting(), held, original)) == {rule}


@pytest.mark.parametrize(("changes", "own"), AUTHORS)
def test_only_ones_own_documents_are_deleted(changes: dict[str, Any], own: bool, acting: Acting) -> None:
    assert broken(DELETION_RULES, deletion(acting(**changes))) == (set() if own else {"DMP-REG-024"})


@pytest.mark.parametrize(("treating", "refused"), [(True, False), (False, True)])
def test_a_document_of_the_patient_is_deleted_by_the_treating_doctor_alone(
    treating: bool, refused: bool, acting: Acting
) -> None:
    asked = replace(deletion(acting(), replace(HELD, by_patient=True)), treating=treating)
    assert broken(DELETION_RULES, asked) == ({"DMP-REG-024"} if refused else set())


def test_of_a_document_without_author_nothing_is_said(acting: Acting) -> None:
    assert broken(DELETION_RULES, deletion(acting(), replace(HELD, persons=(), institutions=()))) == set()


# -- search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "metadata", "rule"),
    [
        ({}, False, None),
        ({}, True, "DMP-004"),
        ({"mode": "DIRECTE"}, True, None),
        ({"mode": "INDIRECTE_RENFORCEE"}, True, None),
        ({"mode": "DIRECTE", "roles": SECRETARY}, True, "DMP-004"),
        ({"mode": "DIRECTE", "roles": SECRETARY}, False, None),
    ],
)
def test_a_structure_searches_references_only(
    changes: dict[str, Any], metadata: bool, rule: str | None, acting: Acting
) -> None:
    subject = SearchSubject(acting(**changes), metadata, "VALIDE")
    assert broken(search_rules.RIGHTS, subject) == ({rule} if rule else set())


@pytest.mark.parametrize(
    ("purpose", "metadata", "refused"),
    [("normal", True, True), ("normal", False, False), ("centre_15", True, False), ("bris_de_glace", True, False)],
)
def test_consulting_needs_an_authorization(purpose: str, metadata: bool, refused: bool, acting: Acting) -> None:
    subject = SearchSubject(acting(mode="DIRECTE", purpose=purpose), metadata, "INTERDIT")
    assert broken(search_rules.RIGHTS, subject) == ({"DMP-005"} if refused else set())
    blocked = replace(subject, blocked=True)
    assert broken(search_rules.RIGHTS, blocked) == ({"DMP-005"} if metadata else set())


@pytest.mark.parametrize(("number", "most", "refused"), [(5, 5, False), (6, 5, True), (6, None, False)])
def test_one_answer_holds_so_many_objects(number: int, most: int | None, refused: bool) -> None:
    found = broken(search_rules.RESULTS, ResultSubject(number, most))
    assert found == ({"DMP-007"} if refused else set())


# -- routing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new", "name"), [(DELETED, "TD3.3c"), (ARCHIVED, "TD3.3d"), (APPROVED, "TD3.3d"), ("urn:x:Deleted", "TD3.3c")]
)
def test_a_change_of_status_is_told_by_the_status_wanted(new: str, name: str) -> None:
    body = update_statuses(SubmissionSet(id="Lot01"), ["urn:uuid:1"], original=APPROVED, new=new)
    found = transactions.find("/registry", str(body.tag), update(body))
    assert found is not None
    assert found.id == name


@pytest.mark.parametrize(("inside", "name"), [("<r:ExtrinsicObject/>", "TD3.3a"), ("<r:Association/>", "TD3.3c")])
def test_a_whole_entry_updates_metadata(inside: str, name: str) -> None:
    namespaces = f'xmlns:l="{LCM_NS}" xmlns:r="{RIM_NS}"'
    body = etree.fromstring(f"<l:SubmitObjectsRequest {namespaces}>{inside}</l:SubmitObjectsRequest>")
    found = transactions.find("/registry", str(body.tag), update(body))
    assert found is not None
    assert found.id == name


def test_every_rule_is_tested_here() -> None:
    assert {rule.id for rule in version_rules.RULES} == {f"DMP-REG-0{n}" for n in (11, 12, 13, 14, 21, 22, 23, 24)}
    assert {rule.id for rule in search_rules.RULES} == {"DMP-004", "DMP-005", "DMP-007"}
