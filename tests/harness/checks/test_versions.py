"""Each check of what becomes of a filed letter, once passed and failed for each reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from banc_harness.checks.versions import deleted_as_asked, replaced_by_its_next_version
from banc_harness.judging import judge
from banc_harness.trace import Exchange, Trace
from banc_standards.soap.build import envelope, serialize
from banc_standards.xds.build import provide_and_register
from banc_standards.xds.model import DocumentEntry, Submission, SubmissionSet
from banc_standards.xds.names import DELETED

Exchanges = Callable[..., Exchange]
FIRST, SECOND = "1.2.250.1.999.7.1", "1.2.250.1.999.7.2"
FINDING = {
    "rule": "DMP-004",
    "severity": "error",
    "certainty": "sourced",
    "location": "ResponseOption/@returnType",
    "message": "…",
    "clause": "…",
    "fix": "…",
}


def sent(unique_id: str, *, version: int, parent: str = "", series: str = "1.2.250.1.999.7.0") -> bytes:
    """The request that files a document, as far as the check reads it."""
    related = (
        f'<relatedDocument typeCode="RPLC"><parentDocument><id root="{parent}"/></parentDocument></relatedDocument>'
    )
    document = f"""<ClinicalDocument xmlns="urn:hl7-org:v3"><id root="{unique_id}"/><setId root="{series}"/>
        <versionNumber value="{version}"/>{related if parent else ""}</ClinicalDocument>"""
    lot = Submission(set=SubmissionSet(id="Lot01"), entries=(DocumentEntry(id="Doc01", unique_id=unique_id),))
    return serialize(envelope(headers=[], body=provide_and_register(lot, {"Doc01": document.encode()})))


@pytest.fixture
def filed(exchange: Exchanges) -> Callable[..., Exchange]:
    """An accepted submission of one document."""

    def make(unique_id: str, *, replaced: str = "", **said: Any) -> Exchange:
        facts: dict[str, Any] = {"documents": [f"urn:oid:{unique_id}"]}
        if replaced:
            facts["replaced"] = [f"urn:oid:{replaced}"]
        return exchange(sent=sent(unique_id, **said), sent_as="application/soap+xml", facts=facts)

    return make


def places(check: Any, scenario: str, *exchanges: Exchange) -> list[str]:
    """Where the check finds something wrong."""
    judged = judge(check, Trace(scenario, exchanges))
    assert judged is not None
    assert (judged.verdict == "CONFORME") is (not judged.findings)
    return [finding.location.partition(" ")[2] or finding.location for finding in judged.findings]


def test_a_next_version_in_the_place_of_the_former_conforms(filed: Callable[..., Exchange]) -> None:
    former = filed(FIRST, version=1)
    new = filed(SECOND, version=2, parent=FIRST, replaced=FIRST)
    assert places(replaced_by_its_next_version, "UC1.11", former, new) == []


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ({"replaced": ""}, "RPLC"),
        ({"replaced": "1.2.250.1.999.7.9"}, "RPLC"),
        ({"parent": ""}, "relatedDocument/parentDocument/id"),
        ({"parent": "1.2.250.1.999.7.9"}, "relatedDocument/parentDocument/id"),
        ({"series": "1.2.250.1.999.7.5"}, "setId"),
        ({"version": 1}, "versionNumber"),
        ({"version": 3}, "versionNumber"),
    ],
)
def test_what_does_not_follow_does_not_conform(
    filed: Callable[..., Exchange], said: dict[str, Any], place: str
) -> None:
    former = filed(FIRST, version=1)
    new = filed(SECOND, **({"version": 2, "parent": FIRST, "replaced": FIRST} | said))
    assert places(replaced_by_its_next_version, "UC1.11", former, new) == [place]


def test_the_same_id_again_is_no_new_version(filed: Callable[..., Exchange]) -> None:
    former = filed(FIRST, version=1)
    new = filed(FIRST, version=2, parent=FIRST, replaced=FIRST)
    assert places(replaced_by_its_next_version, "UC1.11", former, new) == ["id"]


def test_a_letter_that_was_never_corrected_does_not_conform(filed: Callable[..., Exchange]) -> None:
    assert places(replaced_by_its_next_version, "UC1.11", filed(FIRST, version=1)) == ["dmp.TD2.1"]


@pytest.fixture
def deleted(exchange: Exchanges) -> Callable[..., Exchange]:
    """An accepted deletion."""

    def make(unique_id: str, status: str = DELETED, **more: Any) -> Exchange:
        facts = {"documents": [f"urn:oid:{unique_id}"], "new_status": status}
        return exchange("dmp.TD3.3c", facts=facts, **more)

    return make


def test_the_letter_that_was_filed_and_is_deleted_conforms(
    filed: Callable[..., Exchange], deleted: Callable[..., Exchange]
) -> None:
    assert places(deleted_as_asked, "UC1.12", filed(FIRST, version=1), deleted(FIRST)) == []


def test_another_letter_does_not(filed: Callable[..., Exchange], deleted: Callable[..., Exchange]) -> None:
    assert places(deleted_as_asked, "UC1.12", filed(FIRST, version=1), deleted(SECOND)) == ["targetObject"]


def test_another_status_does_not(filed: Callable[..., Exchange], deleted: Callable[..., Exchange]) -> None:
    archived = deleted(FIRST, "urn:asip:ci-sis:2010:StatusType:Archived")
    assert places(deleted_as_asked, "UC1.12", filed(FIRST, version=1), archived) == ["NewStatus"]


def test_what_the_registry_noticed_on_the_way_does_not(
    filed: Callable[..., Exchange], deleted: Callable[..., Exchange], exchange: Exchanges
) -> None:
    letter = filed(FIRST, version=1)
    search = exchange("dmp.TD3.1", "refused", findings=[FINDING])
    assert places(deleted_as_asked, "UC1.12", letter, search, deleted(FIRST)) == ["ResponseOption/@returnType"]
