"""The honest witness raises no alarm, and every defect of it is seen: every check can fail."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.checks.registered import checks
from banc_harness.runs import Options, run
from banc_harness.witness.defects import DEFECTS
from banc_standards.contracts.report import Report

SEEN_BY: dict[str, tuple[str, str]] = {
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
    "obsolete-ins": ("UC1.02", "CHK-DMP-003 CHK-DOC-003"),
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
    "no-pdf": ("UC1.21", "CHK-MSS-001 CHK-MSS-002"),
    "two-patients": ("UC1.21", "CHK-MSS-002 CHK-MSS-003"),
    "wrong-xdm-hash": ("UC1.21", "CHK-MSS-003"),
    "clear-text": ("UC1.21", "CHK-MSS-001 CHK-MSS-004"),
    "ignores-mail-refusal": ("UC1.26", "CHK-MSS-006"),
    "new-mail-on-retry": ("UC1.24", "CHK-MSS-009"),
    "mail-storm": ("UC1.22", "CHK-MSS-009"),
    "self-authorisation": ("UC1.01", "CHK-DMP-007"),
    "generic-user": ("UC1.01", "CHK-DMP-002 CHK-DMP-008"),
    "no-speciality": ("UC1.01", "CHK-DMP-001 CHK-DMP-002"),
    "wrong-seal": ("UC1.01", "CHK-DMP-001 CHK-DMP-002"),
    "other-software": ("UC1.01", "CHK-RUN-001"),
    "new-id-on-retry": ("UC1.08", "CHK-DMP-009"),
    "replaces-nothing": ("UC1.11", "CHK-DMP-010"),
    "deletes-by-unique-id": ("UC1.12", "CHK-DMP-011"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its keys are made once."""
    return tmp_path_factory.mktemp("data")


async def played(data: Path, folder: Path, *scenarios: str, defects: tuple[str, ...] = ()) -> Report:
    async with demo.witness(defects) as described:
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


async def test_the_honest_witness_passes_every_check_and_the_gate(data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path)

    assert failed(report) == set()
    assert {judged.check for judged in report.checks} == set(checks())
    assert report.gate.passed
    assert report.exit_code == 0
    assert Counter(step.outcome for scenario in report.scenarios for step in scenario.steps).keys() == {"done"}


@pytest.mark.parametrize("defect", sorted(DEFECTS))
async def test_every_defect_is_seen_for_what_it_is(defect: str, data: Path, tmp_path: Path) -> None:
    scenarios, expected = SEEN_BY[defect]

    report = await played(data, tmp_path, *scenarios.split(), defects=(defect,))

    tell(defect, report)
    assert failed(report) == set(expected.split())
    assert not report.gate.passed
    assert report.exit_code == 1


def test_every_check_can_fail() -> None:
    assert {check for _, expected in SEEN_BY.values() for check in expected.split()} == set(checks())
