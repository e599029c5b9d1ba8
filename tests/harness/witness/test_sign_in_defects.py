"""The relying-party checks of Pro Santé Connect: the honest witness passes them all, each defect is seen for what it
is, and what rests on an uncertain fact only informs.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.checks.registered import checks
from banc_harness.runs import Options, run
from banc_harness.scenarios.registered import scenarios
from banc_harness.witness.sign_in_defects import SIGN_IN_DEFECTS
from banc_standards.contracts.report import Report

pytestmark = pytest.mark.journeys

PROFILES = ("psc", "psc-ciba", "psc-edc")
TABLE: dict[str, tuple[str, str]] = {
    # defect: (scenario that shows it, checks that it must fail, and no other)
    "raw-discovery": ("PSC.08", "CHK-PSC-002 CHK-PSC-009"),
    "signature-unchecked": ("PSC.06", "CHK-PSC-010"),
    "claims-unchecked": ("PSC.07", "CHK-PSC-011"),
    "sub-unchecked": ("PSC.10", "CHK-PSC-016"),
    "token-in-form": ("PSC.12", "CHK-PSC-042"),
    "keys-forever": ("PSC.08", "CHK-PSC-012"),
    "secret-in-front": ("PSC.12", "CHK-PSC-014"),
    "redeems-twice": ("PSC.12", "CHK-PSC-004 CHK-PSC-015"),
    "rpps-only": ("PSC.11", "CHK-PSC-017"),
    "single-activity": ("PSC.12", "CHK-PSC-018"),
    "needs-exercice": ("PSC.13", "CHK-PSC-019"),
    "refresh-storm": ("PSC.14", "CHK-PSC-020"),
    "local-logout": ("PSC.16", "CHK-PSC-021"),
    "logout-keeps-tokens": ("PSC.16", "CHK-PSC-043"),
    "idle-logout-closes-psc": ("PSC.17", "CHK-PSC-022"),
    "idle-session-kept": ("PSC.17", "CHK-PSC-040"),
    "endless-session": ("PSC.40", "CHK-PSC-040"),
    "error-ignored": ("PSC.18", "CHK-PSC-004 CHK-PSC-015 CHK-PSC-023"),
    "logs-tokens": ("PSC.12", "CHK-PSC-030"),
    "opens-without-psc": ("PSC.20", "CHK-PSC-031"),
    "waits-for-ever": ("PSC.49", "CHK-PSC-044"),
    "fixed-binding": ("PSC.21", "CHK-PSC-024"),
    "polls-too-fast": ("PSC.22", "CHK-PSC-025"),
    "polls-after-the-end": ("PSC.23", "CHK-PSC-025"),
    "workstation-calls": ("PSC.21", "CHK-PSC-026"),
    "tls-unverified": ("PSC.19", "CHK-PSC-029"),
    "exchanges-twice": ("PSC.30", "CHK-PSC-027"),
    "exchanges-id-token": ("PSC.30", "CHK-PSC-027"),
    "calls-without-certificate": ("PSC.30", "CHK-PSC-027"),
    "mixes-users": ("PSC.30", "CHK-PSC-027 CHK-PSC-028"),
    # defects of the common table, in the scenarios of these profiles
    "state-unchecked": ("PSC.04", "CHK-PSC-007"),
    "nonce-unchecked": ("PSC.05", "CHK-PSC-008"),
    "never-refreshes": ("PSC.14", "CHK-PSC-006"),
    "refresh-loop": ("PSC.15", "CHK-PSC-005 CHK-PSC-020"),
    "raw-realm": ("PSC.12", "CHK-PSC-002 CHK-PSC-032"),
}
BY_CIBA: dict[str, tuple[str, str]] = {
    "signature-unchecked": ("PSC.42", "CHK-PSC-010"),
    "claims-unchecked": ("PSC.43", "CHK-PSC-011"),
    "sub-unchecked": ("PSC.44", "CHK-PSC-016"),
    "keys-forever": ("PSC.48", "CHK-PSC-012"),
    "never-refreshes": ("PSC.45", "CHK-PSC-006"),
    "local-logout": ("PSC.46", "CHK-PSC-021"),
    "logout-keeps-tokens": ("PSC.46", "CHK-PSC-043"),
    "idle-logout-closes-psc": ("PSC.47", "CHK-PSC-022"),
    "idle-session-kept": ("PSC.47", "CHK-PSC-040"),
    "refresh-storm": ("PSC.45", "CHK-PSC-020"),
    "rpps-only": ("PSC.52", "CHK-PSC-017"),
    "needs-exercice": ("PSC.53", "CHK-PSC-019"),
    "single-activity": ("PSC.54", "CHK-PSC-018"),
    "refresh-loop": ("PSC.55", "CHK-PSC-005 CHK-PSC-020"),
    "endless-session": ("PSC.56", "CHK-PSC-040"),
    "opens-without-psc": ("PSC.57", "CHK-PSC-031"),
    "tls-unverified": ("PSC.58", "CHK-PSC-029"),
}
"""The same defects where there is no browser."""
BY_ITS_OWN_TIMER: dict[str, tuple[str, str]] = {
    # the witness ends a session that its user left for a second
    "idle-session-kept": ("PSC.59", "CHK-PSC-046"),
    "idle-logout-closes-psc": ("PSC.60", "CHK-PSC-022"),
}
IDLE_S = 1
INFORMING: dict[str, tuple[str, str]] = {
    # defect: (scenario that shows it, check that says so without failing)
    "strict-acr": ("PSC.09", "CHK-PSC-013"),
    "issuer-unchecked": ("PSC.41", "CHK-PSC-041"),
    "claims-unchecked": ("PSC.07", "CHK-PSC-033"),
    "number-unshown": ("PSC.21", "CHK-PSC-034"),
    "silent-outage": ("PSC.20", "CHK-PSC-045"),
}
INFORMING_BY_CIBA: dict[str, tuple[str, str]] = {
    "strict-acr": ("PSC.51", "CHK-PSC-013"),
    "claims-unchecked": ("PSC.43", "CHK-PSC-033"),
}
FOR_A_PERSON = ("SBX-PSC-10", "SBX-PSC-11", "SBX-PSC-12", "SBX-PSC-13")
"""The choice of a place of work, the messages, the logs, the button."""

OF_A_PROXY = {"SBX-PSC-15", "SBX-PSC-16", "SBX-PSC-17", "SBX-PSC-18"}
"""Asked of a proxy e-Santé only: see the table of its own defects."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its keys are made once."""
    return tmp_path_factory.mktemp("data")


async def played(
    data: Path,
    folder: Path,
    scenario: str,
    *defects: str,
    profiles: tuple[str, ...] = PROFILES,
    without: str = "",
    idle_s: int | None = None,
) -> Report:
    async with demo.witness(defects, idle_s=idle_s) as described:
        capable = [name for name in described.sut.capabilities if name != without]
        sut = described.sut.model_copy(
            update={"profiles": [*described.sut.profiles, *profiles], "capabilities": capable}
        )
        registered = dataclasses.replace(described, sut=sut)
        done = await run(Options(sut=registered, data=data, report=folder, scenarios=(scenario,)))
    return done.report


def failed(report: Report) -> set[str]:
    return {judged.check for judged in report.checks if judged.verdict == "NON_CONFORME"}


def own_checks() -> set[str]:
    """The checks that only these scenarios put to the test."""
    mine = [item.id for item in scenarios().values() if set(item.profiles) & set(PROFILES)]
    ours = (check for id, check in checks().items() if id.startswith("CHK-PSC-"))
    return {check.id for check in ours if any(check.concerns(id) for id in mine)}


async def test_the_honest_witness_passes_and_a_person_must_still_look(data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, "PSC.*")
    verdicts = {item.requirement: item.verdict for item in report.requirements if "PSC" in item.requirement}
    ours = {name for name in verdicts if name.startswith("SBX-PSC-")} - OF_A_PROXY

    assert failed(report) == set()
    assert own_checks() - {"CHK-PSC-046"} <= {judged.check for judged in report.checks}
    assert {verdicts[name] for name in FOR_A_PERSON} == {"A_COMPLETER"}
    assert {verdicts[name] for name in ours - set(FOR_A_PERSON)} == {"CONFORME"}
    assert report.exit_code == 0
    assert {step.outcome for scenario in report.scenarios for step in scenario.steps} == {"done"}


@pytest.mark.parametrize(
    ("defect", "scenario", "expected"),
    [(defect, *seen) for table in (TABLE, BY_CIBA) for defect, seen in sorted(table.items())],
)
async def test_every_defect_is_seen_for_what_it_is(
    defect: str, scenario: str, expected: str, data: Path, tmp_path: Path
) -> None:
    report = await played(data, tmp_path, scenario, defect)

    assert failed(report) == set(expected.split())
    assert not report.gate.passed
    assert report.exit_code == 1


@pytest.mark.parametrize("scenario", ["PSC.59", "PSC.60"])
async def test_a_timer_of_its_own_is_judged_in_seconds(scenario: str, data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, scenario, idle_s=IDLE_S)

    judged = {item.check: item.verdict for item in report.checks}
    assert (judged["CHK-PSC-046"], judged["CHK-PSC-022"], failed(report)) == ("CONFORME", "CONFORME", set())


@pytest.mark.parametrize("defect", BY_ITS_OWN_TIMER)
async def test_a_defect_of_its_own_timer_is_seen(defect: str, data: Path, tmp_path: Path) -> None:
    scenario, expected = BY_ITS_OWN_TIMER[defect]

    report = await played(data, tmp_path, scenario, defect, idle_s=IDLE_S)

    assert failed(report) == {expected}
    assert report.exit_code == 1


@pytest.mark.parametrize(
    ("defect", "scenario", "check"),
    [(defect, *seen) for table in (INFORMING, INFORMING_BY_CIBA) for defect, seen in sorted(table.items())],
)
async def test_what_is_uncertain_or_optional_only_informs(
    defect: str, scenario: str, check: str, data: Path, tmp_path: Path
) -> None:
    report = await played(data, tmp_path, scenario, defect)

    said = {(item.verdict, found.severity) for item in report.checks if item.check == check for found in item.findings}
    assert said == {("CONFORME", "info")}


async def test_a_software_without_a_browser_is_judged_too(data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, "PSC.42", "signature-unchecked", profiles=("psc-ciba",), without="psc.code")

    assert failed(report) == {"CHK-PSC-010"}
    assert "SBX-PSC-03 : NON_CONFORME" in report.gate.reasons


async def test_what_needs_a_browser_is_told_as_not_applicable_without_one(data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, "PSC.21", profiles=("psc-ciba",), without="psc.code")
    verdicts = {item.requirement: item for item in report.requirements}

    assert {item.check for item in report.checks if item.verdict == "NON_APPLICABLE"} == {
        *("CHK-PSC-002", "CHK-PSC-003", "CHK-PSC-007", "CHK-PSC-008"),
        *("CHK-PSC-015", "CHK-PSC-023", "CHK-PSC-032", "CHK-PSC-041"),
    }
    assert verdicts["SBX-PSC-01"].verdict == "CONFORME"
    assert verdicts["SBX-PSC-01"].reason.endswith("autrement : CHK-PSC-003, CHK-PSC-007, CHK-PSC-008")
    assert verdicts["SC.PSC.08"].verdict == "CONFORME"
    assert verdicts["SBX-PSC-13"].verdict == "NON_APPLICABLE"
    assert report.exit_code == 0


def test_every_check_of_these_scenarios_is_seen_to_speak() -> None:
    seen = {
        check
        for table in (TABLE, BY_ITS_OWN_TIMER, INFORMING)
        for _, expected in table.values()
        for check in expected.split()
    }
    known = {"CHK-PSC-001", "CHK-PSC-003", "CHK-PSC-004"}  # their defects are in the common table

    assert own_checks() - known <= seen


def test_every_defect_has_its_row() -> None:
    assert set(SIGN_IN_DEFECTS) <= set(TABLE) | set(INFORMING)
