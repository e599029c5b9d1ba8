"""A run beside its baseline: a known gap does not hide a new one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banc_harness.reports import baseline, markdown
from banc_harness.reports.json_report import Gathering
from banc_harness.runs import Done
from banc_standards.contracts.report import Report
from banc_standards.contracts.vocabulary import Verdict

from .recording import Recording, check, finding, requirement


def report(*checks: dict[str, Any], kind: str = "bac-a-sable", **verdicts: Verdict) -> Report:
    """What a run that told these checks and verdicts reports."""
    run = Recording()
    run.then(*checks, *(requirement(name, verdict) for name, verdict in verdicts.items()))
    gathering = Gathering()
    for event in run.events():
        gathering(event)
    told = gathering.report()
    scope = "tested" if kind == "bac-a-sable" else "profile"
    return told.model_copy(update={"kind": kind, "gate": told.gate.model_copy(update={"scope": scope})})


OLD, OTHER = finding("X-1", "dmp.TD2.1#1 a"), finding("X-2", "dmp.TD2.1#1 b")


def test_gap_that_was_there_is_known_wherever_it_shows_now() -> None:
    before = report(check("CHK-A", "R1", OLD), R1="NON_CONFORME")
    after = report(check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#9 a")), R1="NON_CONFORME")

    found = baseline.compare(before, after)

    assert (found.new, found.fixed, found.lost, len(found.known)) == ((), (), (), 1)
    assert found.excuses


@pytest.mark.parametrize(
    "checks",
    [
        (check("CHK-A", "R1", OLD, OTHER),),
        (check("CHK-A", "R1", OLD), check("CHK-B", "R1", OTHER)),
        (check("CHK-A", "R1", OLD), check("CHK-A", "R1", OLD, scenario="UC1.02")),
    ],
    ids=["another rule", "another check", "another scenario"],
)
def test_new_gap_in_a_requirement_that_failed_already_is_not_hidden(checks: tuple[Any, ...]) -> None:
    found = baseline.compare(report(check("CHK-A", "R1", OLD), R1="NON_CONFORME"), report(*checks, R1="NON_CONFORME"))

    assert len(found.new) == 1
    assert not found.excuses


def test_gap_is_fixed_only_when_its_check_passes_again() -> None:
    before = report(check("CHK-A", "R1", OLD), R1="NON_CONFORME")

    fixed = baseline.compare(before, report(check("CHK-A", "R1"), R1="CONFORME"))
    untested = baseline.compare(before, report(check("CHK-A", "R1", verdict="NON_TESTE"), R1="NON_TESTE"))

    assert [gap.rule for gap in fixed.fixed] == ["X-1"]
    assert untested.fixed == ()
    assert any("report.json" in said.fr for said, _ in baseline.told(fixed, excused=False))


@pytest.mark.parametrize(
    ("kind", "before", "after", "lost"),
    [
        ("bac-a-sable", "CONFORME", "PARTIEL", True),
        ("bac-a-sable", "CONFORME", "NON_TESTE", False),
        ("bac-a-sable", "PARTIEL", "NON_CONFORME", True),
        ("bac-a-sable", "NON_CONFORME", "PARTIEL", False),
        ("bac-a-sable", "NON_TESTE", "NON_CONFORME", True),
        ("recette", "CONFORME", "NON_TESTE", True),
        ("recette", "CONFORME", "A_COMPLETER", True),
        ("recette", "NON_TESTE", "A_COMPLETER", False),
    ],
)
def test_what_closes_the_gate_now_and_did_not_is_lost(kind: str, before: Verdict, after: Verdict, lost: bool) -> None:
    earlier = report(kind=kind, R1=before, R2="CONFORME")
    now = report(kind=kind, R1=after, R2="CONFORME")

    assert (baseline.compare(earlier, now).lost == ("R1",)) is lost


def test_run_that_judged_nothing_is_never_excused() -> None:
    nothing = report(R1="NON_TESTE")
    nothing = nothing.model_copy(update={"score": nothing.score.model_copy(update={"judged": 0})})

    assert not baseline.compare(nothing, nothing).excuses


def done(before: Report, after: Report, **more: Any) -> Done:
    nowhere = Path("report.json")
    return Done(after, nowhere, nowhere, baseline.compare(before, after), **more)


def test_exit_code_is_0_while_only_known_gaps_remain() -> None:
    failing = report(check("CHK-A", "R1", OLD), R1="NON_CONFORME").model_copy(update={"exit_code": 1})
    worse = report(check("CHK-A", "R1", OLD, OTHER), R1="NON_CONFORME").model_copy(update={"exit_code": 1})

    assert done(failing, failing).exit_code == 0
    assert done(failing, worse).exit_code == 1


def test_baseline_never_excuses_an_approval_a_low_score_or_a_broken_environment() -> None:
    failing = report(check("CHK-A", "R1", OLD), R1="NON_CONFORME").model_copy(update={"exit_code": 1})
    approval = failing.model_copy(update={"kind": "homologation"})
    broken = failing.model_copy(update={"exit_code": 3})

    assert done(approval, approval).exit_code == 1
    assert done(failing, failing, fail_under=101.0).exit_code == 1
    assert done(failing, broken).exit_code == 3


def test_summary_names_what_is_new() -> None:
    before = report(check("CHK-A", "R1"), R1="CONFORME")
    run = Recording()
    run.then(check("CHK-A", "R1", OLD), requirement("R1", "NON_CONFORME"))
    gathering = Gathering()
    for event in run.events():
        gathering(event)

    text = markdown.render(run.account(), baseline.compare(before, gathering.report()))

    assert "## Depuis la référence" in text
    assert "nouvel écart : X-1 (CHK-A, UC1.01)" in text
    assert "perdu : R1" in text
