"""What every command has in common: help, languages, exit codes, which stream says what."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import BANC

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
        (["up", "--port-base", "99999"], "65482"),
        (["run", "--sut", "x", "--fail-under", "much"], "de 0 à 100"),
        (["run", "--sut", "nowhere.yaml"], "nowhere.yaml"),
        (["--lang", "de", "rules"], "--lang fr ou --lang en"),
        (["rules", "more"], "argument de trop : more"),
        (["rules", "--lang"], "l'option --lang attend une valeur"),
        (["campaign", "campaign.yaml"], "pas encore dans cette version"),
        (["up", "--services", "pfi"], "pas encore simulé"),
        (["up", "--services", ","], "--services psc,insi"),
        (["run", "--sut", "x", "--kind", "homologation"], "bac-a-sable, recette"),
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


@pytest.mark.parametrize(
    ("arguments", "code"), [(["requirements"], 0), (["validate", "--as", "cda", str(Path(__file__))], 1)]
)
def test_a_reader_that_leaves_is_no_failure_and_changes_no_verdict(
    environment: dict[str, str], arguments: list[str], code: int
) -> None:
    process = subprocess.Popen([BANC, *arguments], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    _, told = process.communicate(timeout=60)
    assert (process.returncode, told) == (code, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [["rules"], ["--version"], ["validate", str(Path(__file__))]])
def test_an_output_that_cannot_be_written_exits_3_in_one_sentence(
    environment: dict[str, str], arguments: list[str]
) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [BANC, *arguments], env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=60
        )

    assert done.returncode == 3
    assert "CLI-011" in done.stderr
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.skipif(os.name != "posix", reason="needs a shell that closes streams")
def test_closed_streams_are_written_to_nowhere(environment: dict[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{BANC}" --version >&- && "{BANC}" nothing 2>&-'],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (2, b"", b"")


def test_a_value_that_is_neither_yes_nor_no_is_told_in_the_language_of_the_reader(banc: Banc) -> None:
    done = banc("up", "--data", "data", BANC_PLAIN_HTTP="maybe")

    assert done.returncode == 2
    assert "écrivez BANC_PLAIN_HTTP=1 ou BANC_PLAIN_HTTP=0" in done.stderr


def test_the_help_fits_a_narrow_terminal(banc: Banc) -> None:
    shown = banc("cert", "--help", COLUMNS="60").stdout.split("Exemples")[0].splitlines()

    assert max(map(len, shown)) <= 60
    assert "  --holder ID" in shown


def test_the_help_shows_what_a_command_cannot_do_without(banc: Banc) -> None:
    assert "Usage: banc run --sut FILE [options]" in banc("run", "--help", "--lang", "en").stdout
