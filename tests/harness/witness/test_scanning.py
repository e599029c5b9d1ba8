"""The witness under the scanner: it imports what is sound, refuses what is forged, and its requirement is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_harness import demo
from banc_harness.demo import rehearsing
from banc_harness.runs import Options, run
from banc_harness.scenarios.registered import scenarios

pytestmark = pytest.mark.journeys


@pytest.mark.parametrize("kind", ["dpi", "sgl", "lgc"])
async def test_the_honest_witness_imports_what_it_scans(kind: demo.Kind, tmp_path: Path) -> None:
    async with demo.witness((), kind) as described:
        software = rehearsing(described, scenarios(), ["INS.41"])
        done = await run(Options(sut=software, data=tmp_path, report=tmp_path / "report", scenarios=("INS.41",)))

    decided = {item.requirement: item.verdict for item in done.report.requirements}
    assert decided["SBX-INS-20"] == "CONFORME"
    assert {step.outcome for one in done.report.scenarios for step in one.steps} == {"done"}
    assert {judged.verdict for judged in done.report.checks} == {"CONFORME"}
    assert done.report.gate.passed
