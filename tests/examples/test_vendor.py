"""The sample repository: its own tests pass, and fail for the right reason when a defect is on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .conftest import Shell

pytestmark = pytest.mark.journeys

PASSED = re.compile(r"(\d+) passed, (\d+) skipped")


def test_its_tests_pass(vendor: Path, shell: Shell, data: Path) -> None:
    done = shell(vendor, "pytest", "-q", "-W", "error", f"--banc-data={data}")

    assert done.returncode == 0, done.stdout
    assert PASSED.search(done.stdout), done.stdout


def test_they_pass_on_two_workers(vendor: Path, shell: Shell) -> None:
    done = shell(vendor, "pytest", "-q", "-n", "2", "-k", "not UC1")

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("defect", "told"),
    [
        ("nonce", ("sut.yaml::PSC.03", "CHK-PSC-008", "SBX-PSC-01", "OpenID Connect Core 1.0 §3.1.3.7")),
        ("accents", ("test_les_accents_saisis", "INSI-LEX-001", "trouvé   ANNÉ", "SEL-MP-043 §2")),
    ],
)
def test_a_defect_fails_them_and_names_the_rule(
    vendor: Path, shell: Shell, data: Path, defect: str, told: tuple[str, ...]
) -> None:
    done = shell(vendor, "pytest", "-q", f"--banc-data={data}", "-k", "not UC1", DOSSIER_DEFAUT=defect)

    assert done.returncode == 1
    for text in told:
        assert text in done.stdout, done.stdout


def test_an_unknown_defect_is_refused(vendor: Path, shell: Shell, data: Path) -> None:
    done = shell(vendor, "pytest", "-q", f"--banc-data={data}", "tests/test_insi.py", DOSSIER_DEFAUT="nonse")

    assert done.returncode == 1
    assert "connus : nonce, accents" in done.stdout


@pytest.mark.parametrize(("defect", "code"), [("", 0), ("nonce", 1)])
def test_banc_run_judges_it_too(vendor: Path, shell: Shell, data: Path, defect: str, code: int) -> None:
    options = ("--sut", "sut.yaml", "--scenario", "PSC.0[1-3]", "--report", "rapport")

    done = shell(vendor, "banc", "run", *options, DOSSIER_DEFAUT=defect, BANC_DATA=str(data))

    assert done.returncode == code, done.stderr
    verdicts = {one["requirement"]: one["verdict"] for one in report(vendor)["requirements"]}
    assert verdicts["SBX-PSC-01"] == ("NON_CONFORME" if defect else "CONFORME")


def report(vendor: Path) -> dict:
    """The report of the run."""
    return dict(json.loads((vendor / "rapport" / "report.json").read_text()))
