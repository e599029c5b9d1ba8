"""Two softwares driven at the same time over the same ports of one sandbox: each run sees its own exchanges only."""

from __future__ import annotations

import asyncio
from pathlib import Path

from banc_harness import demo
from banc_harness.in_process import sandbox
from banc_harness.runs import Options, run
from banc_standards.contracts.report import Report
from banc_standards.contracts.sandbox import Ready


async def played(ready: Ready, folder: Path, scenario: str) -> Report:
    async with demo.witness() as described:
        options = Options(
            sut=described, sandbox=ready.control, ca_file=Path(ready.ca_file), scenarios=(scenario,), report=folder
        )
        return (await run(options)).report


async def test_two_runs_at_once_do_not_see_each_other(tmp_path: Path) -> None:
    async with sandbox(tmp_path / "data") as ready:
        filing, closed = await asyncio.gather(
            played(ready, tmp_path / "one", "UC1.01"), played(ready, tmp_path / "two", "UC1.05")
        )

    assert filing.session != closed.session
    assert [item.seq for item in filing.exchanges] == list(range(1, len(filing.exchanges) + 1))
    assert [item.seq for item in closed.exchanges] == list(range(1, len(closed.exchanges) + 1))
    assert [item.operation for item in filing.exchanges].count("dmp.TD2.1") == 1
    assert "dmp.TD2.1" not in {item.operation for item in closed.exchanges}
    assert not any(item.stray for report in (filing, closed) for item in report.exchanges)
    assert (filing.gate.passed, closed.gate.passed) == (True, True)
