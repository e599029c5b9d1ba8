"""A run from its options to its files and exit code."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from glob import glob
from pathlib import Path
from typing import Any

import pytest

from banc_harness import runs
from banc_harness.in_process import sandbox as started_sandbox
from banc_harness.reports import baseline
from banc_harness.runs import Options
from banc_standards.contracts.events import read_event
from banc_standards.contracts.report import Report
from banc_standards.contracts.sandbox import Ready
from banc_standards.errors import EnvironmentFailed, UnusableInput

MakeOptions = Callable[..., Options]

ADAPTER = """
import json, sys
asked = json.load(sys.stdin)
print("vu", file=sys.stderr)
json.dump({"banc": 1, "id": asked["id"], "status": "unsupported"}, sys.stdout)
"""


@pytest.fixture
def options(tmp_path: Path, ready: Ready) -> MakeOptions:
    """Options of a run over the sandbox that runs, with a software that can do nothing."""
    (tmp_path / "adapter.py").write_text(ADAPTER)
    described = {
        "banc": 1,
        "vendor": "Éditeur",
        "product": {"name": "Logiciel", "version": "1"},
        "couloir": "hopital",
        "software_type": "DPI",
        "capabilities": ["psc.code"],
        "driver": {"kind": "exec", "command": [sys.executable, "adapter.py"]},
    }

    def make(sut: dict[str, Any] | None = None, **more: Any) -> Options:
        (tmp_path / "sut.yaml").write_text(json.dumps({**described, **(sut or {})}))
        given = {
            "sandbox": ready.control,
            "ca_file": Path(ready.ca_file),
            "scenarios": ("PSC.01",),
            "report": tmp_path / "report",
            **more,
        }
        return Options(sut=tmp_path / "sut.yaml", data=tmp_path / "data", **given)

    return make


async def test_report_events_and_evidence_are_written(options: MakeOptions, tmp_path: Path) -> None:
    done = await runs.run(options())

    written = Report.read(done.path.read_bytes())
    told = [read_event(line) for line in (tmp_path / "report" / "events.ndjson").read_text().splitlines()]
    kept = json.loads((tmp_path / "report" / "evidence" / "index.json").read_text())
    assert written == done.report
    assert [event.n for event in told] == list(range(1, len(told) + 1))
    assert [item["name"] for item in kept.values()] == ["stderr.txt"]
    assert (tmp_path / "report" / "evidence" / next(iter(kept)).removeprefix("sha256:")).read_bytes() == b"vu\n"


async def test_every_report_of_the_run_is_in_the_folder(options: MakeOptions, tmp_path: Path) -> None:
    done = await runs.run(options())

    written = {path.name for path in (tmp_path / "report").iterdir() if path.is_file()}
    assert written == {"events.ndjson", "report.json", "report.html", "junit.xml", "report.sarif", "summary.md"}
    assert done.page == tmp_path / "report" / "report.html"


async def test_report_says_what_happened_step_by_step(options: MakeOptions) -> None:
    report = (await runs.run(options(lang="en"))).report

    (scenario,) = report.scenarios
    (step,) = scenario.steps
    assert (scenario.scenario, scenario.outcome) == ("PSC.01", "done")
    assert (step.outcome, step.reason) == ("skipped", "the software does not support auth.login")
    assert step.missed[0] == "psc.authorization, accepted: nothing like it"
    assert {item.verdict for item in report.checks} == {"NON_TESTE"}
    assert report.exit_code == 1


async def test_consumers_get_every_event_as_it_comes(options: MakeOptions) -> None:
    told: list[Any] = []

    await runs.run(options(), [told.append])

    assert (told[0].type, told[-1].type) == ("run.started", "run.ended")


async def test_external_sandbox_is_strict(options: MakeOptions) -> None:
    assert (await runs.run(options())).report.mode == "strict"


async def test_ca_of_a_sandbox_given_by_its_address_is_kept_for_the_software(
    options: MakeOptions, tmp_path: Path
) -> None:
    await runs.run(options(ca_file=None))

    assert "BEGIN CERTIFICATE" in (tmp_path / "report" / "ca.pem").read_text()


async def test_running_sandbox_of_the_data_folder_is_found(options: MakeOptions, data: Path, ready: Ready) -> None:
    assert await runs.find(data) == ready


@pytest.mark.parametrize("left", [None, "{", "gone"])
async def test_sandbox_that_no_longer_runs_is_not_found(tmp_path: Path, ready: Ready, left: str | None) -> None:
    if left == "gone":
        left = json.dumps({**ready.as_json(), "control": "https://localhost:9"})
    if left is not None:
        (tmp_path / "sandbox.json").write_text(left)

    assert await runs.find(tmp_path) is None


async def test_unreachable_sandbox_is_an_environment_failure(options: MakeOptions) -> None:
    with pytest.raises(EnvironmentFailed, match="CONTROL-002"):
        await runs.run(options(sandbox="https://localhost:9"))


def test_a_type_of_software_of_which_nothing_is_asked_is_a_remark(options: MakeOptions) -> None:
    (remark,) = runs.warnings(options(sut={"software_type": "LGO"}))

    assert "LGO" in remark.fr
    assert "DPI, PFI, RI" in remark.en
    assert runs.warnings(options()) == ()


@pytest.mark.parametrize(
    ("changes", "code", "meant"),
    [
        ({"scenarios": ("PSC.001",)}, "RUN-001", "PSC.01"),
        ({"scenarios": ("PSC.01", "UC9.*")}, "RUN-001", ""),
        ({"profile": "generale"}, "RUN-002", "general"),
        ({"baseline": Path("/nowhere.json")}, "REPORT-002", "report.json"),
        ({"sut": {"couloir": "officine", "software_type": "LGO"}}, "REQ-001", "hopital"),
        ({"sut": {"driver": {"kind": "mllp"}}}, "SUT-010", "exec"),
        ({"sut": {"driver": {"kind": "manual"}}}, "MANUAL-001", "--answers"),
        ({"sut": {"overrides": {"auth.login": {"kind": "manual"}}}}, "MANUAL-001", "--answers"),
        ({"sut": {"identities": {"professional": "P99"}}}, "SUT-007", "P09"),
        ({"sut": {"profiles": ["general", "psc-cib"]}}, "SUT-016", "psc-ciba"),
    ],
)
async def test_options_that_cannot_be_used_say_what_to_do(
    options: MakeOptions, changes: dict[str, Any], code: str, meant: str
) -> None:
    with pytest.raises(UnusableInput) as refused:
        await runs.run(options(**changes))

    assert refused.value.code == code
    assert meant in refused.value.hint.fr


async def test_folder_that_cannot_be_made_is_an_environment_failure(options: MakeOptions, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(EnvironmentFailed, match="REPORT-001"):
        await runs.run(options(report=tmp_path / "file" / "report"))


async def test_baseline_shows_what_changed(options: MakeOptions, tmp_path: Path) -> None:
    earlier = (await runs.run(options())).report
    document = earlier.as_json()
    changed = next(row for row in document["requirements"] if row["requirement"] == "SC.PSC.08")
    changed["verdict"] = "CONFORME"
    (tmp_path / "earlier.json").write_text(json.dumps(document))

    done = await runs.run(options(baseline=tmp_path / "earlier.json"))

    assert done.compared is not None
    assert [(item.requirement, item.before, item.after, item.worse) for item in done.compared.changes] == [
        ("SC.PSC.08", "CONFORME", "NON_TESTE", False)
    ]


def test_loss_is_worse_and_gain_is_not() -> None:
    assert baseline.Change("X", "CONFORME", "PARTIEL").worse
    assert not baseline.Change("X", "NON_CONFORME", "PARTIEL").worse


def test_each_run_has_its_own_id() -> None:
    assert runs.new_run() != runs.new_run()


async def test_sandbox_of_another_run_is_left_alone(
    options: MakeOptions, data: Path, ready: Ready, tmp_path: Path
) -> None:
    chosen = dataclasses.replace(options(sandbox=None, ca_file=None), data=data)
    assert (await runs.run(chosen)).report.mode == "strict"

    runs.owner_file(data, ready.pid).touch()
    report = (await runs.run(chosen)).report

    assert report.mode == "lenient"
    assert (tmp_path / "report" / "sandbox").is_dir()


async def test_runs_that_begin_at_once_in_one_folder_have_a_sandbox_each(options: MakeOptions, tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.mkdir()
    async with started_sandbox(held):
        (held / runs.READY_FILE).unlink()  # as if it had not got that far yet
        chosen = dataclasses.replace(options(sandbox=None, ca_file=None), data=held)

        report = (await runs.run(chosen)).report

    assert report.mode == "lenient"
    assert (tmp_path / "report" / "sandbox").is_dir()
    assert not glob(f"{tmp_path}/**/sandbox.run.*", recursive=True)
    assert not glob(f"{tmp_path}/**/pki.*.tmp", recursive=True)
