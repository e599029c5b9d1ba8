"""The lists and the explanations: text for people, JSON for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

Banc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize("name", ["scenarios", "requirements", "identities", "faults", "rules"])
def test_a_list_as_json_is_alone_on_standard_output(banc: Banc, name: str) -> None:
    done = banc(name, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    groups = ("patients", "professionals", "structures") if name == "identities" else (name,)
    listed = json.loads(done.stdout)
    assert all(listed[group] for group in groups)
    assert all("id" in item for group in groups for item in listed[group])


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("scenarios", "psc.code"),
        ("requirements", "SC.DMP/UX.08"),
        ("identities", "PAT-01"),
        ("faults", "psc.down"),
        ("rules", "XML-002"),
    ],
)
def test_a_list_as_text_is_one_line_each(banc: Banc, name: str, wanted: str) -> None:
    done = banc(name)
    assert (done.returncode, done.stderr) == (0, "")
    assert any(wanted in line for line in done.stdout.splitlines())


def test_the_format_may_come_from_the_environment(banc: Banc) -> None:
    assert json.loads(banc("requirements", BANC_FORMAT="json").stdout)["requirements"]


def test_scenarios_name_the_known_capabilities(banc: Banc) -> None:
    listed = json.loads(banc("scenarios", "--format", "json").stdout)
    required = {name for item in listed["scenarios"] for name in item["requires"]}
    assert set(listed["capabilities"]) == required


@pytest.mark.parametrize("name", ["XML-002", "xml-002"])
def test_a_rule_is_explained_down_to_its_clause(banc: Banc, name: str) -> None:
    done = banc("explain", name)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith("XML-002 · erreur · ")
    labels = {line[:14].strip() for line in lines[2:] if not line.startswith(" ")}
    assert {"Texte", "À faire", "Porte sur", "Service"} <= labels


@pytest.mark.parametrize("name", ["SC.DMP/UX.08", "DMP/UX.08", "dmp/ux.08"])
def test_a_requirement_is_explained_with_or_without_its_prefix(banc: Banc, name: str) -> None:
    done = banc("explain", name, "--lang", "en")
    assert done.returncode == 0
    assert done.stdout.startswith("SC.DMP/UX.08 · mandatory · DMP\n")
    assert "Asked of" in done.stdout
    assert "counts for DPI" in done.stdout


def test_a_requirement_outside_every_gate_says_so(banc: Banc) -> None:
    assert "à retravailler : jamais dans le verdict" in banc("explain", "INS/va1.41").stdout


LOADED = """
import sys
from banc_harness.cli import main
for words in (["explain", "XML-002"], ["rules"], ["requirements"], ["run", "--help"]):
    assert main(words) == 0
print(sorted({"aiohttp", "sqlalchemy", "rich", "signxml", "joserfc"} & set(sys.modules)), file=sys.stderr)
"""


def test_explaining_loads_no_server_and_no_database(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr.strip()) == (0, "[]")
