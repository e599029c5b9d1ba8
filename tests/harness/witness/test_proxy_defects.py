"""The conformity contract of a proxy e-Santé: the witness's proxy passes it, and each of its defects fails the checks
that it is meant for, and no other.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.checks import Check, proxy, proxy_relaying
from banc_harness.evidence.verify import verify
from banc_harness.runs import Options, run
from banc_harness.scenarios.registered import scenarios
from banc_harness.witness.proxy_defects import PROXY_DEFECTS
from banc_standards.contracts.report import Report
from banc_standards.contracts.sut import Proxy

from ..evidence.parties import authority

pytestmark = pytest.mark.journeys

OWN = {item.id for module in (proxy, proxy_relaying) for item in vars(module).values() if isinstance(item, Check)}
REQUIREMENTS = {f"SBX-PSC-{number}" for number in range(15, 19)}
TABLE: dict[str, tuple[str, str]] = {
    # defect: (scenario that shows it, checks that it must fail, and no other)
    "proxy-no-cookie": ("PSC.37", "CHK-PSC-060"),
    "proxy-own-number": ("PSC.37", "CHK-PSC-061"),
    "proxy-connects-again": ("PSC.31", "CHK-PSC-062"),
    "proxy-malformed-500": ("PSC.32", "CHK-PSC-063"),
    "proxy-unknown-500": ("PSC.33", "CHK-PSC-064"),
    "proxy-down-500": ("PSC.35", "CHK-PSC-065"),
    "proxy-local-disconnect": ("PSC.31", "CHK-PSC-066"),
    "proxy-logout-twice": ("PSC.31", "CHK-PSC-066"),
    "proxy-shares-api-token": ("PSC.38", "CHK-PSC-027 CHK-PSC-068 CHK-PSC-069"),
    "proxy-shares-psc-session": ("PSC.38", "CHK-PSC-027 CHK-PSC-060 CHK-PSC-068 CHK-PSC-069"),
    "proxy-rewrites": ("PSC.31", "CHK-PSC-069"),
    "proxy-posts-only": ("PSC.31", "CHK-PSC-069"),
    "proxy-no-exchange": ("PSC.3[19]", "CHK-PSC-027 CHK-PSC-069"),
    "proxy-open-send": ("PSC.34", "CHK-PSC-070"),
    "proxy-undead": ("PSC.31", "CHK-PSC-070"),
    "proxy-upstream-500": ("PSC.36", "CHK-PSC-071"),
    "proxy-no-send-trace": ("PSC.37", "CHK-PSC-072"),
    "proxy-all-traces": ("PSC.37", "CHK-PSC-072"),
    "proxy-token-in-trace": ("PSC.37", "CHK-PSC-030 CHK-PSC-073"),
}
WARNING: dict[str, tuple[str, str]] = {
    # defect: (scenario that shows it, check that says so without failing)
    "proxy-bare-errors": ("PSC.33", "CHK-PSC-067"),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One data folder for the module: its keys are made once."""
    return tmp_path_factory.mktemp("data")


async def played(data: Path, folder: Path, scenario: str, *defects: str) -> Report:
    async with demo.witness(defects) as described:
        software = demo.rehearsing(described, scenarios(), [scenario])
        done = await run(Options(sut=software, data=data, report=folder, scenarios=(scenario,)))
    return done.report


def failed(report: Report) -> set[str]:
    return {judged.check for judged in report.checks if judged.verdict == "NON_CONFORME"}


async def test_the_honest_proxy_passes_the_whole_contract(data: Path, tmp_path: Path) -> None:
    report = await played(data, tmp_path, "PSC.3[1-9]")

    assert {step.outcome for scenario in report.scenarios for step in scenario.steps} == {"done"}
    assert failed(report) == set()
    assert {judged.verdict for judged in report.checks} == {"CONFORME"}
    assert {judged.check for judged in report.checks} >= OWN
    assert [found.rule for judged in report.checks for found in judged.findings if found.severity != "info"] == []
    verdicts = {item.requirement: item.verdict for item in report.requirements}
    assert {verdicts[name] for name in REQUIREMENTS} == {"CONFORME"}
    assert report.exit_code == 0


@pytest.mark.parametrize("defect", sorted(TABLE))
async def test_every_defect_is_seen_for_what_it_is(defect: str, data: Path, tmp_path: Path) -> None:
    scenario, expected = TABLE[defect]

    report = await played(data, tmp_path, scenario, defect)

    assert failed(report) == set(expected.split())
    assert report.exit_code == 1


@pytest.mark.parametrize("defect", sorted(WARNING))
async def test_the_form_of_errors_only_warns(defect: str, data: Path, tmp_path: Path) -> None:
    scenario, check = WARNING[defect]

    report = await played(data, tmp_path, scenario, defect)

    said = {(item.verdict, found.severity) for item in report.checks if item.check == check for found in item.findings}
    assert said == {("CONFORME", "warning")}


async def test_a_proxy_that_cannot_be_reached_is_not_judged(data: Path, tmp_path: Path) -> None:
    async with demo.witness() as described:
        software = demo.rehearsing(described, scenarios(), ["PSC.33"])
        away = software.sut.model_copy(update={"proxy": Proxy(url="https://localhost:1")})
        options = Options(sut=replace(software, sut=away), data=data, report=tmp_path, scenarios=("PSC.33",))
        report = (await run(options)).report

    assert {judged.verdict for judged in report.checks if judged.check in OWN} == {"NON_TESTE"}
    assert report.exit_code == 3


async def test_a_sealed_run_is_judged_alike_without_the_proxy(data: Path, tmp_path: Path) -> None:
    signer = authority("Autorité d'essai").signer("Testeuse Fictive")
    bundle = tmp_path / "run.banc.zip"
    async with demo.witness(["proxy-token-in-trace"]) as described:
        software = demo.rehearsing(described, scenarios(), ["PSC.37"])
        await run(
            Options(sut=software, data=data, report=tmp_path, scenarios=("PSC.37",), signer=signer, bundle=bundle)
        )

    verified = verify(bundle)

    assert verified.refusal is None
    assert [step.name for step in verified.steps][-2:] == ["checks", "verdicts"]
    assert verified.gate is not None
    assert not verified.gate.passed


def test_every_check_and_every_defect_has_its_row() -> None:
    seen = {check for table in (TABLE, WARNING) for _, expected in table.values() for check in expected.split()}

    assert seen >= OWN
    assert {*TABLE, *WARNING} == set(PROXY_DEFECTS)
