"""``banc run`` and ``banc demo`` at the edge: streams, files and exit codes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_harness.demo import described, witness
from banc_harness.requirements.table import table
from banc_standards.contracts.events import RunEnded, RunStarted, read_event
from banc_standards.contracts.report import Report
from banc_standards.contracts.sut import HttpDriver

Banc = Callable[..., subprocess.CompletedProcess[str]]
BANC = Path(sys.executable).with_name("banc")


@pytest.fixture
def sandbox(up: Any) -> str:
    """The control address of a sandbox that simulates Pro Santé Connect alone."""
    return str(up.ready["control"])


def test_events_alone_stand_on_standard_output_and_the_verdict_on_the_other(
    banc: Banc, sandbox: str, sut: Path, tmp_path: Path
) -> None:
    report = tmp_path / "rapport"
    options = ("--sandbox", sandbox, "--scenario", "PSC.01", "--events", "-", "--report", str(report))
    done = banc("run", "--sut", str(sut), *options)
    told = [read_event(line) for line in done.stdout.splitlines()]
    assert isinstance(told[0], RunStarted)
    assert isinstance(told[-1], RunEnded)
    assert [event.n for event in told] == list(range(1, len(told) + 1))
    assert told[-1].exit_code == done.returncode == 1
    assert "NE PASSE PAS" in done.stderr
    assert f"Rapport  {report / 'report.html'}" in done.stderr
    assert "\x1b" not in done.stderr
    assert Report.read((report / "report.json").read_bytes()).exit_code == 1


def test_the_options_of_a_run_may_all_come_from_the_environment(
    banc: Banc, sandbox: str, sut: Path, tmp_path: Path
) -> None:
    report = tmp_path / "rapport"
    done = banc(
        "run",
        BANC_SUT=str(sut),
        BANC_SANDBOX=sandbox,
        BANC_SCENARIO="PSC.01",
        BANC_KIND="recette",
        BANC_REPORT=str(report),
        BANC_LANG="en",
    )
    assert (done.returncode, done.stdout) == (1, "")
    written = Report.read((report / "report.json").read_bytes())
    assert (written.kind, written.lang, [item.scenario for item in written.scenarios]) == ("recette", "en", ["PSC.01"])
    assert "NOT PASSED" in done.stderr


def test_a_run_without_events_leaves_standard_output_empty(banc: Banc, sandbox: str, sut: Path) -> None:
    done = banc("run", "--sut", str(sut), "--sandbox", sandbox, "--scenario", "PSC.01")
    assert (done.returncode, done.stdout) == (1, "")


def test_a_baseline_tells_what_changed(banc: Banc, sandbox: str, sut: Path, tmp_path: Path) -> None:
    options = ("--sut", str(sut), "--sandbox", sandbox, "--scenario", "PSC.01")
    banc("run", *options, "--report", str(tmp_path / "before"))
    before = tmp_path / "before" / "report.json"
    earlier = json.loads(before.read_text(encoding="utf-8"))
    changed = next(item for item in earlier["requirements"] if item["verdict"] == "NON_TESTE")
    changed["verdict"] = "CONFORME"
    before.write_text(json.dumps(earlier), encoding="utf-8")
    done = banc("run", *options, "--baseline", str(before))
    assert f"{changed['requirement']}  CONFORME → NON_TESTE" in done.stderr


@pytest.mark.parametrize(
    ("more", "code", "said"),
    [
        (["--scenario", "UC9.99"], 2, "UC9.99"),
        (["--profile", "generale"], 2, "general"),
        (["--sandbox", "https://localhost:1"], 3, "banc up"),
        (["--baseline", "nowhere.json"], 2, "nowhere.json"),
    ],
)
def test_a_run_that_cannot_take_place_says_why(
    banc: Banc, sandbox: str, sut: Path, more: list[str], code: int, said: str
) -> None:
    done = banc("run", "--sut", str(sut), "--sandbox", sandbox, *more)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_exits_3_and_says_so(
    environment: dict[str, str], sandbox: str, sut: Path, number: signal.Signals
) -> None:
    slow = sut.parent / "adapter.py"
    slow.write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    process = subprocess.Popen(
        [BANC, "run", "--sut", sut, "--sandbox", sandbox, "--scenario", "PSC.01", "--events", "-"],
        env=environment,
        cwd=sut.parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout is not None
    next(line for line in process.stdout if '"action.sent"' in line)
    process.send_signal(number)
    _, told = process.communicate(timeout=20)
    assert process.returncode == 3
    assert "interrompu" in told
    assert "Traceback" not in told


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_events_that_no_longer_fit_on_the_disk_end_the_run_in_one_sentence(banc: Banc, sandbox: str, sut: Path) -> None:
    done = banc("run", "--sut", str(sut), "--sandbox", sandbox, "--scenario", "PSC.01", "--events", "/dev/full")

    assert done.returncode == 3
    assert "CLI-011" in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_a_wrong_key_of_the_description_names_its_line_and_the_nearest(banc: Banc, sut: Path) -> None:
    text = sut.read_text(encoding="utf-8").replace("couloir:", "coulior:")
    sut.write_text(text, encoding="utf-8")
    done = banc("run", "--sut", str(sut))
    assert (done.returncode, done.stdout) == (2, "")
    line = next(number for number, row in enumerate(text.splitlines(), start=1) if row.startswith("coulior"))
    assert f"{line}" in done.stderr
    assert "couloir" in done.stderr.replace("coulior", "")


def test_the_witness_is_described_with_profiles_that_exist() -> None:
    sut = described("http://127.0.0.1:9").sut
    assert set(sut.profiles) <= set(table(sut.couloir).profiles)
    assert sut.ids.dmp_homologation


async def test_the_witness_answers_as_a_driver_until_it_is_let_go() -> None:
    async with witness(["no-acr"]) as running, httpx.AsyncClient() as client:
        driver = running.sut.driver
        assert isinstance(driver, HttpDriver)
        answer = await client.get(f"{driver.url}/banc/v1/capabilities")
        assert set(answer.json()["capabilities"]) == {*running.sut.capabilities, "psc.proxy"}  # declared when asked for
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{driver.url}/banc/v1/capabilities")
