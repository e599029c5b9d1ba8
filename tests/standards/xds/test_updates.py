"""Changes of availability (TD3.3c): what is written is read back, each rule has its break, the published one passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from banc_standards.rules import judge
from banc_standards.soap.read import read as read_soap
from banc_standards.vihf.read import Assertion
from banc_standards.xds.build import update_statuses
from banc_standards.xds.model import Association, DocumentEntry, SubmissionSet
from banc_standards.xds.names import APPROVED, ARCHIVED, DELETED, DEPRECATED, HAS_MEMBER, UPDATE_STATUS
from banc_standards.xds.read import read
from banc_standards.xds.rules import UPDATE_RULES, updates
from banc_standards.xds.rules.subject import SubmissionSubject

MESSAGES = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "soap"
ENTRY_UUID = "urn:uuid:11111111-2222-4333-8444-555555555555"
Change = Callable[[SubmissionSubject], SubmissionSubject]


@pytest.fixture
def deletion(lot: SubmissionSet, vihf: Callable[..., Assertion]) -> SubmissionSubject:
    """One entry deleted by the structure that wrote it."""
    written = update_statuses(lot, [ENTRY_UUID], original=APPROVED, new=DELETED)
    return SubmissionSubject(read(etree.fromstring(etree.tostring(written))), vihf=vihf())


def test_a_deletion_is_read_back(deletion: SubmissionSubject, lot: SubmissionSet) -> None:
    submission = deletion.submission
    assert submission.set == lot
    assert submission.entries == ()
    [link] = submission.associations
    assert (link.type, link.source, link.target) == (UPDATE_STATUS, lot.id, ENTRY_UUID)
    assert (link.original_status, link.new_status) == (APPROVED, DELETED)


def link(**changes: Any) -> Change:
    """The association says something else."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        links = tuple(replace(item, **changes) for item in subject.submission.associations)
        return replace(subject, submission=replace(subject.submission, associations=links))

    return change


def more(*links: Association) -> Change:
    """Other associations beside."""

    def change(subject: SubmissionSubject) -> SubmissionSubject:
        every = (*subject.submission.associations, *links)
        return replace(subject, submission=replace(subject.submission, associations=every))

    return change


AGAIN = Association(
    id="a9", type=UPDATE_STATUS, source="Lot01", target=ENTRY_UUID, original_status=APPROVED, new_status=DELETED
)
BROKEN: dict[str, Change] = {
    "XDS-UPD-001": lambda subject: replace(subject, submission=replace(subject.submission, associations=())),
    "XDS-UPD-002": more(Association(id="a9", type=HAS_MEMBER, source="Lot01", target="Doc01")),
    "XDS-UPD-003": link(source="Lot02"),
    "XDS-UPD-004": link(target="1.2.250.1.213.99.2.1"),
    "XDS-UPD-005": link(original_status=None),
    "XDS-UPD-006": link(original_status=DELETED),
    "XDS-UPD-007": more(AGAIN),
}


def test_an_honest_deletion_breaks_no_rule(deletion: SubmissionSubject) -> None:
    assert judge(UPDATE_RULES, deletion) == []


@pytest.mark.parametrize("rule_id", BROKEN)
def test_a_change_breaks_its_rule_and_no_other(rule_id: str, deletion: SubmissionSubject) -> None:
    found = judge(UPDATE_RULES, BROKEN[rule_id](deletion))

    assert [finding.rule for finding in found] == [rule_id]


def test_a_status_that_is_said_twice_is_told(deletion: SubmissionSubject) -> None:
    assert deletion.submission.set is not None
    body = update_statuses(deletion.submission.set, ["urn:uuid:1"], original=APPROVED, new=DELETED)
    [values] = [slot[0] for slot in body.iter("{*}Slot") if slot.get("name") == "NewStatus"]
    etree.SubElement(values, values[0].tag).text = ARCHIVED
    [said] = read(body).associations
    assert (said.new_status, said.repeated) == (DELETED, ("NewStatus",))
    found = judge(UPDATE_RULES, link(repeated=("NewStatus",))(deletion))
    assert [finding.rule for finding in found] == ["XDS-META-012"]


def test_a_document_has_no_place_in_it(deletion: SubmissionSubject, entry: DocumentEntry) -> None:
    filled = replace(deletion, submission=replace(deletion.submission, entries=(entry,)))
    assert "XDS-UPD-002" in {finding.rule for finding in judge(updates.RULES, filled)}


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({"structure": "1990000002"}, ["XDS-UPD-008"]),
        ({"name_id": "899900000012"}, []),
        ({"mode": "DIRECTE"}, []),
        ({"mode": "DIRECTE", "name_id": "899900000012"}, ["XDS-UPD-008"]),
        ({"mode": "INDIRECTE_RENFORCEE", "name_id": "899900000012"}, ["XDS-UPD-008"]),
    ],
)
def test_the_author_of_the_lot_is_who_acts(
    changes: dict[str, str], broken: list[str], deletion: SubmissionSubject, vihf: Callable[..., Assertion]
) -> None:
    assert [finding.rule for finding in judge(updates.RULES, replace(deletion, vihf=vihf(**changes)))] == broken


@pytest.mark.parametrize(
    ("old", "new", "passes"),
    [
        (APPROVED, ARCHIVED, True),
        (ARCHIVED, APPROVED, True),
        (ARCHIVED, DELETED, True),
        (DEPRECATED, DELETED, True),
        (DELETED, APPROVED, False),
        (APPROVED, DEPRECATED, False),
        (APPROVED, "urn:oasis:names:tc:ebxml-regrep:StatusType:Deleted", False),
    ],
)
def test_only_some_changes_exist(old: str, new: str, passes: bool, deletion: SubmissionSubject) -> None:
    found = judge(updates.RULES, link(original_status=old, new_status=new)(deletion))
    assert [finding.rule for finding in found] == ([] if passes else ["XDS-UPD-006"])


def test_every_rule_has_its_change_and_its_code() -> None:
    assert {rule.id for rule in updates.RULES} == {*BROKEN, "XDS-UPD-008"}
    assert all(rule.code for rule in updates.RULES)


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the public examples are not beside the repository")
@pytest.mark.parametrize("name", ["TD3.3c", "TD3.3d"])
def test_the_published_changes_break_no_rule(name: str) -> None:
    body = read_soap((MESSAGES / f"{name}_requete.xml").read_bytes()).body
    assert body is not None
    assert judge(updates.RULES, SubmissionSubject(read(body))) == []
