"""What every command has in common: help, languages, exit codes, which stream says what."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Banc = Callable[..., subprocess.CompletedProcess[str]]

COMMANDS = (
    *("up", "demo", "run", "certify", "verify", "report", "validate", "explain", "env", "cert"),
    *("scenarios", "requirements", "identities", "faults", "rules"),
)
OPTIONS = {
    "up": "--services --host --port-base --data --store --public-url --san --token --plain-http --fresh",
    "demo": "--scenario --report --defect",
    "run": "--sut --profile --scenario --sandbox --kind --report --baseline --events --fail-under --answers --resume "
    "--sign --bundle",
    "certify": "--sut --sign --bundle --profile --scenario --sandbox --report --baseline --events --fail-under "
    "--answers --resume",
    "verify": "--trust --with-current --format",
    "report": "--format --out",
    "validate": "--as --format --pack --compare --together --jobs",
    "explain": "",
    "env": "--format",
    "cert": "--out --holder --cn --profile --session",
    "scenarios": "--format",
    "requirements": "--coverage --format",
    "identities": "--format",
    "faults": "--format",
    "rules": "--format",
}


def test_the_version_alone_stands_on_standard_output(banc: Banc) -> None:
    done = banc("--version")
    assert done.returncode == 0
    assert done.stdout.startswith("banc ")
    assert done.stderr == ""


def test_no_argument_shows_every_command(banc: Banc) -> None:
    done = banc()
    assert done.returncode == 0
    assert all(f"\n  {command} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_names_its_options_their_variables_and_an_example(banc: Banc, command: str) -> None:
    done = banc(command, "--help")
    assert done.returncode == 0
    shown = {word for word in done.stdout.split("Exemples")[0].split() if word.startswith("--")}
    assert shown == {*OPTIONS[command].split(), "--lang", "--help"}
    for option in OPTIONS[command].split():
        assert f"[BANC_{option.removeprefix('--').replace('-', '_').upper()}]" in " ".join(done.stdout.split())
    assert f"  banc {command}" in done.stdout.split("Exemples")[1]
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize("arguments", [["--lang", "en", "rules", "--help"], ["rules", "--help", "--lang=en"]])
def test_help_speaks_english_when_asked_anywhere(banc: Banc, arguments: list[str]) -> None:
    assert "Usage: banc rules" in banc(*arguments).stdout


def test_the_language_is_a_variable_too_and_the_option_wins(banc: Banc) -> None:
    assert "Lists the rules" in banc("rules", "--help", BANC_LANG="en").stdout
    assert "Liste les règles" in banc("rules", "--help", "--lang", "fr", BANC_LANG="en").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rulez"], "rules"),
        (["rules", "--fromat", "json"], "--format"),
        (["run", "--suts", "x"], "--sut"),
        (["rules", "--format", "jsno"], "json"),
        (["cert", "AUTH_CLI", "--out", "x", "--profile", "exipred"], "expired"),
        (["cert", "AUTHCLI", "--out", "x"], "AUTH_CLI"),
        (["explain", "XML-02"], "XML-002"),
        (["demo", "--defect", "no-nonces"], "no-nonce"),
    ],
)
def test_a_mistyped_word_exits_2_and_names_the_nearest(banc: Banc, arguments: list[str], said: str) -> None:
    done = banc(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"vouliez-vous dire {said}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "il manque --sut"),
        (["explain"], "il manque RULE_ID|REQUIREMENT_ID"),
        (["cert", "SIGN"], "il manque --out"),
        (["run", "--sut"], "--sut attend une valeur"),
        (["run", "--sut"], "banc run --help"),
        (["--colour"], "option inconnue : --colour"),
        (["up", "--port-base", "99999"], "65000"),
        (["run", "--sut", "x", "--fail-under", "much"], "de 0 à 100"),
        (["run", "--sut", "nowhere.yaml"], "nowhere.yaml"),
        (["--lang", "de", "rules"], "--lang fr ou --lang en"),
        (["rules", "more"], "more"),
    ],
)
def test_a_command_that_cannot_be_understood_exits_2_and_says_why(banc: Banc, arguments: list[str], said: str) -> None:
    done = banc(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_failure_is_told_in_english_when_asked(banc: Banc) -> None:
    done = banc("explain", "XML-02", "--lang", "en")
    assert "did you mean XML-002" in done.stderr


@pytest.mark.parametrize("arguments", [["env"], ["cert", "SIGN", "--out", "x.pem"]])
def test_what_needs_a_running_sandbox_exits_3_without_one(banc: Banc, arguments: list[str]) -> None:
    done = banc(*arguments)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "banc up" in done.stderr


def test_a_reader_that_leaves_is_no_failure(environment: dict[str, str]) -> None:
    banc = Path(sys.executable).with_name("banc")
    process = subprocess.Popen([banc, "requirements"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (0, b"")
