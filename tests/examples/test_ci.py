"""The recipes for pipelines: their shell is read by a shell, and run as their forge would."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from .conftest import EXAMPLES, Shell

pytestmark = pytest.mark.journeys

ROOT = EXAMPLES.parents[1]
CI = EXAMPLES / "ci"
ACTION = ROOT / "action.yml"
WORKFLOWS = sorted((CI / "github").glob("*.yml"))
GITLAB = CI / "gitlab" / ".gitlab-ci.yml"
QUICK = 'pytest -q -k "not UC1" --junitxml="$REPORT/pytest.xml"'


def read(path: Path) -> dict[str, Any]:
    """A YAML file; ``on`` is a word of the workflow language, not a boolean."""
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return found


def steps() -> Iterator[tuple[str, str]]:
    """Every piece of shell of the YAML recipes, with its name."""
    for step in read(ACTION)["runs"]["steps"]:
        if "run" in step:
            yield f"action.yml {step['name']}", step["run"]
    for path in WORKFLOWS:
        for step in read(path)["jobs"]["banc"]["steps"]:
            if "run" in step:
                yield f"{path.name} {step['name']}", step["run"]
    job = read(GITLAB)["banc"]
    for part in ("before_script", "script"):
        yield f"{GITLAB.name} {part}", "\n".join(job[part])


@pytest.mark.parametrize(("name", "text"), [pytest.param(*step, id=step[0]) for step in steps()])
def test_each_step_is_shell(name: str, text: str) -> None:
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)

    assert (done.returncode, done.stderr) == (0, ""), name


def test_the_shell_recipe_is_shell() -> None:
    subprocess.run(["bash", "-n", CI / "banc.sh"], check=True)
    assert os.access(CI / "banc.sh", os.X_OK)


def test_values_reach_the_shell_by_variables_only() -> None:
    for name, text in steps():
        assert "${{" not in text, name


def test_every_recipe_compares_with_the_baseline() -> None:
    for path in (CI / "banc.sh", ACTION, CI / "github" / "banc-service.yml", GITLAB):
        assert "--baseline" in path.read_text(), path
    assert read(CI / "github" / "banc-action.yml")["jobs"]["banc"]["steps"][3]["with"]["baseline"]


def test_the_action_declares_what_it_uses() -> None:
    action = read(ACTION)
    text = ACTION.read_text()

    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(action["inputs"])
    given = read(CI / "github" / "banc-action.yml")["jobs"]["banc"]["steps"][3]["with"]
    assert set(given) <= set(action["inputs"])


@dataclass
class Forge:
    """Runs steps one after the other as a forge does: each in a shell of its own, variables kept between them."""

    shell: Shell
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    def file(self, name: str) -> Path:
        """A file that the forge gives to each step."""
        path = self.folder / f".{name}"
        path.touch()
        return path

    def step(self, text: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Runs one step, as GitHub calls bash."""
        names = ("GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")
        files = {name: str(self.file(name)) for name in names}
        command = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", text)
        done = self.shell(self.folder, *command, **{**self.variables, **files, **more})
        for line in self.file("GITHUB_ENV").read_text().splitlines():
            name, _, value = line.partition("=")
            self.variables[name] = value
        return done

    def output(self, name: str) -> str:
        """The last value that a step gave to an output."""
        lines = self.file("GITHUB_OUTPUT").read_text().splitlines()
        return next(line.partition("=")[2] for line in reversed(lines) if line.startswith(f"{name}="))


def filled(value: str, inputs: dict[str, str], temp: Path) -> str:
    """The few expressions of the action."""
    known = {f"inputs.{name}": text for name, text in inputs.items()}
    known |= {"runner.temp": str(temp), "inputs.package || github.action_path": str(ROOT)}
    return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: known[found[1]], value)


@pytest.fixture
def sandbox(shell: Shell, vendor: Path) -> Iterator[dict[str, str]]:
    """What a service container gives to the other steps: a sandbox that runs, its address and its token."""
    environment = {"BANC_DATA": str(vendor / ".service"), "BANC_SERVICES": "psc,insi", "BANC_TOKEN": "job-1"}
    started = shell(vendor, "bash", "-c", START, **environment)
    ready = json.loads(started.stdout)
    yield {"BANC_SANDBOX": ready["control"], "BANC_TOKEN": "job-1"}
    os.kill(ready["pid"], 15)


START = """
mkdir -p "$BANC_DATA"
nohup banc up --port-base 0 >"$BANC_DATA/out" 2>"$BANC_DATA/err" </dev/null &
while ! [ -s "$BANC_DATA/out" ] && kill -0 $!; do sleep 0.1; done
cat "$BANC_DATA/out"
"""


def test_the_composite_action_runs(vendor: Path, shell: Shell) -> None:
    action = read(ACTION)
    inputs = {name: given.get("default", "") for name, given in action["inputs"].items()} | {"scenario": "PSC.0[1-3]"}
    forge, done = Forge(shell, vendor), {}
    try:
        for step in action["runs"]["steps"]:
            if "run" in step:
                given = {name: filled(value, inputs, vendor / ".tmp") for name, value in step.get("env", {}).items()}
                done[step["name"]] = forge.step(step["run"], **given)
                assert done[step["name"]].returncode == 0, done[step["name"]].stderr
    finally:
        if forge.variables:
            ready = json.loads((vendor / ".tmp" / "banc" / "ready.json").read_text())
            os.kill(ready["pid"], 15)

    assert str(ROOT) in done["Installation"].stdout
    assert f"::add-mask::{forge.variables['BANC_PSC_CLIENT_SECRET']}" in done["Bac à sable"].stdout
    assert forge.variables["BANC_SANDBOX"] == forge.output("control")
    assert forge.output("exit-code") == "0"
    assert "Dossier Exemple" in forge.file("GITHUB_STEP_SUMMARY").read_text()
    assert json.loads((vendor / "banc-report" / "report.sarif").read_text())["version"] == "2.1.0"


def test_the_service_container_workflow_runs(vendor: Path, shell: Shell, sandbox: dict[str, str]) -> None:
    job = read(CI / "github" / "banc-service.yml")["jobs"]["banc"]
    assert {port.partition(":")[0] for port in job["services"]["banc"]["ports"]} >= {"8440", "8441", "8442", "8445"}
    forge = Forge(shell, vendor, {"REPORT": job["env"]["REPORT"], **sandbox})

    for step in job["steps"]:
        if "run" in step:
            done = forge.step(step["run"].replace("pytest ", 'pytest -q -k "not UC1" '))
            assert done.returncode == 0, f"{step['name']}\n{done.stdout}{done.stderr}"

    assert "Dossier Exemple" in forge.file("GITHUB_STEP_SUMMARY").read_text()
    assert (vendor / "banc-report" / "pytest.xml").is_file()


def test_the_gitlab_job_runs(vendor: Path, shell: Shell, sandbox: dict[str, str]) -> None:
    job = read(GITLAB)["banc"]
    script = "\n".join([*job["before_script"], *job["script"]]).replace("pytest ", 'pytest -q -k "not UC1" ')
    given = {"REPORT": job["variables"]["REPORT"], "BANC_CA_FILE": str(vendor / "banc-ca.pem"), **sandbox}

    done = shell(vendor, "bash", "-eo", "pipefail", "-c", script, **given)

    assert done.returncode == 0, done.stdout + done.stderr
    for path in job["artifacts"]["reports"]["junit"]:
        assert (vendor / path).is_file()


def test_the_shell_recipe_lets_a_known_gap_pass_and_no_new_one(vendor: Path, shell: Shell, data: Path) -> None:
    def recipe(defect: str, tests: str = "") -> subprocess.CompletedProcess[str]:
        given = {"DOSSIER_DEFAUT": defect, "TESTS": tests, "BANC_DATA": str(data), "BANC_SCENARIO": "PSC.0[1-3]"}
        return shell(vendor, "bash", str(CI / "banc.sh"), **given)

    sound, faulty = recipe("", QUICK), recipe("nonce")
    report = vendor / "banc-report" / "report.json"
    (vendor / "banc-baseline.json").write_bytes(report.read_bytes())
    known = recipe("nonce")
    (vendor / "banc-baseline.json").write_text(without_gaps(report))
    new = recipe("nonce")

    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert (vendor / "banc-report" / "pytest.xml").is_file()
    assert [faulty.returncode, known.returncode, new.returncode] == [1, 0, 1]
    assert "CHK-PSC-008" in new.stderr


def without_gaps(path: Path) -> str:
    """A report of the same run, as if every check had passed."""
    report = json.loads(path.read_text())
    for check in report["checks"]:
        check["verdict"], check["findings"] = "CONFORME", []
    for requirement in report["requirements"]:
        if requirement["verdict"] in ("NON_CONFORME", "PARTIEL"):
            requirement["verdict"] = "CONFORME"
    return json.dumps(report)


def test_the_shell_recipe_shows_why_no_sandbox_starts(vendor: Path, shell: Shell) -> None:
    done = shell(vendor, "bash", str(CI / "banc.sh"), TESTS="", BANC_SERVICES="pcs")

    assert done.returncode == 3
    assert "pcs" in done.stderr
