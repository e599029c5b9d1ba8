"""The honest witnesses raise no alarm, and every defect of them is seen: every check can fail."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.checks.registered import checks
from banc_harness.runs import Options, run
from banc_harness.scenarios.registered import scenarios
from banc_harness.witness.identity_defects import IDENTITY_DEFECTS
from banc_harness.witness.inbox_defects import INBOX_DEFECTS
from banc_harness.witness.known_defects import DEFECTS_OF
from banc_harness.witness.laboratory_defects import LABORATORY_DEFECTS
from banc_harness.witness.practice_defects import PRACTICE_DEFECTS
from banc_harness.witness.proxy_defects import PROXY_DEFECTS
from banc_harness.witness.sign_in_defects import SIGN_IN_DEFECTS
from banc_standards.contracts.report import Report

from .consultations import CONSULTATIONS
from .identities import IDENTITIES, INFORMING

pytestmark = pytest.mark.journeys

LETTERS: dict[str, tuple[str, str]] = {
    # defect: (scenarios that show it, checks that it must fail, and no other)
    "no-acr": ("UC1.01", "CHK-PSC-001 CHK-PSC-002"),
    "no-nonce": ("UC1.01", "CHK-PSC-002 CHK-PSC-003"),
    "short-state": ("UC1.01", "CHK-PSC-003"),
    "state-unchecked": ("PSC.02", "CHK-PSC-007"),
    "nonce-unchecked": ("PSC.03", "CHK-PSC-008"),
    "raw-realm": ("UC1.01", "CHK-PSC-002"),
    "token-from-page": ("UC1.01", "CHK-PSC-004"),
    "never-refreshes": ("UC1.09", "CHK-PSC-006"),
    "refresh-loop": ("UC1.09", "CHK-PSC-005"),
    "raw-traits": ("UC1.01", "CHK-INS-001 CHK-DMP-001"),
    "unqualified-ins": ("UC1.10 UC1.25", "CHK-INS-002 CHK-MSS-005"),
    "production-oid": ("UC1.01", "CHK-INS-002 CHK-DMP-001"),
    "no-birth-place": ("UC1.01", "CHK-INS-003 CHK-DOC-001"),
    "obsolete-ins": ("UC1.02", "CHK-DMP-003 CHK-DOC-003 CHK-PRT-001"),
    "text-body": ("UC1.02", "CHK-DOC-002"),
    "claims-sent": ("UC1.01", "CHK-DMP-001"),
    "wrong-hash": ("UC1.01", "CHK-DMP-001 CHK-DMP-003"),
    "blind-feeding": ("UC1.05", "CHK-DMP-002 CHK-DMP-004 CHK-DMP-005"),
    "ignores-opposition": ("UC1.07", "CHK-DMP-006"),
    "plain-subject": ("UC1.21", "CHK-MSS-002"),
    "no-nil": ("UC1.21", "CHK-MSS-002"),
    "no-mention": ("UC1.27", "CHK-MSS-002 CHK-MSS-010"),
    "no-read-receipt": ("UC1.21", "CHK-MSS-008"),
    "open-ended": ("UC1.21", "CHK-MSS-007"),
    "no-pdf": ("UC1.21", "CHK-MSS-001 CHK-MSS-002 CHK-PRT-001 CHK-PRT-002"),
    "no-symbol": ("UC1.02", "CHK-PRT-001"),
    "symbol-of-another": ("UC1.21", "CHK-PRT-001"),
    "nameless-print": ("UC1.02", "CHK-PRT-002"),
    "two-patients": ("UC1.21", "CHK-MSS-002 CHK-MSS-003"),
    "wrong-xdm-hash": ("UC1.21", "CHK-MSS-003"),
    "clear-text": ("UC1.21", "CHK-MSS-001 CHK-MSS-004"),
    "ignores-mail-refusal": ("UC1.26", "CHK-MSS-006"),
    "new-mail-on-retry": ("UC1.24", "CHK-MSS-009"),
    "mail-storm": ("UC1.22", "CHK-MSS-009"),
    "self-authorisation": ("UC1.01", "CHK-DMP-007"),
    "generic-user": ("UC1.01 UC3.41", "CHK-DMP-002 CHK-DMP-008 CHK-HIS-006 CHK-HIS-008"),
    "no-speciality": ("UC1.01", "CHK-DMP-001 CHK-DMP-002"),
    "wrong-seal": ("UC1.01", "CHK-DMP-001 CHK-DMP-002"),
    "other-software": ("UC1.01", "CHK-RUN-001"),
    "new-id-on-retry": ("UC1.08", "CHK-DMP-009"),
    "replaces-nothing": ("UC1.11", "CHK-DMP-010"),
    "deletes-by-unique-id": ("UC1.12", "CHK-DMP-011"),
}
RESULTS: dict[str, tuple[str, str]] = {
    # the same for the laboratory's software: its own defects, then those of the plumbing that it shares
    "reuses-old-id": ("UC2.03", "CHK-DMP-002 CHK-DMP-010 CHK-LAB-011"),
    "correction-as-new": ("UC2.03", "CHK-DMP-010 CHK-MSS-010"),
    "associates-unique-id": ("UC2.03", "CHK-DMP-002 CHK-DMP-003 CHK-DMP-010 CHK-LAB-011"),
    "replaces-the-replaced": ("UC2.28", "CHK-DMP-002 CHK-LAB-017"),
    "local-times": ("UC2.01", "CHK-DMP-003"),
    "hash-of-the-pdf": ("UC2.01", "CHK-DMP-003 CHK-LAB-011"),
    "no-embedded-pdf": ("UC2.01", "CHK-DOC-001 CHK-LAB-007 CHK-MSS-003"),
    "partial-as-complete": ("UC2.03", "CHK-LAB-002"),
    "critical-as-normal": ("UC2.04", "CHK-LAB-003"),
    "drops-a-result": ("UC2.01", "CHK-LAB-001"),
    "forgets-a-recipient": ("UC2.01 UC2.05", "CHK-LAB-012 CHK-LAB-013"),
    "unnamed-recipients": ("UC2.01", "CHK-LAB-004"),
    "no-requester-mailbox": ("UC2.01", "CHK-LAB-005"),
    "ignores-visibility": ("UC2.06", "CHK-LAB-014"),
    "feeds-blocked": ("UC2.27", "CHK-LAB-015"),
    "patient-without-ins": ("UC2.22", "CHK-INS-002 CHK-MSS-005"),
    "ignores-professional-refusal": ("UC2.26", "CHK-LAB-016"),
    "subcontracted-apart": ("UC2.09", "CHK-LAB-001 CHK-LAB-020 CHK-LAB-021"),
    "untyped-subject": ("UC2.01", "CHK-MSS-002"),
    "text-body": ("UC2.02", "CHK-LAB-006"),
    "no-symbol": ("UC2.01", "CHK-PRT-001"),
    "symbol-for-anyone": ("UC2.22", "CHK-PRT-001"),
    "unqualified-ins": ("UC2.22", "CHK-INS-002 CHK-MSS-005"),
    "ignores-opposition": ("UC2.24", "CHK-DMP-006"),
    "blind-feeding": ("UC2.23", "CHK-DMP-002 CHK-DMP-004 CHK-DMP-005"),
    "replaces-nothing": ("UC2.03", "CHK-DMP-010"),
    "no-mention": ("UC2.03", "CHK-MSS-002 CHK-MSS-010"),
    "deletes-by-unique-id": ("UC2.07", "CHK-DMP-011"),
    "masks-and-renames": ("UC2.08", "CHK-LAB-018 CHK-LAB-019"),
    "masks-in-words-only": ("UC2.08", "CHK-LAB-018"),
    "ignores-mail-refusal": ("UC2.25", "CHK-MSS-006"),
}
SUMMARIES: dict[str, tuple[str, str]] = {
    # the same for the practice's software
    "drops-an-allergy": ("UC3.01", "CHK-VSM-002"),
    "keeps-old-treatment": ("UC3.02", "CHK-VSM-002"),
    "past-as-active": ("UC3.01", "CHK-VSM-002"),
    "another-chart": ("UC3.03", "CHK-VSM-002"),
    "another-ins": ("UC3.03", "CHK-INS-003 CHK-VSM-006"),
    "summary-as-pdf": ("UC3.01", "CHK-VSM-001"),
    "wrong-speciality": ("UC3.01", "CHK-VSM-004"),
    "unnamed-treating-doctor": ("UC3.01", "CHK-VSM-004"),
    "wrong-setting": ("UC3.01", "CHK-VSM-005"),
    "reuses-old-id": ("UC3.02", "CHK-DMP-002 CHK-DMP-010 CHK-MSS-001 CHK-MSS-010 CHK-LAB-013 CHK-VSM-003"),
    "associates-unique-id": (
        "UC3.02",
        "CHK-DMP-002 CHK-DMP-003 CHK-DMP-010 CHK-MSS-001 CHK-MSS-010 CHK-LAB-013 CHK-VSM-003",
    ),
    "keeps-former": ("UC3.02", "CHK-DMP-010 CHK-MSS-010"),
    "replaces-the-replaced": ("UC3.04", "CHK-DMP-002 CHK-LAB-017"),
    "new-id-on-retry": ("UC3.26", "CHK-VSM-007"),
    "local-times": ("UC3.01", "CHK-DMP-003"),
    "ignores-visibility": ("UC3.06", "CHK-LAB-014"),
    "feeds-held-back": ("UC3.07", "CHK-LAB-015"),
    "production-oid": ("UC3.01", "CHK-INS-002 CHK-VSM-003"),
    "unqualified-ins": ("UC3.21", "CHK-INS-002"),
    "blind-feeding": ("UC3.23", "CHK-DMP-002 CHK-DMP-004 CHK-DMP-005"),
    "ignores-opposition": ("UC3.24", "CHK-DMP-006"),
    "self-authorisation": ("UC3.01", "CHK-DMP-007"),
    "deletes-by-unique-id": ("UC3.05", "CHK-DMP-011"),
    "no-mention": ("UC3.02", "CHK-MSS-002 CHK-MSS-010"),
    "ignores-consult-refusal": ("UC3.46", "CHK-HIS-004"),
    "insists-when-blocked": ("UC3.45", "CHK-HIS-004 CHK-HIS-008"),
    "reads-the-replaced": ("UC3.51", "CHK-HIS-014"),
    "news-by-creation": ("UC3.31", "CHK-HIS-021"),
    "own-as-news": ("UC3.31", "CHK-HIS-021"),
    "asks-again": ("UC3.31", "CHK-HIS-022"),
    "silent-on-changes": ("UC3.31", "CHK-HIS-023"),
    "imports-the-incomplete": ("UC3.28", "CHK-DOC-001 CHK-VSM-008"),
    "ignores-mail-refusal": ("UC3.27", "CHK-MSS-006"),
}
RECEPTIONS: dict[str, tuple[str, str]] = {
    # the same for what the practice's software receives
    "reads-in-clear": ("UC2.41", "CHK-RCV-002"),
    "reads-headers-only": ("UC2.41", "CHK-RCV-001 CHK-RCV-003 CHK-RCV-004 CHK-RCV-008"),
    "files-under-the-last": ("UC2.41", "CHK-RCV-003"),
    "reads-the-subject": ("UC2.45", "CHK-RCV-007 CHK-RCV-008"),
    "ignores-hash": ("UC2.46", "CHK-RCV-007 CHK-RCV-008"),
    "takes-two-patients": ("UC2.47", "CHK-RCV-007 CHK-RCV-008"),
    "opens-a-record": ("UC2.45", "CHK-RCV-007 CHK-RCV-008"),
    "files-twice": ("UC2.48", "CHK-RCV-007"),
    "correction-as-addition": ("UC2.42", "CHK-RCV-005"),
    "late-version-holds": ("UC2.49", "CHK-RCV-005"),
    "drops-units": ("UC2.41", "CHK-RCV-004"),
    "drops-interpretation": ("UC2.41", "CHK-RCV-004"),
    "silent-on-critical": ("UC2.43", "CHK-RCV-006"),
    "no-receipt": ("UC2.41", "CHK-RCV-008"),
    "vague-receipt": ("UC2.41", "CHK-RCV-009"),
    "always-glad": ("UC2.45", "CHK-RCV-008"),
}
TABLES: dict[demo.Kind, dict[str, tuple[str, str]]] = {
    "dpi": LETTERS | CONSULTATIONS,
    "sgl": RESULTS,
    "lgc": SUMMARIES | RECEPTIONS,
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its keys are made once."""
    return tmp_path_factory.mktemp("data")


async def played(
    data: Path, folder: Path, *scenarios: str, kind: demo.Kind = "dpi", defects: tuple[str, ...] = ()
) -> Report:
    async with demo.witness(defects, kind) as described:
        done = await run(Options(sut=described, data=data, report=folder, scenarios=scenarios))
    return done.report


def tell(defect: str, report: Report) -> None:
    """A row of the defect table for each requirement that the defect costs, with what differed on the wire."""
    for decided in report.requirements:
        if decided.verdict in ("NON_CONFORME", "PARTIEL"):
            found = next(
                (
                    item
                    for judged in report.checks
                    if judged.check in decided.checks
                    for item in judged.findings
                    if item.severity == "error"
                ),
                None,
            )
            wire = f"{found.location}: {found.found or '∅'} → {found.expected or '∅'}" if found else ""
            print(f"{defect:22} {decided.requirement:16} {decided.verdict:13} {wire}")


def failed(report: Report) -> set[str]:
    return {judged.check for judged in report.checks if judged.verdict == "NON_CONFORME"}


def concerned(kind: demo.Kind) -> set[str]:
    """The checks that some scenario of a software puts to the test."""
    couloir, _ = demo.PLACES[kind]
    profiles = set(demo.PROFILES[kind])
    known = (item for item in scenarios().values() if not item.profiles or profiles & set(item.profiles))
    played = [item for item in known if not item.story and (not item.couloirs or couloir in item.couloirs)]
    return {check.id for check in checks().values() if any(check.concerns(item.id) for item in played)}


@pytest.mark.parametrize("kind", sorted(TABLES))
async def test_the_honest_witness_passes_every_check_and_the_gate(kind: demo.Kind, data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, kind=kind)

    assert failed(report) == set()
    assert {judged.check for judged in report.checks} == concerned(kind)
    assert report.gate.passed
    assert report.exit_code == 0
    assert Counter(step.outcome for scenario in report.scenarios for step in scenario.steps).keys() == {"done"}


@pytest.mark.parametrize(("kind", "defect"), [(kind, defect) for kind in TABLES for defect in sorted(TABLES[kind])])
async def test_every_defect_is_seen_for_what_it_is(kind: demo.Kind, defect: str, data: Path, tmp_path: Path) -> None:
    asked, expected = TABLES[kind][defect]

    report = await played(data, tmp_path, *asked.split(), kind=kind, defects=(defect,))

    tell(defect, report)
    assert failed(report) == set(expected.split())
    assert not report.gate.passed
    assert report.exit_code == 1


def test_every_check_can_fail() -> None:
    tables = (*TABLES.values(), IDENTITIES, INFORMING)
    expected = (expected for table in tables for _, expected in table.values())
    shown = {check for names in expected for check in names.split()}
    relying_party = {
        check.id for check in checks().values() if all(name.startswith("PSC.") for name in check.scenarios)
    }
    assert shown | relying_party == set(checks()), "those of relying parties have a table of their own"


def test_every_defect_has_its_row() -> None:
    others = CONSULTATIONS.keys() | SIGN_IN_DEFECTS.keys() | IDENTITY_DEFECTS.keys() | PROXY_DEFECTS.keys()
    assert LETTERS.keys() | others == DEFECTS_OF["dpi"].keys()
    assert LABORATORY_DEFECTS.keys() <= RESULTS.keys() <= DEFECTS_OF["sgl"].keys()
    assert INBOX_DEFECTS.keys() == RECEPTIONS.keys()
    assert PRACTICE_DEFECTS.keys() <= SUMMARIES.keys() <= DEFECTS_OF["lgc"].keys()
    assert len(LABORATORY_DEFECTS) >= 10
    assert len(PRACTICE_DEFECTS) >= 10
