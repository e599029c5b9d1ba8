"""The rehearsal of the CNDA's cases and identity vigilance: an honest witness passes, each defect fails its checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.demo import rehearsing
from banc_harness.runs import Options, run
from banc_harness.scenarios.registered import scenarios
from banc_harness.witness.identity_defects import IDENTITY_DEFECTS
from banc_standards.contracts.report import Report

from .identities import IDENTITIES, INFORMING

pytestmark = pytest.mark.journeys

PROFILES = ("cnda-insi", "identitovigilance")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


async def played(data: Path, folder: Path, scenario: str, *defects: str) -> Report:
    async with demo.witness(defects) as described:
        software = rehearsing(described, scenarios(), [scenario])
        done = await run(Options(sut=software, data=data, report=folder, scenarios=(scenario,)))
    return done.report


def failed(report: Report) -> set[str]:
    return {judged.check for judged in report.checks if judged.verdict == "NON_CONFORME"}


@pytest.mark.parametrize("profile", PROFILES)
async def test_the_honest_witness_passes_a_profile(profile: str, data: Path, tmp_path: Path) -> None:
    own = {item.id for item in scenarios().values() if profile in item.profiles}
    async with demo.witness() as described:
        done = await run(Options(sut=described, data=data, report=tmp_path, scenarios=tuple(own), profile=profile))

    assert {one.scenario for one in done.report.scenarios} == own
    assert {step.outcome for one in done.report.scenarios for step in one.steps} == {"done"}
    assert failed(done.report) == set()
    assert done.report.gate.passed
    ours = {
        item.requirement: item.verdict
        for item in done.report.requirements
        if item.requirement.startswith("SBX-INS-") and item.verdict != "NON_APPLICABLE"
    }
    assert len(ours) >= 5
    assert set(ours.values()) == {"CONFORME"}, ours


@pytest.mark.parametrize("kind", ["sgl", "lgc"])
async def test_the_other_witnesses_pass_identity_vigilance_too(kind: demo.Kind, data: Path, tmp_path: Path) -> None:
    own = [item.id for item in scenarios().values() if "identitovigilance" in item.profiles]
    async with demo.witness((), kind) as described:
        software = rehearsing(described, scenarios(), own)
        done = await run(Options(sut=software, data=data, report=tmp_path, scenarios=tuple(own)))

    assert {step.outcome for one in done.report.scenarios for step in one.steps} == {"done"}
    assert failed(done.report) == set()


@pytest.mark.parametrize("defect", sorted(IDENTITIES))
async def test_each_defect_fails_its_checks_and_no_other(defect: str, data: Path, tmp_path: Path) -> None:
    scenario, expected = IDENTITIES[defect]

    report = await played(data, tmp_path, scenario, defect)

    assert failed(report) == set(expected.split())
    assert not report.gate.passed
    assert report.exit_code == 1


@pytest.mark.parametrize("defect", sorted(INFORMING))
async def test_what_no_source_forbids_only_informs(defect: str, data: Path, tmp_path: Path) -> None:
    scenario, check = INFORMING[defect]

    report = await played(data, tmp_path, scenario, defect)

    said = {(item.verdict, found.severity) for item in report.checks if item.check == check for found in item.findings}
    assert said == {("CONFORME", "info")}


def test_every_defect_has_its_row() -> None:
    assert IDENTITIES.keys() == IDENTITY_DEFECTS.keys()


def test_every_check_of_vigilance_is_shown_failing() -> None:
    from banc_harness.checks.registered import checks

    shown = {check for _, names in (*IDENTITIES.values(), *INFORMING.values()) for check in names.split()}
    assert {name for name in checks() if name.startswith("CHK-IVG-")} <= shown


def test_a_bare_demonstration_plays_none_of_them() -> None:
    declared = {profile for profiles in demo.PROFILES.values() for profile in profiles}
    ours = [item for item in scenarios().values() if item.id.startswith("INS.")]
    assert len(ours) == 20
    assert all(item.profiles and declared.isdisjoint(item.profiles) for item in ours)
