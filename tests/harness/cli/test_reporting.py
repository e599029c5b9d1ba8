"""``banc report`` at the edge, and a baseline from one command to the next."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Banc = Callable[..., CompletedProcess[str]]
PLAYED = ("--scenario", "PSC.01", "--report", "out")


@pytest.fixture
def played(banc: Banc, sut: Path, tmp_path: Path) -> Path:
    """The folder of a run's reports."""
    assert banc("run", "--sut", str(sut), *PLAYED).returncode == 1
    return tmp_path / "out"


def test_report_goes_to_standard_output_or_to_a_file(banc: Banc, played: Path, tmp_path: Path) -> None:
    printed = banc("report", "out", "--format", "junit")
    written = banc("report", "out", "--format", "json", "--out", "again.json")

    assert (printed.returncode, printed.stdout) == (0, (played / "junit.xml").read_text())
    assert (written.returncode, written.stdout) == (0, "")
    assert json.loads((tmp_path / "again.json").read_text()) == json.loads((played / "report.json").read_text())


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("nowhere", "--format", "json"), "BUNDLE-001", 2),
        ((".", "--format", "json"), "REPORT-003", 2),
        (("out", "--format", "docx"), "CLI-002", 2),
        (("out",), "CLI-006", 2),
    ],
)
def test_what_cannot_be_reported_says_why(
    banc: Banc, tmp_path: Path, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    done = banc("report", *arguments)

    assert (done.returncode, code in done.stderr) == (exit_code, True), done.stderr


def test_sarif_points_at_the_description_of_the_software(played: Path) -> None:
    (run,) = json.loads((played / "report.sarif").read_text())["runs"]

    assert run["invocations"][0]["exitCode"] == 1
    assert run["automationDetails"]["id"].startswith("banc run/bac-a-sable/r-")
